//! The bot as a bot agent of LiveChat (<https://platform.text.com/docs/messaging/agent-chat-api>).

use std::sync::Arc;

use http::{Method, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use super::chats::{Chats, Conversation, Delivery, Failure, News};
use super::http::{Api, Incoming};
use super::mind::{CHOICES, Heard, MENU, Step, TAG};
use super::{LivechatAccount, Manners, Refusal, verify};
use crate::base::secret::Secret;

/// The errors that say that the bot has no part in the chat (any more).
const NOT_OURS: [&str; 3] = ["authorization", "chat_inactive", "missing_access"];

pub(super) struct Livechat {
    account: LivechatAccount,
    authorization: Secret,
    api: Arc<Api>,
    chats: Chats,
}

impl Livechat {
    pub(super) fn new(account: LivechatAccount, manners: Manners, api: Arc<Api>) -> Self {
        let authorization = Secret::new(format!("Bearer {}", account.token.expose()));
        Self { account, authorization, api, chats: Chats::new(manners) }
    }

    pub(super) async fn take(&self, webhook: &Incoming) -> Result<(), Refusal> {
        let secret = &self.account.secret_key;
        verify::signature_if_any(&webhook.headers, &webhook.body, secret, webhook.at).map_err(|_| Refusal::Forged)?;
        let event: Webhook = serde_json::from_slice(&webhook.body)?;
        if !verify::same(&event.secret_key, secret) {
            return Err(Refusal::Forged);
        }
        let Some(mut delivery) = self.read(event)? else { return Ok(()) };
        delivery.keys.extend(webhook.header("webhook-id").map(str::to_owned));
        let (chat, thread) = (delivery.chat.clone(), delivery.thread.clone());
        Ok(self.chats.handle(delivery, &Dialogue { desk: self, chat, thread }).await?)
    }

    /// What a webhook means to the bot; most mean nothing.
    fn read(&self, event: Webhook) -> Result<Option<Delivery>, Refusal> {
        let delivery = match event.action.as_str() {
            "incoming_chat" => Some(self.incoming_chat(serde_json::from_value(event.payload)?)),
            "user_added_to_chat" => self.user_added(serde_json::from_value(event.payload)?),
            "incoming_event" => self.incoming_event(serde_json::from_value(event.payload)?),
            "incoming_rich_message_postback" => postback(serde_json::from_value(event.payload)?),
            "user_removed_from_chat" => self.user_removed(serde_json::from_value(event.payload)?),
            "chat_deactivated" => {
                let Closed { chat_id, thread_id } = serde_json::from_value(event.payload)?;
                Some(Delivery { chat: chat_id, thread: thread_id, keys: vec![], news: News::Lost })
            }
            _ => None,
        };
        Ok(delivery)
    }

    fn incoming_chat(&self, IncomingChat { chat }: IncomingChat) -> Delivery {
        let here = chat.users.iter().any(|user| self.is_me(user));
        let (chat, thread) = (chat.id, chat.thread);
        if !here {
            return Delivery { chat, thread: thread.id, keys: vec![], news: News::Lost };
        }
        let first = thread.events.iter().rev().find_map(|event| self.heard(event));
        Delivery { keys: vec![opening(&chat, &thread.id)], chat, thread: thread.id, news: News::Opened(first) }
    }

    fn user_added(&self, added: UserAdded) -> Option<Delivery> {
        let thread = added.thread_id.filter(|_| self.is_me(&added.user))?;
        let keys = vec![opening(&added.chat_id, &thread)];
        Some(Delivery { chat: added.chat_id, thread, keys, news: News::Opened(None) })
    }

    fn user_removed(&self, removed: UserRemoved) -> Option<Delivery> {
        let me = self.is_me(&User { id: removed.user_id, r#type: "agent".to_owned() });
        let thread = removed.thread_id.filter(|_| me)?;
        Some(Delivery { chat: removed.chat_id, thread, keys: vec![], news: News::Lost })
    }

    fn incoming_event(&self, incoming: IncomingEvent) -> Option<Delivery> {
        let heard = self.heard(&incoming.event)?;
        let choice = incoming.event.postback.map(|postback| choice(&postback.event_id, &postback.id));
        let keys = std::iter::once(incoming.event.id).chain(choice).collect();
        Some(Delivery { chat: incoming.chat_id, thread: incoming.thread_id, keys, news: News::Heard(heard) })
    }

    /// What a customer says with an event; nothing if somebody else made it.
    fn heard(&self, event: &Event) -> Option<Heard> {
        let author = event.author_id.as_deref()?;
        if is_staff(author) || self.account.bot_id.as_deref() == Some(author) {
            return None;
        }
        match (event.r#type.as_str(), &event.postback) {
            ("message", Some(chosen)) => Some(Heard::Choice { payload: chosen.id.clone(), title: event.text.clone() }),
            ("message", None) => Some(Heard::Words(event.text.clone())),
            ("file", _) => Some(Heard::File),
            _ => None,
        }
    }

    fn is_me(&self, user: &User) -> bool {
        match &self.account.bot_id {
            Some(id) => user.id == *id,
            None => user.r#type == "agent" && !user.id.contains('@'),
        }
    }

    async fn call(&self, action: &str, body: &Value) -> Result<(), Failure> {
        let path = format!("/v3.6/agent/action/{action}");
        let answer = self.api.call(Method::POST, &path, ("authorization", &self.authorization), body).await?;
        match answer.status {
            StatusCode::OK => Ok(()),
            _ if NOT_OURS.contains(&answer.json::<Envelope>().error.r#type.as_str()) => Err(Failure::NotOurs),
            status => Err(Failure::Refused(status)),
        }
    }
}

/// A thread begins once, whether the vendor tells it with `incoming_chat`, with `user_added_to_chat` or with both.
fn opening(chat: &str, thread: &str) -> String {
    format!("{chat}/{thread}")
}

/// A quick reply is chosen once, whether the vendor tells it with a message, with a postback or with both.
fn choice(event: &str, button: &str) -> String {
    format!("{event}/{button}")
}

fn postback(chosen: RichMessagePostback) -> Option<Delivery> {
    let Pressed { id, toggled } = chosen.postback;
    let keys = vec![choice(&chosen.event_id, &id)];
    let news = News::Heard(Heard::Choice { payload: id, title: String::new() });
    toggled.then_some(Delivery { chat: chosen.chat_id, thread: chosen.thread_id, keys, news })
}

/// Agents have e-mail addresses for ids and bots 32 hexadecimal digits; customers have UUIDs.
fn is_staff(id: &str) -> bool {
    id.contains('@') || (id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// One thread of one chat.
struct Dialogue<'a> {
    desk: &'a Livechat,
    chat: String,
    thread: String,
}

impl Dialogue<'_> {
    async fn send(&self, event: Value) -> Result<(), Failure> {
        self.desk.call("send_event", &json!({"chat_id": self.chat, "event": event})).await
    }
}

impl Conversation for Dialogue<'_> {
    async fn carry_out(&self, step: &Step) -> Result<(), Failure> {
        match step {
            Step::Say(text) => self.send(json!({"type": "message", "text": text})).await,
            Step::Offer => {
                let buttons = CHOICES.map(|choice| {
                    json!({"type": "message", "text": choice.title, "value": choice.title, "postback_id": choice.payload, "user_ids": []})
                });
                let elements = json!([{"title": MENU, "buttons": buttons}]);
                self.send(json!({"type": "rich_message", "template_id": "quick_replies", "elements": elements})).await
            }
            Step::HandOver => {
                let target = json!({"type": "group", "ids": [self.desk.account.handover_group]});
                let body = json!({"id": self.chat, "target": target, "ignore_agents_availability": true});
                self.desk.call("transfer_chat", &body).await
            }
            Step::Close => {
                let tag = json!({"chat_id": self.chat, "thread_id": self.thread, "tag": TAG});
                self.desk.call("tag_thread", &tag).await?;
                self.desk.call("deactivate_chat", &json!({"id": self.chat})).await
            }
        }
    }
}

#[derive(Default, Deserialize)]
struct Envelope {
    error: Error,
}

#[derive(Default, Deserialize)]
struct Error {
    r#type: String,
}

#[derive(Deserialize)]
struct Webhook {
    #[serde(default)]
    secret_key: String,
    action: String,
    payload: Value,
}

#[derive(Deserialize)]
struct IncomingChat {
    chat: Chat,
}

#[derive(Deserialize)]
struct Chat {
    id: String,
    users: Vec<User>,
    thread: Thread,
}

#[derive(Deserialize)]
struct User {
    id: String,
    r#type: String,
}

#[derive(Deserialize)]
struct Thread {
    id: String,
    #[serde(default)]
    events: Vec<Event>,
}

#[derive(Deserialize)]
struct Event {
    id: String,
    r#type: String,
    author_id: Option<String>,
    #[serde(default)]
    text: String,
    postback: Option<Chosen>,
}

#[derive(Deserialize)]
struct Chosen {
    id: String,
    event_id: String,
}

#[derive(Deserialize)]
struct IncomingEvent {
    chat_id: String,
    thread_id: String,
    event: Event,
}

#[derive(Deserialize)]
struct RichMessagePostback {
    chat_id: String,
    thread_id: String,
    event_id: String,
    postback: Pressed,
}

#[derive(Deserialize)]
struct Pressed {
    id: String,
    toggled: bool,
}

#[derive(Deserialize)]
struct UserAdded {
    chat_id: String,
    thread_id: Option<String>,
    user: User,
}

#[derive(Deserialize)]
struct UserRemoved {
    chat_id: String,
    thread_id: Option<String>,
    user_id: String,
}

#[derive(Deserialize)]
struct Closed {
    chat_id: String,
    thread_id: String,
}
