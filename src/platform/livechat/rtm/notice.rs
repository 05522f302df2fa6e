//! What agents are told of chats and of the organization: the same facts that webhooks tell of.

use serde_json::{Map, Value, json};

use super::super::Livechat;
use super::super::events::Cause;
use super::super::model::{Amendment, Chat, Fact, Organization, Staffer, Visibility};
use super::super::wire::{View, organization as wire};
use super::Member;
use super::audience::takes_part;
use super::push::Viewer;
use crate::journal::entry::Role;
use crate::platform::cx::Cx;

/// Somebody types or thinks, which leaves no trace in a chat.
pub(in super::super) struct Indicator<'i> {
    /// `incoming_typing_indicator` or `incoming_thinking_indicator`.
    pub(in super::super) push: &'static str,
    /// The chat.
    pub(in super::super) chat: &'i str,
    /// What is told besides the chat and its thread.
    pub(in super::super) members: Map<String, Value>,
    /// Who can see it.
    pub(in super::super) visibility: Visibility,
}

impl Livechat {
    fn view_of(&self, viewer: Viewer<'_>) -> View<'_> {
        View { erased: viewer.erased, ..self.view(viewer.version) }
    }

    /// Pushes a fact. Called right after the change it is about, as webhooks are.
    pub(in super::super) fn push_fact(&self, cx: &mut Cx<'_>, cause: &Cause, chat: &Chat, fact: &Fact) {
        if self.rtm.sessions.is_empty() {
            return;
        }
        let reaches = |member: &Member| self.hears(member, chat, fact);
        match fact {
            // What webhooks tell of session fields, sockets hear as a change of the customer.
            Fact::SessionFieldsUpdated { .. } => {}
            Fact::Began => {
                self.push(cx, fact.action(), reaches, |viewer| Some(self.whole(cause, chat, viewer, None)));
                if let Some(customer) = chat.customer() {
                    self.push_statistics(cx, &customer.id);
                }
            }
            Fact::EventAdded { .. }
            | Fact::EventUpdated { .. }
            | Fact::Pressed { .. }
            | Fact::PropertiesUpdated { .. }
            | Fact::PropertiesDeleted { .. }
            | Fact::EventDeleted { .. }
            | Fact::Seen { .. }
            | Fact::AccessUpdated
            | Fact::Transferred { .. }
            | Fact::UserAdded { .. }
            | Fact::UserRemoved { .. }
            | Fact::Tagged { .. }
            | Fact::Untagged { .. }
            | Fact::Summarized { .. }
            | Fact::Deactivated { .. } => {
                self.push(cx, fact.action(), reaches, |viewer| Some(json!(self.view_of(viewer).payload(chat, fact)?)));
            }
        }
        self.push_fact_out(cx, cause, chat, fact);
        self.push_queue(cx);
    }

    /// A chat as `incoming_chat` shows it to an agent.
    fn whole(&self, cause: &Cause, chat: &Chat, viewer: Viewer<'_>, from: Option<&Value>) -> Value {
        let view = self.view_of(viewer);
        let mut shown = json!(view.chat(chat, chat.latest(), &viewer.member.agent));
        // A closed thread may be the latest of a chat that somebody begins to follow.
        if let Value::Object(members) = &mut shown
            && let Some(thread) = members.shift_remove("thread")
        {
            let followed = members.shift_remove("is_followed").unwrap_or_default();
            members.insert("thread".to_owned(), thread);
            members.insert("is_followed".to_owned(), followed);
        }
        let mut payload = Map::new();
        if let Some(requester) = requester(cause) {
            payload.insert("requester_id".to_owned(), json!(requester));
        }
        payload.insert("chat".to_owned(), shown);
        if let Some(from) = from {
            payload.insert("transferred_from".to_owned(), from.clone());
        }
        Value::Object(payload)
    }

    /// Shows a chat to an agent who follows it from now on.
    pub(in super::super) fn push_followed(&self, cx: &mut Cx<'_>, cause: &Cause, chat: &str, agent: &str) {
        let Some(chat) = self.chats.get(chat) else { return };
        let reaches = |member: &Member| member.agent == agent;
        self.push(cx, "incoming_chat", reaches, |viewer| Some(self.whole(cause, chat, viewer, None)));
    }

    /// Shows a chat to those who have gained it: whoever has it now, and those who could not see it in its former groups.
    pub(in super::super) fn push_gained(
        &self,
        cx: &mut Cx<'_>,
        cause: &Cause,
        chat: &str,
        agent: Option<&str>,
        (groups, agents): (&[u64], &[String]),
    ) {
        let Some(chat) = self.chats.get(chat) else { return };
        let from = json!({"group_ids": groups, "agent_ids": agents});
        let could = |member: &Member| {
            let covers = |staffer: &Staffer| staffer.covers(groups);
            self.organization.staffer(&member.agent).is_some_and(covers) || member.grant.covers("chats--all:ro")
        };
        let had = |member: &Member| agents.contains(&member.agent);
        let reaches = |member: &Member| {
            let has = Some(member.agent.as_str()) == agent;
            !had(member) && (has || (self.may_see(member, chat) && !could(member)))
        };
        self.push(cx, "incoming_chat", reaches, |viewer| Some(self.whole(cause, chat, viewer, Some(&from))));
    }

    /// Tells an agent's other connections that they follow a chat no longer.
    pub(in super::super) fn push_unfollowed(&self, cx: &mut Cx<'_>, chat: &str, agent: &str) {
        self.push(cx, "chat_unfollowed", |member| member.agent == agent, |_| Some(json!({"chat_id": chat})));
    }

    /// Tells those in a chat that somebody types or thinks.
    pub(in super::super) fn push_indicator(&self, cx: &mut Cx<'_>, indicator: &Indicator<'_>) {
        let Some(chat) = self.chats.get(indicator.chat) else { return };
        let Some(thread) = chat.active() else { return };
        self.push(
            cx,
            indicator.push,
            |member| takes_part(chat, &member.agent),
            |_| {
                let mut payload = Map::new();
                payload.insert("chat_id".to_owned(), json!(chat.id));
                payload.insert("thread_id".to_owned(), json!(thread.id));
                payload.extend(indicator.members.clone());
                Some(Value::Object(payload))
            },
        );
        match indicator.visibility {
            Visibility::All => self.push_indicator_out(cx, chat, indicator),
            Visibility::Agents => {}
        }
    }

    /// Sends agents something that is in no chat.
    pub(in super::super) fn push_multicast(
        &self,
        cx: &mut Cx<'_>,
        author: &str,
        (content, kind): (&Value, Option<&str>),
        reaches: impl Fn(&str) -> bool,
    ) {
        let mut payload = Map::new();
        payload.insert("author_id".to_owned(), json!(author));
        payload.insert("content".to_owned(), content.clone());
        if let Some(kind) = kind {
            payload.insert("type".to_owned(), json!(kind));
        }
        let payload = Value::Object(payload);
        self.push(cx, "incoming_multicast", |member| reaches(&member.agent), |_| Some(payload.clone()));
    }

    /// Tells of what has changed in the organization since it was as it was.
    pub(in super::super) fn push_amendments(&self, cx: &mut Cx<'_>, before: &Organization, found: &[Amendment]) {
        if self.rtm.sessions.is_empty() {
            return;
        }
        for amendment in found {
            let payload = wire::payload(amendment, before, &self.organization);
            let reaches = |member: &Member| match amendment {
                Amendment::RoutingStatusSet(id) => {
                    let bot = self.organization.staffer(id).is_some_and(Staffer::is_bot);
                    member.grant.covers(if bot { "agents-bot--all:ro" } else { "agents--all:ro" })
                }
                _ => true,
            };
            self.push(cx, amendment.action(), reaches, |_| Some(payload.clone()));
        }
        let changed = self.organization.groups().map(|(id, _)| id).filter(|id| {
            before.group(*id).is_some() && before.group_status(*id) != self.organization.group_status(*id)
        });
        let groups: Vec<Value> =
            changed.map(|id| json!({"id": id, "status": self.organization.group_status(id)})).collect();
        if !groups.is_empty() {
            let payload = json!({ "groups": groups });
            self.push(cx, "groups_status_updated", |_| true, |_| Some(payload.clone()));
        }
        for (group, _) in self.organization.groups() {
            self.push_group_out(cx, before, group);
        }
    }

    /// Tells of other values of properties of the license or a group.
    pub(in super::super) fn push_values(&self, cx: &mut Cx<'_>, group: Option<u64>, properties: &Value) {
        let (name, payload) = match group {
            Some(group) => ("group_properties_updated", json!({"group_id": group, "properties": properties})),
            None => ("license_properties_updated", json!({ "properties": properties })),
        };
        self.push(cx, name, |_| true, |_| Some(payload.clone()));
    }

    /// Tells of places in the queue, once they are others than those that were told last.
    fn push_queue(&self, cx: &mut Cx<'_>) {
        let queue = self.chats.queue();
        let ids: Vec<String> = queue.iter().map(|chat| chat.id.clone()).collect();
        let before = self.rtm.queue.replace(ids.clone());
        let moved = |chat: &&&Chat| {
            let place = |ids: &[String]| ids.iter().position(|id| *id == chat.id);
            place(&before) != place(&ids)
        };
        let moved: Vec<&Chat> = queue.iter().filter(moved).copied().collect();
        if moved.is_empty() {
            return;
        }
        self.push_places(cx, &moved);
        self.push(
            cx,
            "queue_positions_updated",
            |member| moved.iter().any(|chat| self.may_see(member, chat)),
            |viewer| {
                let seen = moved.iter().filter(|chat| self.may_see(viewer.member, chat));
                let one = |chat: &&Chat| {
                    let mut queue = json!(self.view_of(viewer).queue(chat)?);
                    if let Value::Object(members) = &mut queue {
                        members.shift_remove("queued_at");
                    }
                    Some(json!({"chat_id": chat.id, "thread_id": chat.latest()?.id, "queue": queue}))
                };
                Some(seen.filter_map(one).collect())
            },
        );
    }
}

/// Who has asked for something; nobody if a customer or the system causes it.
fn requester(cause: &Cause) -> Option<&str> {
    match cause.by.role {
        Role::Agent | Role::Bot | Role::Integration => Some(&cause.by.id),
        Role::Customer | Role::System => None,
    }
}

/// The word for who can see something.
pub(in super::super) fn audience(visibility: Visibility) -> &'static str {
    match visibility {
        Visibility::All => "all",
        Visibility::Agents => "agents",
    }
}
