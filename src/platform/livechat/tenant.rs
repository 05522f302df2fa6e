//! A license as its set-up has it: what it begins with, and the settings that never change.

use std::collections::BTreeMap;
use std::sync::Arc;

use indexmap::IndexMap;

use super::form::{Form, FormKind};
use super::hook::Hook;
use super::key::Keys;
use super::model::registry::Registry;
use super::model::{Properties, StaffKind, Staffer};
use super::version::Ends;
use crate::base::time::{VirtualSpan, WallLimit};
use crate::platform::outgoing::Policy;

/// A license, checked.
#[derive(Clone, Debug)]
pub struct Tenant {
    /// The organization; drawn or well known where the set-up names none.
    pub(super) organization_id: Option<String>,
    /// The number of the license.
    pub(super) license_id: u64,
    /// The app that tokens belong to where nothing else is said.
    pub(super) client_id: String,
    /// Agents and bots by id, in the order of the set-up.
    pub(super) staff: IndexMap<String, Staffer>,
    /// The names of the groups by number.
    pub(super) groups: BTreeMap<u64, String>,
    /// The registered webhooks, in the order of registration.
    pub(super) hooks: Vec<Hook>,
    /// How webhooks are delivered.
    pub(super) policy: Arc<Policy>,
    /// How long a thread may lie idle before it counts as idle; nothing if it never does.
    pub(super) idle_after: Option<VirtualSpan>,
    /// How long a customer may wait for a word before the chat goes to somebody else; nothing if it never does.
    pub(super) transfer_after: Option<VirtualSpan>,
    /// How long a thread may lie idle before the system closes it.
    pub(super) archive_after: VirtualSpan,
    /// What happens to a chat that nobody is free for.
    pub(super) overflow: Overflow,
    /// How those go who become offline.
    pub(super) going_offline: GoingOffline,
    /// Whom customers get who come back.
    pub(super) returning: Returning,
    /// What the chat widget writes where customers begin a thread.
    pub(super) widget: Widget,
    /// Whether webhooks name a requester where there is none.
    pub(super) requester_id: RequesterId,
    /// Whether webhooks about the configuration name who has changed it.
    pub(super) requester: Requester,
    /// How long it takes until a call about webhooks counts.
    pub(super) webhooks_delay: VirtualSpan,
    /// Whether webhooks of the type `license` are enabled.
    pub(super) license_webhooks: LicenseWebhooks,
    /// The statuses that the set-up gives to error types.
    pub(super) statuses: BTreeMap<String, u16>,
    /// What credentials allow, and further ones.
    pub(super) keys: Keys,
    /// The data centre, if calls that belong into another one are sent there.
    pub(super) region: Option<String>,
    /// The forms that customers fill in, by group and kind.
    pub(super) forms: BTreeMap<(u64, FormKind), Form>,
    /// How patient sockets are.
    pub(super) rtm: Terms,
    /// The dates that answers of old versions carry.
    pub(super) ends: Ends,
    /// The properties of apps, and the values that the license and its groups begin with.
    pub(super) properties: Registry,
}

/// How patient sockets are, in real time but for what customers do on the site.
#[derive(Clone, Copy, Debug)]
pub(super) struct Terms {
    /// How long a client may take to log in.
    pub(super) login_within: WallLimit,
    /// After how long a socket is closed on which nothing has come; nothing if it never is.
    pub(super) ping_within: Option<WallLimit>,
    /// How many connections an agent may have; nothing if as many as they like.
    pub(super) connections: Option<usize>,
    /// How often customers are pinged.
    pub(super) ping_every: WallLimit,
    /// How long customers may do nothing on the site who have no open chat.
    pub(super) inactive_after: VirtualSpan,
}

/// What happens to a chat that nobody is free for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Overflow {
    /// It waits in the queue.
    Queue,
    /// It cannot be.
    Refuse,
}

/// Whom customers get who come back. The vendor's name for the first is `prefer_recent_agent`; what sort of setting it is,
/// and whether it is on by default, is not published.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Returning {
    /// Whoever had the chat last, if they are free.
    ToTheSame,
    /// Whoever the router chooses.
    Anew,
}

/// Properties that the chat widget writes where customers begin a thread.
#[derive(Clone, Debug)]
pub(super) struct Widget {
    /// Those of the chat.
    pub(super) chat: Properties,
    /// Those of the thread.
    pub(super) thread: Properties,
}

/// How those go who become offline. Notes and reasons tell the two apart, statuses do not.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum GoingOffline {
    /// They sign out.
    SignedOut,
    /// They are cut off.
    Disconnected,
}

/// Whether webhooks name a requester where there is none: some parsers want the key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum RequesterId {
    /// Only where there is one, as documented.
    IfAny,
    /// Always; empty where there is none.
    Always,
}

/// Whether webhooks about the configuration name who has changed it: some parsers do not want the key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Requester {
    /// They do, as documented for 3.6 and later.
    Always,
    /// They do not.
    Never,
}

/// Whether webhooks of the type `license` are enabled.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum LicenseWebhooks {
    /// They are, as after installing the app.
    Enabled,
    /// They were disabled.
    Disabled,
}

impl Tenant {
    /// The apps that belong to the organization.
    pub(super) fn apps(&self) -> impl Iterator<Item = &str> {
        let bots = self.staff.values().filter_map(|staffer| match &staffer.kind {
            StaffKind::Bot { owner, .. } => Some(owner.as_str()),
            StaffKind::Agent(_) => None,
        });
        std::iter::once(self.client_id.as_str()).chain(bots)
    }
}
