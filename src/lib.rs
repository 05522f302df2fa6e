//! skeleton
pub mod base;
pub mod delivery;
pub mod engine;
pub mod fault;
pub mod journal;
pub mod platform;
pub mod scenario;
pub mod server;
