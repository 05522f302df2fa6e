//! What several topics need.

pub(crate) mod bots;
pub(crate) mod client;
pub(crate) mod controlled;
pub(crate) mod core;
pub(crate) mod fake_vendor;
pub(crate) mod program;
pub(crate) mod provoke;
pub(crate) mod provoke_livechat;
pub(crate) mod receiver;
pub(crate) mod secured;
pub(crate) mod stagehand;
pub(crate) mod toy;
pub(crate) mod vector;
pub(crate) mod webhook;
pub(crate) mod websocket;
