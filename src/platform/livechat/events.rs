//! The webhooks: which fact becomes which action, who wants to hear of it, and the envelope it travels in.

use std::sync::Arc;

use serde_json::{Value, json};

use super::Livechat;
use super::deed::Actor;
use super::model::{Chat, Fact};
use super::tenant::{Additional, Author, Registration, Scope, SourceType};
use super::version::Version;
use super::wire::{self, Object};
use crate::base::doc_ref::{DocRef, Mark};
use crate::base::secret::Secret;
use crate::platform::Event;
use crate::platform::cx::Cx;
use crate::platform::outgoing::Outgoing;

/// The version of payloads.
const VERSION: Version = Version::V3_6;
const PAGE: &str = "platform.text.com/docs/management/webhooks";

/// The action that alone can be filtered by author.
pub(super) const INCOMING_EVENT: &str = "incoming_event";

macro_rules! events {
    ($( $name:literal, $summary:literal; )*) => {
        /// All webhooks that are sent.
        pub(super) const EVENTS: &[Event] =
            &[ $( Event { name: $name, summary: $summary, doc: DocRef::new(Mark::Docs, PAGE) } ),* ];
    };
}

events! {
    "incoming_chat", "a chat got a new thread; what was said at once is inside";
    "chat_deactivated", "a thread was closed";
    "chat_access_updated", "a chat is for other groups now";
    "chat_transferred", "a chat went to somebody else, or into the queue";
    "user_added_to_chat", "an agent, a bot or a customer joined a chat";
    "user_removed_from_chat", "an agent or a bot left a chat";
    "incoming_event", "something was said or noted in a chat; what the bot says itself too";
    "thread_tagged", "a thread got a tag";
    "thread_untagged", "a thread lost a tag";
}

/// A registration that is in force.
pub(super) struct Hook {
    id: String,
    secret: Secret,
    registration: Registration,
}

impl Hook {
    /// Puts a registration in force; `usual` is the secret where none is set up.
    pub(super) fn open(cx: &mut Cx<'_>, registration: Registration, usual: &Secret) -> Self {
        let id = cx.draw("livechat/webhook-id").characters(b"abcdefghijklmnopqrstuvwxyz0123456789", 25);
        let secret = registration.secret.clone().unwrap_or_else(|| usual.clone());
        Self { id, secret, registration }
    }

    /// What every webhook of it carries.
    pub(super) fn secret(&self) -> &Secret {
        &self.secret
    }
}

/// What is told: the action, what it says, and who wrote it if it is an event.
struct Told<'a> {
    action: &'static str,
    payload: Value,
    author: Option<&'a str>,
}

impl Livechat {
    /// Tells everybody who wants to hear of it that something happened in a chat.
    pub(super) fn publish(&self, cx: &mut Cx<'_>, id: &str, actor: &Actor, fact: &Fact) {
        if self.hooks.is_empty() {
            return;
        }
        let Some(chat) = self.chats.get(id) else { return };
        let Some(told) = self.told(chat, fact) else { return };
        for hook in &self.hooks {
            if hook.registration.action == told.action && self.wants(&hook.registration, chat, actor, &told) {
                self.post(cx, hook, chat, &told);
            }
        }
    }

