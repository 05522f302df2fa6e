//! skeleton
pub mod base;
pub mod cli;
pub mod engine;
pub mod fault;
pub mod journal;
pub mod platform;
pub mod report;
pub mod scenario;
