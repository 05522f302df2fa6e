//! How webhooks prove where they come from: schemes as data, made over the exact bytes that go out, and checked.
//!
//! The time that is signed is real time, not the world's: a receiver compares it with its own clock.

mod key;
mod mistake;
mod scheme;
pub mod verify;

pub use key::KeyError;
pub use scheme::{SCHEMES, STANDARD, Scheme};

/// What a signature is made over.
#[derive(Clone, Copy, Debug)]
pub struct Message<'m> {
    /// Names the event: the same for all attempts and copies.
    pub id: &'m str,
    /// When the attempt is made, in seconds since the Unix epoch.
    pub timestamp: u64,
    /// The address as the sender has it.
    pub url: &'m str,
    /// The body, byte for byte.
    pub body: &'m [u8],
}
