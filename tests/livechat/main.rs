//! LiveChat from outside: its scenarios, the vendor's samples, errors, the order of webhooks, and arbitrary use.

mod calls;
mod life;
mod random;
mod scenarios;
mod stage;
mod vectors;
