//! Advances a world: inputs in, effects out, everything observable into the journal.

pub mod port;
