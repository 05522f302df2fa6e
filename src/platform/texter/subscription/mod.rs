//! Subscriptions, which the vendor calls scenarios: small programs that run whenever something happens. Loaders fetch what
//! happened to whom, conditions decide, actions do, and sending a request is but one of the actions.

mod action;
mod chain;
mod condition;
mod edit;
mod engine;
mod loader;
mod program;
mod request;
mod revision;
mod run;
mod store;

pub(super) use self::chain::Chain;
pub(super) use self::edit::edit;
pub(super) use self::engine::{Engine, Occurrence, Trigger};
pub(super) use self::program::Program;
pub(super) use self::revision::{Import, Revision, RevisionStatus, Subscription};
pub(super) use self::run::Run;
