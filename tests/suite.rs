//! All tests that use the library from outside, in one program so that it is linked once. One file per topic.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "tests may fail, and play the part of the outside world"
)]

mod bot;
mod call;
mod choice;
mod clock;
mod commands;
mod control;
mod coverage;
mod delivery;
mod description;
mod determinism;
mod exec;
mod expect;
mod explore;
mod faults;
mod fork;
mod fourth_vendor;
mod imichat_clock;
mod imichat_vectors;
mod interrupt;
mod isolation;
mod livechat_customers;
mod livechat_vectors;
mod manner;
mod metrics;
mod openapi;
mod outside;
mod parallel;
mod probe;
mod proxy;
mod push;
mod readme;
mod recipes;
mod record;
mod report;
mod resend;
mod rim;
mod rtm;
mod rtm_customer;
mod run;
mod runs;
#[path = "scenario/main.rs"]
mod scenario;
mod secure;
#[path = "security/main.rs"]
mod security;
mod selection;
mod serve;
mod signing;
mod snapshot;
mod stage;
mod stream;
mod support;
mod texter;
mod texter_vectors;
#[path = "tidy/main.rs"]
mod tidy;
mod tls;
mod tls_folder;
mod trigger;
mod ways;
