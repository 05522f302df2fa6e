//! The table of webhooks, and what a fact becomes: webhooks for whoever registered for them, pushes for whoever has a
//! socket, and lines of the journal.
//!
//! Page: platform.text.com/docs/management/webhooks.

use super::Livechat;
use super::hook::{AuthorType, Hook, HookKind, Occasion};
use super::model::{
    Chat, Content, Event as ThreadEvent, Fact, MemberKind, Registration, Status, Subject, Thread, Visibility,
};
use super::rtm::{AGENTS, BOTH};
use super::version::Version;
use super::wire::{Body, Erased, View, additional_data};
use crate::base::doc_ref::{DocRef, Mark};
use crate::journal::entry::{Audience, Change, Party, Role, Said};
use crate::platform::Event;
use crate::platform::cx::Cx;
use crate::platform::outgoing::Outgoing;
use crate::platform::recipe::Recipe;
use crate::recipe;

const CHATS: Recipe = recipe!("livechat/webhooks/chats.yaml");
const MESSAGES: Recipe = recipe!("livechat/webhooks/messages.yaml");
const VISITORS: Recipe = recipe!("livechat/webhooks/visitors.yaml");
const PROPERTIES: Recipe = recipe!("livechat/properties.yaml");
const STAFF: Recipe = recipe!("livechat/configuration/agents_and_groups.yaml");
const BOTS: Recipe = recipe!("livechat/configuration/bot_and_its_token.yaml");

const fn event(recipe: Recipe, name: &'static str, summary: &'static str) -> Event {
    let doc = DocRef::new(Mark::Docs, "platform.text.com/docs/management/webhooks");
    Event { name, summary, doc, recipe, pushed: AGENTS }
}

/// The same for what customers are told, too.
const fn shared(event: Event) -> Event {
    Event { pushed: BOTH, ..event }
}

/// The same for what sockets hear of as something else.
const fn unpushed(event: Event) -> Event {
    Event { pushed: &[], ..event }
}

/// All webhooks.
pub(super) const EVENTS: &[Event] = &[
    shared(event(CHATS, "incoming_chat", "a chat got a new thread")),
    shared(event(CHATS, "chat_deactivated", "the thread of a chat was closed")),
    event(CHATS, "chat_access_updated", "the groups that may see a chat changed"),
    shared(event(CHATS, "chat_transferred", "a chat went to another agent or group, or into the queue")),
    shared(event(CHATS, "user_added_to_chat", "an agent, a bot or a customer joined a chat")),
    shared(event(CHATS, "user_removed_from_chat", "an agent or a bot left a chat")),
    shared(event(MESSAGES, "incoming_event", "something was said or noted in a chat")),
    shared(event(MESSAGES, "event_deleted", "an event was taken back")),
    shared(event(MESSAGES, "event_updated", "an event has other content than before")),
    shared(event(MESSAGES, "incoming_rich_message_postback", "a button of a rich message was pressed or released")),
    shared(event(PROPERTIES, "chat_properties_updated", "properties of a chat have other values")),
    shared(event(PROPERTIES, "chat_properties_deleted", "properties of a chat are gone")),
    shared(event(PROPERTIES, "thread_properties_updated", "properties of a thread have other values")),
    shared(event(PROPERTIES, "thread_properties_deleted", "properties of a thread are gone")),
    shared(event(PROPERTIES, "event_properties_updated", "properties of an event have other values")),
    shared(event(PROPERTIES, "event_properties_deleted", "properties of an event are gone")),
    shared(event(MESSAGES, "events_marked_as_seen", "somebody has seen more events of a chat")),
    unpushed(event(
        CHATS,
        "customer_session_fields_updated",
        "apps have noted something else about a customer with an open chat",
    )),
    event(CHATS, "thread_tagged", "a thread got a tag"),
    event(CHATS, "thread_untagged", "a thread lost a tag"),
    event(CHATS, "thread_summary_set", "what a thread was about is known"),
    event(CHATS, "routing_status_set", "an agent or a bot takes chats now, or does no longer"),
    event(VISITORS, "incoming_customer", "a customer is here for the first time; up to v3.5"),
    event(STAFF, "agent_created", "there is a new agent"),
    event(STAFF, "agent_updated", "an agent is not what they were"),
    event(STAFF, "agent_deleted", "an agent has gone"),
    event(STAFF, "agent_suspended", "an agent may not work for now"),
    event(STAFF, "agent_unsuspended", "an agent may work again"),
    event(STAFF, "agent_approved", "an agent was approved and may work"),
    event(BOTS, "bot_created", "there is a new bot"),
    event(BOTS, "bot_updated", "a bot is not what it was"),
    event(BOTS, "bot_deleted", "a bot has gone"),
    event(STAFF, "group_created", "there is a new group"),
    event(STAFF, "group_updated", "a group, or who is in it, is not what it was"),
    event(STAFF, "group_deleted", "a group has gone"),
    event(STAFF, "tag_created", "there is a new tag"),
    event(STAFF, "tag_updated", "a tag is for other groups"),
    event(STAFF, "tag_deleted", "a tag has gone"),
    event(STAFF, "auto_accesses_updated", "rules of access are not what, or where, they were"),
];

