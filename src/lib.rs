//! A local stand-in for customer-chat platforms that bots are tested against.
//!
//! ```text
//! scenario text → scenario::reader → scenario::check → Scenario ─┐
//! bot's HTTP call → server → Call ───────────────────────────────┤→ engine::World::handle(Input) → [Effect] → server / delivery → bot
//! delivery outcome, alarm, steps from outside → Input ───────────┘        │ every observable thing
//!                                                                   journal → judge, report
//! ```
//!
//! # Invariants
//!
//! 1. Pure inside, I/O outside: `base`, `scenario`, `journal`, `openapi`, `platform`, `fault`, `engine` and `explore` name no runtime,
//!    no socket, no file and no clock. (`tests/tidy`)
//! 2. The same seed and the same inputs in the same order give the same journal, byte for byte, real times masked: only
//!    ordered collections are iterated. (`tests/determinism.rs`)
//! 3. The journal is the only witness: expectations and reports read it and nothing else. (`tests/tidy`)
//! 4. A stepped clock moves only at scenario boundaries, timer by timer, and never because the bot seems idle: the bot is
//!    a foreign process. (`tests/clock.rs`)
//! 5. Effects leave only through [`platform::cx::Cx`] and [`engine::port::Effect`]: handlers compute. (`tests/tidy`)
//! 6. A vendor's words are data: codes, routes and events are tables, and no error status stands outside a vendor's
//!    `codes.rs`. (`tests/tidy`, `tests/coverage.rs`)
//! 7. No vendor is named outside its folder, the list of platforms, the example bots, scenarios and tests. (`tests/tidy`,
//!    `tests/fourth_vendor.rs`)
//! 8. Faults decide before they act: a pure plan gives a verdict, and whoever carries it out is dumb. (`tests/faults.rs`)
//!
//! # Reading order
//!
//! [`base::time`] and [`journal::entry`] for the words; [`platform`] for what a vendor is, and one vendor's folder for an
//! example; [`engine`] for how a world advances; [`server`] and [`delivery`] for how it meets the network; [`control`] for how
//! tests reach into it.

pub mod base;
pub mod bot;
pub mod cli;
pub mod control;
pub mod delivery;
pub mod engine;
pub mod explore;
pub mod fault;
pub mod fixture;
pub mod journal;
pub mod openapi;
pub mod platform;
pub mod probe;
pub mod report;
pub mod scenario;
pub mod server;
pub mod signing;

pub use fixture::{Stage, StageError, StagedWorld, Tenant};
