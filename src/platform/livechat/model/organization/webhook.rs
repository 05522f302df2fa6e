//! Registered webhooks, whoever registered them: the set-up or a call.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::secret::Secret;
use crate::base::time::{VirtualSpan, VirtualTime};
use crate::platform::livechat::hook::{Hook, HookKind, MOST_PER_ACTION};
use crate::platform::livechat::tenant::LicenseWebhooks;

/// A registration: what the set-up left open is settled.
#[derive(Clone, Debug)]
pub(crate) struct Registration {
    /// Its id.
    pub(crate) id: String,
    /// What stands in its bodies, and what they are signed with.
    pub(crate) secret: Secret,
    /// What it is for.
    pub(crate) hook: Hook,
}

/// A registration and the time for which it counts.
#[derive(Clone, Debug)]
struct Standing {
    registration: Registration,
    from: VirtualTime,
    until: Option<VirtualTime>,
}

/// The registrations of a license.
#[derive(Clone, Debug)]
pub(crate) struct Webhooks {
    /// In the order of registration; those that no longer stand stay until they no longer count.
    standing: Vec<Standing>,
    /// The apps that belong to the organization.
    apps: BTreeSet<String>,
    /// Whether webhooks of the type `license` are enabled where nobody has said so since.
    license: LicenseWebhooks,
    /// What has been said since, app by app.
    said: BTreeMap<String, LicenseWebhooks>,
    /// How long it takes until a registration, or its end, counts.
    delay: VirtualSpan,
}

/// Why a webhook cannot be registered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Unregistrable {
    /// The app has too many for this action already.
    TooMany,
}

impl Webhooks {
    /// No registrations yet. `license` says whether those of the type `license` are enabled, `delay` how long it takes
    /// until a call counts.
    pub(crate) fn new(license: LicenseWebhooks, delay: VirtualSpan) -> Self {
        Self { standing: Vec::new(), apps: BTreeSet::new(), license, said: BTreeMap::new(), delay }
    }

    /// Gets to know an app.
    pub(crate) fn know(&mut self, app: &str) {
        self.apps.insert(app.to_owned());
    }

    /// Whether an app belongs to the organization.
    pub(crate) fn knows(&self, app: &str) -> bool {
        self.apps.contains(app)
    }

    /// Adds what was registered long before.
    pub(crate) fn found(&mut self, registration: Registration) {
        self.know(&registration.hook.owner);
        self.standing.push(Standing { registration, from: VirtualTime::OPENING, until: None });
    }

    /// Whether one more webhook of an app for this action can be registered.
    pub(crate) fn admits(&self, owner: &str, action: &str) -> Result<(), Unregistrable> {
        let same = self.of(owner).filter(|registration| registration.hook.action == action).count();
        if same < MOST_PER_ACTION { Ok(()) } else { Err(Unregistrable::TooMany) }
    }

    /// Adds a registration, if there is room for it.
    pub(crate) fn register(&mut self, now: VirtualTime, registration: Registration) -> Result<(), Unregistrable> {
        self.admits(&registration.hook.owner, registration.hook.action)?;
        self.standing.retain(|standing| standing.until.is_none_or(|until| now < until));
        self.standing.push(Standing { registration, from: now + self.delay, until: None });
        Ok(())
    }

    /// Ends a registration of an app. Tells whether there was one.
    pub(crate) fn unregister(&mut self, now: VirtualTime, owner: &str, id: &str) -> bool {
        let until = now + self.delay;
        let found = self.standing.iter_mut().find(|standing| {
            let registration = &standing.registration;
            standing.until.is_none() && registration.id == id && registration.hook.owner == owner
        });
        found.map(|standing| standing.until = Some(until)).is_some()
    }

    /// The registrations of an app, in the order in which they were made.
    pub(crate) fn of<'w>(&'w self, owner: &'w str) -> impl Iterator<Item = &'w Registration> {
        let standing = self.standing.iter().filter(|standing| standing.until.is_none());
        standing.map(|standing| &standing.registration).filter(move |registration| registration.hook.owner == owner)
    }

    /// The registrations that count now, in the order in which they were made.
    pub(crate) fn counting(&self, now: VirtualTime) -> impl Iterator<Item = &Registration> {
        let counts = move |standing: &&Standing| standing.from <= now && standing.until.is_none_or(|until| now < until);
        self.standing.iter().filter(counts).map(|standing| &standing.registration)
    }

    /// The actions of all registrations that have not ended, whether they count yet or not.
    pub(crate) fn actions(&self) -> impl Iterator<Item = &'static str> {
        self.standing
            .iter()
            .filter(|standing| standing.until.is_none())
            .map(|standing| standing.registration.hook.action)
    }

    /// Whether an app's webhooks of the type `license` are enabled.
    pub(crate) fn license(&self, app: &str) -> LicenseWebhooks {
        self.said.get(app).copied().unwrap_or(self.license)
    }

    /// Enables or disables an app's webhooks of the type `license`.
    pub(crate) fn switch(&mut self, app: &str, to: LicenseWebhooks) {
        self.said.insert(app.to_owned(), to);
    }

    /// Whether the license lets this webhook be sent. Those of bots depend on their bots alone.
    pub(crate) fn lets(&self, hook: &Hook) -> bool {
        match hook.kind {
            HookKind::License => self.license(&hook.owner) == LicenseWebhooks::Enabled,
            HookKind::Bot => true,
        }
    }
}