/// Who causes what happens, and through which app.
#[derive(Clone, Debug)]
pub(crate) struct Cause {
    /// Who.
    pub(crate) by: Party,
    /// Through which app; through none if the system does it.
    pub(crate) client: Option<String>,
}

impl Cause {
    /// The system itself.
    pub(super) fn system() -> Self {
        Self { by: Party::system(), client: None }
    }
}

impl Fact {
    /// The webhook about it, and the push.
    pub(super) fn action(&self) -> &'static str {
        match self {
            Self::Began => "incoming_chat",
            Self::EventAdded { .. } => "incoming_event",
            Self::EventUpdated { .. } => "event_updated",
            Self::Pressed { .. } => "incoming_rich_message_postback",
            Self::PropertiesUpdated { subject, .. } => match subject {
                Subject::Chat => "chat_properties_updated",
                Subject::Thread { .. } => "thread_properties_updated",
                Subject::Event { .. } => "event_properties_updated",
            },
            Self::PropertiesDeleted { subject, .. } => match subject {
                Subject::Chat => "chat_properties_deleted",
                Subject::Thread { .. } => "thread_properties_deleted",
                Subject::Event { .. } => "event_properties_deleted",
            },
            Self::EventDeleted { .. } => "event_deleted",
            Self::SessionFieldsUpdated { .. } => "customer_session_fields_updated",
            Self::Seen { .. } => "events_marked_as_seen",
            Self::AccessUpdated => "chat_access_updated",
            Self::Transferred { .. } => "chat_transferred",
            Self::UserAdded { .. } => "user_added_to_chat",
            Self::UserRemoved { .. } => "user_removed_from_chat",
            Self::Tagged { .. } => "thread_tagged",
            Self::Untagged { .. } => "thread_untagged",
            Self::Summarized { .. } => "thread_summary_set",
            Self::Deactivated { .. } => "chat_deactivated",
        }
    }
}

impl Livechat {
    /// Tells everybody of a fact. Called right after the change it is about, since bodies show the state of that moment.
    pub(super) fn publish(&self, cx: &mut Cx<'_>, cause: &Cause, chat: &str, fact: &Fact) {
        let Some(chat) = self.chats.get(chat) else { return };
        self.journal(cx, cause, chat, fact);
        self.push_fact(cx, cause, chat, fact);
        for registration in self.organization.webhooks.counting(cx.now()) {
            let hook = &registration.hook;
            if hook.action != fact.action() || !self.live(hook) || !self.passes(hook, cause, chat, fact) {
                continue;
            }
            let Some(payload) = self.view(hook.version).payload(chat, fact) else { continue };
            let secret = registration.secret.expose();
            let extras = additional_data(chat, &hook.extras);
            let body = Body::new(&registration.id, secret, hook.action, &self.auth.organization_id, &payload, extras);
            self.post(cx, registration, Some(&chat.id), body);
        }
    }

