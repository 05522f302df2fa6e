//! What several topics need.

pub(crate) mod client;
pub(crate) mod core;
pub(crate) mod receiver;
pub(crate) mod stagehand;
pub(crate) mod toy;
