//! Attacks on the program, and the list of what is promised with the attacks on each promise.

mod browser;
mod egress;
mod file;
mod flood;
mod promise;
mod secrets;