    fn told<'a>(&self, chat: &'a Chat, fact: &Fact) -> Option<Told<'a>> {
        let thread = chat.latest()?;
        let in_chat = || Object::default().put("chat_id", chat.id.as_str());
        let in_thread = || in_chat().put("thread_id", thread.id.as_str());
        let (action, payload) = match fact {
            Fact::Began => {
                let chat = Object::default()
                    .put("id", chat.id.as_str())
                    .put("users", self.users(chat, VERSION))
                    .put("properties", wire::properties_of(&chat.properties))
                    .put("access", wire::access_of(chat))
                    .put("thread", self.thread(chat, thread));
                ("incoming_chat", Object::default().put("chat", chat.done()))
            }
            Fact::EventAdded { place } => {
                let event = thread.events().get(*place)?;
                let payload = in_thread().put("event", wire::event(thread, event)).done();
                return Some(Told { action: INCOMING_EVENT, payload, author: event.author.as_deref() });
            }
            Fact::AccessUpdated => {
                let payload = Object::default().put("id", chat.id.as_str()).put("access", wire::access_of(chat));
                ("chat_access_updated", payload)
            }
            Fact::Transferred { reason, requester, groups, agents } => {
                let to = Object::default().maybe("group_ids", groups.clone()).put("agent_ids", agents.as_slice());
                let payload = in_thread()
                    .maybe("requester_id", requester.as_deref())
                    .document("reason", reason)
                    .put("transferred_to", to.done())
                    .maybe("queue", self.queue(chat, thread));
                ("chat_transferred", payload)
            }
            Fact::UserAdded { user, reason, requester } => {
                let member = chat.members().iter().find(|member| member.id == *user)?;
                let payload = in_thread()
                    .put("user", self.user(chat, member, VERSION))
                    .document("reason", reason)
                    .maybe("requester_id", requester.as_deref());
                ("user_added_to_chat", payload)
            }
            Fact::UserRemoved { user, reason, requester } => {
                let payload = in_thread()
                    .put("user_id", user.as_str())
                    .document("reason", reason)
                    .maybe("requester_id", requester.as_deref());
                ("user_removed_from_chat", payload)
            }
            Fact::Tagged { thread, tag } => {
                ("thread_tagged", in_chat().put("thread_id", thread.as_str()).put("tag", tag.as_str()))
            }
            Fact::Untagged { thread, tag } => {
                ("thread_untagged", in_chat().put("thread_id", thread.as_str()).put("tag", tag.as_str()))
            }
            Fact::Deactivated { user } => ("chat_deactivated", in_thread().maybe("user_id", user.as_deref())),
        };
        Some(Told { action, payload: payload.done(), author: None })
    }

    /// Whether all conditions of a registration hold.
    fn wants(&self, registration: &Registration, chat: &Chat, actor: &Actor, told: &Told<'_>) -> bool {
        let (filters, app) = (&registration.filters, registration.client.as_str());
        let in_force = match registration.scope {
            Scope::License => true,
            Scope::Bot => self.tenant.has_bot_of(app),
        };
        let by_author = filters.author.is_none_or(|wanted| {
            let written_by = told
                .author
                .map(|author| if self.tenant.worker(author).is_some() { Author::Agent } else { Author::Customer });
            written_by == Some(wanted)
        });
        let begun_by = chat.properties.get("source").and_then(|source| source.get("client_id"));
        let mine = !filters.only_my_chats || begun_by.and_then(Value::as_str) == Some(app);
        let here = |id: &String| chat.present(id).is_some();
        let with = filters.with.is_empty() || filters.with.iter().any(here);
        let without = !filters.without.iter().any(here);
        let bots = !filters.my_bots || self.tenant.bots_of(app).any(|bot| here(&bot.id));
        let source = match &actor.client {
            Some(client) if client == app => SourceType::MyClient,
            Some(_) => SourceType::OtherClients,
            None => SourceType::System,
        };
        let caused = filters.sources.is_empty() || filters.sources.contains(&source);
        in_force && by_author && mine && with && without && bots && caused
    }

    fn post(&self, cx: &mut Cx<'_>, hook: &Hook, chat: &Chat, told: &Told<'_>) {
        let mut additional = Object::default();
        for kind in &hook.registration.additional {
            additional = match kind {
                Additional::ChatProperties => additional.put("chat_properties", wire::properties_of(&chat.properties)),
                Additional::PresentUsers => {
                    let present = chat.members().iter().filter(|member| member.present);
                    let ids: Vec<&str> = present.map(|member| member.id.as_str()).collect();
                    additional.put("chat_presence_user_ids", ids)
                }
            };
        }
        let secret = Value::from(hook.secret.expose()).to_string();
        let head = format!("{{\"webhook_id\":{},\"secret_key\":", Value::from(hook.id.as_str()));
        let rest = json!({
            "action": told.action,
            "organization_id": self.organization,
            "payload": told.payload,
            "additional_data": additional.done(),
        });
        // The value alone, without the quotes around it.
        let span = head.len() + 1..head.len() + secret.len() - 1;
        let rest = rest.to_string();
        let body = format!("{head}{secret},{}", &rest[1..]);
        cx.send(Outgoing {
            event: told.action,
            chat: Some(chat.id.clone()),
            url: hook.registration.url.clone(),
            headers: Vec::new(),
            body: body.into(),
            secret_span: Some(span),
            signing: Some(hook.secret.clone()),
            policy: Arc::clone(&self.tenant.policy),
        });
    }
}
