//! Changing the organization, and telling those who registered for it.

use serde_json::{Value, json};

use super::Livechat;
use super::events::Cause;
use super::hook::Occasion;
use super::model::{Amendment, Organization, Registration, StaffKind, Status};
use super::tenant::Requester as Named;
use super::version::Version;
use super::wire::{Body, Requester, organization as wire};
use crate::journal::entry::Role;
use crate::platform::cx::Cx;

/// What stands for the app of callers who have none.
const NO_APP: &str = "";

impl Cause {
    /// The app that the filter `source_type` looks at; none for the system. A personal access token belongs to no app, but
    /// its holder is not the system either: inferred that they count among the other apps.
    pub(super) fn app(&self) -> Option<&str> {
        (self.by.role != Role::System).then(|| self.client.as_deref().unwrap_or(NO_APP))
    }
}

impl Amendment {
    /// The webhook about it.
    pub(super) fn action(&self) -> &'static str {
        match self {
            Self::AgentCreated(_) => "agent_created",
            Self::AgentUpdated(_) => "agent_updated",
            Self::AgentDeleted(_) => "agent_deleted",
            Self::AgentSuspended(_) => "agent_suspended",
            Self::AgentUnsuspended(_) => "agent_unsuspended",
            Self::AgentApproved(_) => "agent_approved",
            Self::BotCreated(_) => "bot_created",
            Self::BotUpdated(_) => "bot_updated",
            Self::BotDeleted(_) => "bot_deleted",
            Self::GroupCreated(_) => "group_created",
            Self::GroupUpdated(_) => "group_updated",
            Self::GroupDeleted(_) => "group_deleted",
            Self::TagCreated(_) => "tag_created",
            Self::TagUpdated(_) => "tag_updated",
            Self::TagDeleted(_) => "tag_deleted",
            Self::AutoAccessesUpdated => "auto_accesses_updated",
            Self::RoutingStatusSet(_) => "routing_status_set",
        }
    }

    /// The agent or bot whom the filter `agent_ids` looks at.
    fn agent(&self) -> Option<&str> {
        match self {
            Self::RoutingStatusSet(id) => Some(id),
            Self::AgentCreated(_)
            | Self::AgentUpdated(_)
            | Self::AgentDeleted(_)
            | Self::AgentSuspended(_)
            | Self::AgentUnsuspended(_)
            | Self::AgentApproved(_)
            | Self::BotCreated(_)
            | Self::BotUpdated(_)
            | Self::BotDeleted(_)
            | Self::GroupCreated(_)
            | Self::GroupUpdated(_)
            | Self::GroupDeleted(_)
            | Self::TagCreated(_)
            | Self::TagUpdated(_)
            | Self::TagDeleted(_)
            | Self::AutoAccessesUpdated => None,
        }
    }
}

impl Livechat {
    /// Changes the organization, tells of it, and gives waiting chats to those who can take them now.
    pub(super) fn amend(&mut self, cx: &mut Cx<'_>, cause: &Cause, change: impl FnOnce(&mut Organization)) {
        let before = self.organization.clone();
        change(&mut self.organization);
        self.announce(cx, cause, &before);
        self.cut_amended(cx, &before);
        self.serve_queue(cx);
    }

    /// Lets an agent or bot go for good: they leave their chats, their credentials are worth nothing any more.
    pub(super) fn retire(&mut self, cx: &mut Cx<'_>, cause: &Cause, id: &str) {
        let before = self.organization.clone();
        // They are still there for those who are told that they leave, but get nothing new.
        if let Some(staffer) = self.organization.staffer_mut(id) {
            staffer.status = Status::Offline;
        }
        let in_it = self.chats.all().filter(|chat| chat.active().is_some() && chat.present(id).is_some());
        for chat in in_it.map(|chat| chat.id.clone()).collect::<Vec<_>>() {
            self.remove_user(cx, cause, &chat, id, &cause.by.id);
        }
        self.organization.dismiss(id);
        self.auth.dismiss(id);
        self.announce(cx, cause, &before);
        self.cut_amended(cx, &before);
    }

    /// Tells of all that has changed in the organization since it was as it was.
    pub(super) fn announce(&self, cx: &mut Cx<'_>, cause: &Cause, before: &Organization) {
        let amendments = self.organization.amendments(before);
        self.push_amendments(cx, before, &amendments);
        for amendment in amendments {
            let payload = wire::payload(&amendment, before, &self.organization);
            let occasion = Occasion { agent: amendment.agent(), ..by_app(cause) };
            self.tell(cx, amendment.action(), &occasion, |registration| {
                // The vendor's sample of this one has no requester, though somebody has set the status.
                let silent = matches!(amendment, Amendment::RoutingStatusSet(_));
                let requester = match self.tenant.requester {
                    Named::Always if !silent && registration.hook.version >= Version::V3_6 => {
                        self.requester(cause, before)
                    }
                    Named::Always | Named::Never => None,
                };
                self.envelope(registration, &payload, requester.as_ref())
            });
        }
    }

    /// Tells of a customer who is here for the first time. Versions from 3.6 on have no such webhook.
    pub(super) fn announce_visitor(&self, cx: &mut Cx<'_>, cause: &Cause, customer: &str) {
        self.push_visitor(cx, customer);
        self.tell(cx, "incoming_customer", &by_app(cause), |registration| {
            let customer = self.view(registration.hook.version).visitor(customer);
            self.envelope(registration, &json!({ "customer": customer }), None)
        });
    }

    fn envelope(&self, registration: &Registration, payload: &Value, requester: Option<&Requester>) -> Body {
        let known = (registration.id.as_str(), registration.secret.expose());
        Body::configured(known, registration.hook.action, &self.auth.organization_id, payload, requester)
    }

    /// Sends a webhook that is about no chat to all who registered for it.
    fn tell(&self, cx: &mut Cx<'_>, action: &str, occasion: &Occasion<'_>, body: impl Fn(&Registration) -> Body) {
        for registration in self.organization.webhooks.counting(cx.now()) {
            let hook = &registration.hook;
            if hook.action != action || !hook.filters.pass(&hook.owner, occasion) || !self.live(hook) {
                continue;
            }
            self.post(cx, registration, None, body(registration));
        }
    }

    /// Who has made a change; nobody if the system has. They may have made themselves disappear by it.
    fn requester(&self, cause: &Cause, before: &Organization) -> Option<Requester> {
        let staffer = before.staffer(&cause.by.id)?;
        let account_id = match &staffer.kind {
            StaffKind::Agent(employment) => employment.account.clone(),
            // Bots have no account; the vendor's objects have the member all the same.
            StaffKind::Bot { .. } => String::new(),
        };
        let client_id = cause.client.as_deref().unwrap_or(NO_APP).to_owned();
        Some(Requester { user_id: staffer.id.clone(), account_id, client_id })
    }
}

/// What filters look at, where all that matters is through which app it was done.
fn by_app(cause: &Cause) -> Occasion<'_> {
    Occasion { client: cause.app(), author: None, chat_client: None, present: &[], agent: None, bots: &[] }
}
