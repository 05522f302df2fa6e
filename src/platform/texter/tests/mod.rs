//! A tenant at play without an engine: tests call, act, let time pass and look at what was sent.

mod quick_replies;
mod stage;
mod template_life;
mod templates;