    /// Sends a body to an address that was registered.
    pub(super) fn post(&self, cx: &mut Cx<'_>, registration: &Registration, chat: Option<&str>, body: Body) {
        cx.send(Outgoing {
            event: registration.hook.action.into(),
            chat: chat.map(str::to_owned),
            to: None,
            method: http::Method::POST,
            url: registration.hook.url.clone(),
            headers: Vec::new(),
            body: body.bytes,
            secret_span: Some(body.secret),
            signing: Some(registration.secret.clone()),
            policy: self.tenant.policy.clone(),
        });
    }

    /// Everything as a version shows it to those of whom nothing is known.
    pub(super) fn view(&self, version: Version) -> View<'_> {
        let erased = Erased::Place;
        View { tenant: &self.tenant, organization: &self.organization, chats: &self.chats, version, erased }
    }

    /// Whether a webhook is sent at all just now.
    pub(super) fn live(&self, hook: &Hook) -> bool {
        let awake = match hook.kind {
            HookKind::License => true,
            HookKind::Bot => self.organization.bots_of(&hook.owner).any(|bot| bot.status != Status::Offline),
        };
        awake && self.organization.webhooks.lets(hook)
    }

    fn passes(&self, hook: &Hook, cause: &Cause, chat: &Chat, fact: &Fact) -> bool {
        let present: Vec<&str> =
            chat.members().iter().filter(|member| member.present).map(|member| member.id.as_str()).collect();
        let bots: Vec<&str> = self.organization.bots_of(&hook.owner).map(|bot| bot.id.as_str()).collect();
        let occasion = Occasion {
            client: cause.app(),
            author: author(chat, fact),
            chat_client: chat.properties.get("source").and_then(|source| source.get("client_id")?.as_str()),
            present: &present,
            agent: None,
            bots: &bots,
        };
        hook.filters.pass(&hook.owner, &occasion)
    }

    fn journal(&self, cx: &mut Cx<'_>, cause: &Cause, chat: &Chat, fact: &Fact) {
        let id = chat.id.as_str();
        let by = cause.by.clone();
        match fact {
            Fact::Began => {
                let name = cx.chat_name(id).map(str::to_owned);
                cx.changed(id, by, Change::Started { name });
                if let Some(thread) = chat.latest() {
                    for event in thread.events() {
                        cx.said(self.said(cause, chat, thread, event));
                    }
                }
                match chat.holder() {
                    Some(holder) => cx.changed(id, Party::system(), Change::Assigned { to: holder.id.clone() }),
                    None if chat.active().is_some() => cx.changed(id, Party::system(), Change::Queued),
                    None => {}
                }
            }
            Fact::EventAdded { thread, place } => {
                let event = chat.thread(thread).and_then(|(_, thread)| Some((thread, thread.events().get(*place)?)));
                if let Some((thread, event)) = event {
                    cx.said(self.said(cause, chat, thread, event));
                }
            }
            Fact::AccessUpdated => cx.changed(id, by, updated("access")),
            Fact::EventUpdated { .. } => cx.changed(id, by, updated("event changed")),
            Fact::Pressed { .. } => cx.changed(id, by, updated("button pressed or released")),
            Fact::PropertiesUpdated { .. } | Fact::PropertiesDeleted { .. } => {
                cx.changed(id, by, updated("properties"));
            }
            Fact::EventDeleted { .. } => cx.changed(id, by, updated("event deleted")),
            Fact::Summarized { .. } => cx.changed(id, by, updated("summary")),
            Fact::SessionFieldsUpdated { .. } => cx.changed(id, by, updated("session fields")),
            Fact::Seen { .. } => cx.changed(id, by, updated("events seen")),
            Fact::Transferred { groups, agents, .. } => {
                let groups = groups.iter().flatten().map(u64::to_string);
                let to: Vec<String> = agents.iter().cloned().chain(groups).collect();
                cx.changed(id, by, Change::Transferred { to: to.into_iter().next().unwrap_or_default() });
                if agents.is_empty() {
                    cx.changed(id, Party::system(), Change::Queued);
                }
            }
            Fact::UserAdded { user, .. } => {
                cx.changed(id, by.clone(), Change::Joined { who: user.clone() });
                if chat.holder().is_some_and(|holder| holder.id == *user) {
                    cx.changed(id, by, Change::Assigned { to: user.clone() });
                }
            }
            Fact::UserRemoved { user, .. } => cx.changed(id, by, Change::Left { who: user.clone() }),
            Fact::Tagged { tag, .. } => cx.changed(id, by, Change::Tagged { tag: tag.clone() }),
            Fact::Untagged { tag, .. } => cx.changed(id, by, Change::Untagged { tag: tag.clone() }),
            Fact::Deactivated { .. } => cx.changed(id, by, Change::Closed { outcome: String::new() }),
        }
    }

    fn said(&self, cause: &Cause, chat: &Chat, thread: &Thread, event: &ThreadEvent) -> Said {
        let (text, attachment) = match &event.draft.content {
            Content::Message { text, .. } => (text.clone(), None),
            Content::File { url, .. } => (String::new(), Some(url.clone())),
            Content::RichMessage { elements, .. } => {
                let titles = elements.iter().filter_map(|element| element.title.clone());
                (titles.collect::<Vec<_>>().join("\n"), None)
            }
            Content::System { kind, text, .. } => (text.clone().unwrap_or_else(|| kind.clone()), None),
            Content::Form { .. } | Content::Custom { .. } => (String::new(), None),
            Content::Activity { source, subtype, .. } => (format!("{source} {subtype}"), None),
        };
        Said {
            chat: chat.id.clone(),
            id: thread.event_id(event),
            from: event.author.as_ref().map_or_else(Party::system, |author| self.speaker(cause, author)),
            text,
            options: event.draft.content.buttons().map(|button| button.text.clone()).collect(),
            attachment,
            audience: match event.draft.visibility {
                Visibility::All => Audience::All,
                Visibility::Agents => Audience::Agents,
            },
        }
    }

    /// The party that an author is. Whoever causes a deed is not always who speaks: a caller may begin a thread with
    /// what others have said.
    fn speaker(&self, cause: &Cause, author: &str) -> Party {
        if cause.by.id == author {
            return cause.by.clone();
        }
        match (self.organization.staffer(author), self.chats.patron(author)) {
            (Some(staffer), _) => staffer.party(),
            (None, Some(patron)) => Party::new(Role::Customer, &patron.key, &patron.name),
            (None, None) => Party::new(Role::Customer, author, author),
        }
    }
}

