//! A tenant at play without an engine: tests call, act, let time pass and look at what was sent.

mod acceptance;
mod actions;
mod bounds;
mod chance;
mod gate;
mod loaders;
mod quick_replies;
mod stage;
mod standing;
mod subscriptions;
mod template_life;
mod templates;
