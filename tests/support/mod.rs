//! What the tests of the rim are made of: a core that does as it is told, a toy vendor, a bare client and a scripted
//! receiver. All on free ports of the loopback address, none of them sleeps.

pub(crate) mod client;
pub(crate) mod core;
pub(crate) mod receiver;
