//! skeleton
pub mod base;
pub mod bot;
pub mod engine;
pub mod fault;
pub mod journal;
pub mod platform;
pub mod scenario;
