//! Customers who begin their chat or go on with it, whether a scenario plays them or a program calls for them.

use super::super::Livechat;
use super::super::events::Cause;
use super::super::model::{Draft, MemberKind, Phase, Properties, Status, assign};
use super::super::tenant::Overflow;
use super::super::wire::ADDRESS;
use super::lifecycle::{Begun, Opening};
use super::router::{Choice, Pool, Routing};
use crate::base::time::VirtualTime;
use crate::platform::cx::Cx;

/// A customer who begins their one chat, or goes on with it.
#[derive(Clone, Debug)]
pub(crate) struct Coming {
    /// The customer.
    pub(crate) customer: String,
    /// The scenario's name for the chat.
    pub(crate) name: String,
    /// The groups that the thread is for.
    pub(crate) access: Vec<u64>,
    /// Properties of the chat besides those that are always set.
    pub(crate) chat_properties: Properties,
    /// Properties of the thread besides those that are always set.
    pub(crate) thread_properties: Properties,
    /// The first events, with their authors.
    pub(crate) events: Vec<(String, Draft)>,
    /// When the chat can begin.
    pub(crate) doors: Doors,
    /// Whether nobody needs to be there; unchanged if nobody says.
    pub(crate) continuous: Option<bool>,
}

/// When a chat can begin.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Doors {
    /// At any time: whoever comes waits, if there is a queue.
    Open,
    /// While somebody of its groups is there.
    OfficeHours,
    /// At any time, but its thread is over at once.
    Closed,
}

/// What happens to a customer who comes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Reception {
    /// They get somebody.
    By(String),
    /// They wait.
    Queue,
    /// Nobody is needed.
    Nobody,
}

/// Why a customer cannot come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Unwelcome {
    /// They are banned until then.
    Banned(VirtualTime),
    /// Their chat is open.
    Open,
    /// Nobody of the groups is there.
    NobodyThere,
    /// Nobody is free, and there is no queue.
    NobodyFree,
}

impl Livechat {
    /// What happens to a customer if they come now.
    pub(crate) fn receive(&self, cx: &Cx<'_>, coming: &Coming) -> Result<Reception, Unwelcome> {
        if let Some(ban) = self.bans.of(&coming.customer, ADDRESS, cx.now()) {
            return Err(Unwelcome::Banned(ban.expires_at()));
        }
        let chat = self.chats.of_customer(&coming.customer);
        if chat.is_some_and(|chat| chat.active().is_some()) {
            return Err(Unwelcome::Open);
        }
        let mut properties = chat.map(|chat| chat.properties.clone()).unwrap_or_default();
        assign(&mut properties, coming.chat_properties.clone());
        let kept = || properties.get("routing").and_then(|routing| routing.get("continuous")?.as_bool());
        let continuous = coming.continuous.or_else(kept) == Some(true);
        let empty = || coming.access.iter().all(|group| self.organization.group_status(*group) == Status::Offline);
        match coming.doors {
            Doors::Closed => return Ok(Reception::Nobody),
            Doors::OfficeHours if !continuous && empty() => return Err(Unwelcome::NobodyThere),
            Doors::OfficeHours | Doors::Open => {}
        }
        let pool = Pool::of(&properties, Some(&coming.thread_properties));
        let choice = Choice { groups: &coming.access, but: &[], pool };
        let recent = chat.and_then(|chat| chat.latest()?.held_by.as_deref());
        match (self.route_back(&choice, recent), self.tenant.overflow) {
            (Routing::To(agent), _) => Ok(Reception::By(agent)),
            (Routing::ByHand, _) | (Routing::NobodyFree, Overflow::Queue) => Ok(Reception::Queue),
            (Routing::NobodyFree, Overflow::Refuse) if continuous => Ok(Reception::Queue),
            (Routing::NobodyFree, Overflow::Refuse) => Err(Unwelcome::NobodyFree),
        }
    }

    /// Lets a customer in who is welcome.
    pub(crate) fn come(&mut self, cx: &mut Cx<'_>, cause: &Cause, coming: Coming, reception: Reception) -> Begun {
        self.arrive(cx, &coming.customer, cause.client.as_deref());
        let (phase, agent) = match reception {
            Reception::By(agent) => (Phase::Open, Some(agent)),
            Reception::Queue => (Phase::Queued(cx.now()), None),
            Reception::Nobody => (Phase::Closed, None),
        };
        let members = std::iter::once((coming.customer.clone(), MemberKind::Customer))
            .chain(agent.map(|agent| (agent, MemberKind::Agent)))
            .collect();
        let opening = Opening {
            chat: self.chats.of_customer(&coming.customer).map(|chat| chat.id.clone()),
            name: Some(coming.name),
            members,
            access: coming.access,
            chat_properties: coming.chat_properties,
            thread_properties: coming.thread_properties,
            events: coming.events,
            phase,
            continuous: coming.continuous,
        };
        self.begin(cx, cause, opening)
    }
}
