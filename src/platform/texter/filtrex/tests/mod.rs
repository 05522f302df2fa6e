//! What expressions mean.

mod property;
mod reading;
mod vector;
