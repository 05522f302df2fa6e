//! All tests that use the library from outside, in one program so that it is linked once. One file per topic.

mod clock;
mod faults;
mod fourth_vendor;
#[path = "livechat/main.rs"]
mod livechat;
#[path = "scenario/main.rs"]
mod scenario;
mod support;
#[path = "tidy/main.rs"]
mod tidy;
