//! Shared vocabulary of the whole program: time, chance, ids, addresses, documents, diagnostics, JSON matching,
//! secrets.
//!
//! Imports nothing else of ours and touches neither the network, nor files, nor a clock.

pub mod address;
pub mod annotation;
pub mod diag;
pub mod doc_ref;
pub mod id;
pub mod json;
pub mod live;
pub mod locale;
pub mod nearest;
pub mod percent;
pub mod rng;
pub mod secret;
pub mod time;
