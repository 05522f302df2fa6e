//! A chat in its several forms.

use serde_json::{Map, Value as Json, json};

use super::super::Texter;
use super::super::model::{BotSession, Channel, Chat, Contact, ReplyAction};
use super::super::tenant::{Flow, Tenant};
use super::message::preview;

/// Whom a chat is with.
pub(in crate::platform::texter) fn contact(contact: &Contact) -> Json {
    json!({"name": contact.channel.name(), "id": contact.id, "accountId": contact.account})
}

/// An account of the tenant.
pub(in crate::platform::texter) fn account(channel: Channel, id: &str) -> Json {
    json!({"name": channel.name(), "accountId": id})
}

/// A chat with all its members, but the chats of the same person, which only webhooks show.
pub(in crate::platform::texter) fn whole(tenant: &Tenant, chat: &Chat) -> Map<String, Json> {
    let mut out = Members::new();
    out.put("_id", &chat.id);
    out.put("title", &chat.title);
    out.put_some("displayName", chat.display_name.as_ref());
    out.put("personId", &chat.person);
    out.put("channelInfo", contact(&chat.contact));
    standing(&mut out, tenant, chat);
    out.put_some("lastMessage", chat.last_message().map(preview));
    times(&mut out, chat);
    out.put("botState", chat.bot.as_ref().map(|session| bot(&tenant.flow, session)));
    out.put("previousBotSession", chat.previous_bot.as_ref().map(|session| bot(&tenant.flow, session)));
    out.put("replyAction", chat.reply_action.as_ref().map(reply_action));
    rest(&mut out, chat);
    out.0
}

/// The same with the chats of the same person.
pub(in crate::platform::texter) fn with_person(texter: &Texter, chat: &Chat) -> Json {
    let siblings = texter.chats.of_person(&chat.person);
    let siblings: Vec<Json> = siblings
        .map(|chat| {
            let Contact { channel, id, account } = &chat.contact;
            json!({"name": channel.name(), "accountId": account, "id": id})
        })
        .collect();
    let mut shown = Map::new();
    for (key, value) in whole(&texter.tenant, chat) {
        let is_person = key == "personId";
        shown.insert(key, value);
        if is_person {
            shown.insert("personChats".to_owned(), siblings.clone().into());
        }
    }
    Json::Object(shown)
}

/// What is public of a chat. The vendor's page lacks `externalBot`, which the vendor's own sample bot reads.
pub(in crate::platform::texter) fn public(tenant: &Tenant, chat: &Chat) -> Json {
    let mut out = Members::new();
    out.put("success", true);
    out.put("title", &chat.title);
    out.put("channelInfo", contact(&chat.contact));
    out.put("departmentId", &chat.department);
    out.put("agent", assignee(tenant, chat));
    out.put("status", chat.status.number());
    out.put("created", chat.created.millis());
    out.put("updatedAt", chat.updated.millis());
    out.put_some("lastIncomingMessageTimestamp", chat.last_incoming.map(|at| at.as_millis()));
    out.put_some("lastMessage", chat.last_message().map(preview));
    out.put("unreadCount", chat.unread);
    out.put("botState", chat.bot.as_ref().map(|session| json!({"id": session.id})));
    out.put_some("lastMessageTimestamp", chat.last_message().map(|message| message.at.as_millis()));
    out.put("externalBot", chat.external_bot);
    Json::Object(out.0)
}

/// A chat in a list that was searched for: without its last message, with what older clients read.
pub(in crate::platform::texter) fn row(tenant: &Tenant, chat: &Chat) -> Json {
    let mut out = Members(whole(tenant, chat));
    out.0.shift_remove("lastMessage");
    out.put("channel", chat.contact.channel.name());
    if chat.contact.channel.has_phones() {
        let client = format!("+{}", chat.contact.id);
        out.put("entityPhone", format!("+{}", chat.contact.account));
        out.put("clientPhoneE164", &client);
        out.put("clientPhone", client);
    }
    Json::Object(out.0)
}

fn standing(out: &mut Members, tenant: &Tenant, chat: &Chat) {
    out.put("agent", assignee(tenant, chat));
    out.put("departmentId", &chat.department);
    out.put("status", chat.status.number());
    out.put("unreadCount", chat.unread);
    out.put("labels", &chat.labels);
}

/// Who has a chat, or has had it last.
fn assignee(tenant: &Tenant, chat: &Chat) -> Json {
    let agent = chat.agent.as_deref().and_then(|uid| tenant.agent(uid));
    json!({"uid": chat.agent, "displayName": agent.map_or("", |agent| &agent.name)})
}

fn times(out: &mut Members, chat: &Chat) {
    out.put_some("last_message_timestamp", chat.last_message().map(|message| message.at.as_millis()));
    out.put_some("lastIncomingMessageTimestamp", chat.last_incoming.map(|at| at.as_millis()));
    out.put("created", chat.created.millis());
    out.put("updatedAt", chat.updated.millis());
}

fn rest(out: &mut Members, chat: &Chat) {
    out.put_some("crmData", chat.crm.as_ref());
    out.put_some("crmDeepLink", chat.crm_link.as_ref());
    out.put("externalBot", chat.external_bot);
    // These two are in seconds, where their neighbours are in milliseconds.
    out.put_some("pendingUpdateTime", chat.pending_since.map(|at| at.as_secs()));
    out.put_some("resolvedUpdateTime", chat.resolved_at.map(|at| at.as_secs()));
    out.put_some("unsubscribed", chat.unsubscribed.map(|at| json!({"date": at.millis()})));
}

fn bot(flow: &Flow, session: &BotSession) -> Json {
    json!({
        "id": session.id,
        "flowVersion": {"identifier": flow.identifier, "version": flow.version},
        "node": session.node,
        "userState": {},
    })
}

fn reply_action(action: &ReplyAction) -> Json {
    let mut shown = action.shown.clone();
    shown.insert("created".to_owned(), json!(action.created.as_secs()));
    Json::Object(shown)
}

/// Members of an object, in the order in which they are put.
struct Members(Map<String, Json>);

impl Members {
    fn new() -> Self {
        Self(Map::new())
    }

    fn put(&mut self, key: &str, value: impl serde::Serialize) {
        self.0.insert(key.to_owned(), json!(value));
    }

    fn put_some(&mut self, key: &str, value: Option<impl serde::Serialize>) {
        if let Some(value) = value {
            self.put(key, value);
        }
    }
}