fn updated(what: &str) -> Change {
    Change::Updated { what: what.to_owned() }
}

/// Who wrote the event that a fact is about, if anybody did.
fn author(chat: &Chat, fact: &Fact) -> Option<AuthorType> {
    let event = match fact {
        Fact::EventAdded { thread, place } => chat.thread(thread)?.1.events().get(*place)?,
        Fact::EventUpdated { thread, event } => chat.thread(thread)?.1.event(event)?,
        Fact::Began
        | Fact::Pressed { .. }
        | Fact::PropertiesUpdated { .. }
        | Fact::PropertiesDeleted { .. }
        | Fact::EventDeleted { .. }
        | Fact::SessionFieldsUpdated { .. }
        | Fact::Seen { .. }
        | Fact::AccessUpdated
        | Fact::Transferred { .. }
        | Fact::UserAdded { .. }
        | Fact::UserRemoved { .. }
        | Fact::Tagged { .. }
        | Fact::Untagged { .. }
        | Fact::Summarized { .. }
        | Fact::Deactivated { .. } => return None,
    };
    let author = event.author.as_ref()?;
    let member = chat.members().iter().find(|member| member.id == *author)?;
    Some(match member.kind {
        MemberKind::Customer => AuthorType::Customer,
        MemberKind::Agent => AuthorType::Agent,
    })
}
