//! What travels: bodies of requests as they are read, answers and webhooks as they are written.
//!
//! The REST API and the webhooks use the same words for different things (`type` is a direction in one and a kind of
//! content in the other, `asset` an object and a text), so each has types of its own.

pub(super) mod condition;
pub(super) mod event;
pub(super) mod list;
pub(super) mod message;
pub(super) mod page;
pub(super) mod reading;
pub(super) mod reply;
pub(super) mod request;
pub(super) mod search;
pub(super) mod user;
