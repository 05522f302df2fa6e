//! Addresses that webhooks go to, as far as their failures matter: whether they still get any.

use std::collections::HashMap;
use std::sync::Arc;

use crate::journal::entry::Outcome;
use crate::platform::outgoing::{Gone, Policy};

/// The status by which a receiver says that it is gone for good (RFC 9110).
const GONE: u16 = 410;

/// All addresses that have failed since they last did not.
#[derive(Clone, Debug, Default)]
pub(super) struct Endpoints(HashMap<Arc<str>, Health>);

/// How an address does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Health {
    /// So many attempts in a row have failed.
    Failing(u32),
    /// It gets no more webhooks.
    Off,
}

impl Endpoints {
    /// Whether an address gets no more webhooks.
    pub(super) fn is_off(&self, url: &str) -> bool {
        self.0.get(url) == Some(&Health::Off)
    }

    /// Has an address get webhooks again.
    pub(super) fn switch_on(&mut self, url: &str) {
        self.0.remove(url);
    }

    /// Takes note of how an attempt ended. Says why the address gets no more from now on, if that is so.
    pub(super) fn note(
        &mut self,
        url: &Arc<str>,
        policy: &Policy,
        outcome: &Outcome,
        acknowledged: bool,
    ) -> Option<String> {
        if self.is_off(url) {
            return None;
        }
        if *outcome == Outcome::Status(GONE) && policy.gone == Gone::Disable {
            self.0.insert(Arc::clone(url), Health::Off);
            return Some(format!("{url} says that it is gone, so it gets no more webhooks"));
        }
        let most = policy.off_after?;
        if acknowledged {
            self.0.remove(url);
            return None;
        }
        let health = self.0.entry(Arc::clone(url)).or_insert(Health::Failing(0));
        match *health {
            Health::Failing(failed) if failed + 1 < most => {
                *health = Health::Failing(failed + 1);
                None
            }
            Health::Failing(_) | Health::Off => {
                *health = Health::Off;
                Some(format!("{most} attempts in a row to reach {url} failed, so it gets no more webhooks"))
            }
        }
    }
}
