//! The bot as a subscriber of Texter (<https://help.texterchat.com/api-reference>), which works in the chats that no human has.

use std::sync::Arc;

use http::{Method, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use super::chats::{Chats, Conversation, Delivery, Failure, News};
use super::http::{Answer, Api, Incoming};
use super::mind::{CHOICES, Heard, MENU, Step, TAG};
use super::{Manners, Refusal, TexterAccount, verify};
use crate::base::secret::Secret;

/// The status of a chat that is a bot's.
const BOT: u8 = 0;

/// Why nothing can be sent once the contact has been silent for a day. The vendor does not publish the words.
const WINDOW_CLOSED: &str = "Session window closed";

pub(super) struct Texter {
    account: TexterAccount,
    authorization: Secret,
    api: Arc<Api>,
    chats: Chats,
}

impl Texter {
    pub(super) fn new(account: TexterAccount, manners: Manners, api: Arc<Api>) -> Self {
        let authorization = Secret::new(format!("Bearer {}", account.token.expose()));
        Self { account, authorization, api, chats: Chats::new(manners) }
    }

    pub(super) async fn take(&self, webhook: &Incoming) -> Result<(), Refusal> {
        if let Some(secret) = &self.account.secret {
            verify::signature(&webhook.headers, &webhook.body, secret, webhook.at).map_err(|_| Refusal::Forged)?;
        }
        let Some(mut delivery) = read(serde_json::from_slice(&webhook.body)?)? else { return Ok(()) };
        delivery.keys.extend(webhook.header("webhook-id").map(str::to_owned));
        let chat = delivery.chat.clone();
        Ok(self.chats.handle(delivery, &Dialogue { desk: self, chat }).await?)
    }

    async fn post(&self, path: &str, body: &Value) -> Result<Answer, Failure> {
        let path = format!("/server/api/v2{path}");
        self.api.call(Method::POST, &path, ("authorization", &self.authorization), body).await
    }
}

/// What a webhook means to the bot; most mean nothing.
fn read(webhook: Webhook) -> Result<Option<Delivery>, Refusal> {
    let delivery = match webhook.event_name.as_str() {
        "newIncomingMessage" => incoming(serde_json::from_value(webhook.event_data)?),
        "chatPending" | "chatAssigned" | "chatResolved" | "chatResolvedByAgent" | "chatResolvedByBot" => {
            let About { chat } = serde_json::from_value(webhook.event_data)?;
            Some(Delivery { thread: chat.session(), chat: chat.id, keys: vec![], news: News::Lost })
        }
        _ => None,
    };
    Ok(delivery)
}

fn incoming(Written { message, chat }: Written) -> Option<Delivery> {
    if chat.status != BOT {
        return None;
    }
    let heard = match (message.r#type.as_str(), message.postback) {
        ("postback", Some(Postback { payload, title })) => Heard::Choice { payload, title },
        ("media", _) => Heard::File,
        _ => Heard::Words(message.text),
    };
    // A chat goes on for ever, in one session of the vendor's bot after another.
    let thread = message.bot_session_id.unwrap_or_else(|| chat.session());
    Some(Delivery { chat: chat.id, thread, keys: vec![message.id], news: News::Wrote(heard) })
}

fn accept(answer: &Answer) -> Result<(), Failure> {
    if answer.status.is_success() { Ok(()) } else { Err(Failure::Refused(answer.status)) }
}

/// One chat.
struct Dialogue<'a> {
    desk: &'a Texter,
    chat: String,
}

impl Dialogue<'_> {
    async fn send(&self, message: Value) -> Result<(), Failure> {
        let answer = self.desk.post(&format!("/messages/send/{}", self.chat), &message).await?;
        match answer.status {
            StatusCode::NOT_FOUND => Err(Failure::NotOurs),
            StatusCode::BAD_REQUEST if answer.json::<Envelope>().error == WINDOW_CLOSED => Err(Failure::NotOurs),
            _ => accept(&answer),
        }
    }

    /// A label must be there before a chat can have it.
    async fn label(&self) -> Result<(), Failure> {
        let label = self.desk.post("/labels", &json!({"id": TAG, "name": TAG})).await?;
        if label.status != StatusCode::CONFLICT {
            accept(&label)?;
        }
        accept(&self.desk.post(&format!("/chats/{}/labels", self.chat), &json!({"add": [TAG]})).await?)
    }
}

impl Conversation for Dialogue<'_> {
    async fn carry_out(&self, step: &Step) -> Result<(), Failure> {
        match step {
            Step::Say(text) => self.send(json!({"type": "text", "text": text})).await,
            Step::Offer => {
                let buttons = CHOICES.map(|choice| json!({"title": choice.title, "payload": choice.payload}));
                self.send(json!({"type": "buttons", "text": MENU, "buttons": buttons})).await
            }
            Step::HandOver => {
                let target = json!({"chatId": self.chat, "departmentId": self.desk.account.department});
                accept(&self.desk.post("/chats/assign", &target).await?)
            }
            Step::Close => {
                self.label().await?;
                accept(&self.desk.post(&format!("/chats/{}/resolve", self.chat), &Value::Null).await?)
            }
        }
    }
}

#[derive(Default, Deserialize)]
struct Envelope {
    error: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Webhook {
    event_name: String,
    event_data: Value,
}

#[derive(Deserialize)]
struct Written {
    message: Message,
    chat: Chat,
}

#[derive(Deserialize)]
struct About {
    chat: Chat,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Message {
    #[serde(rename = "_id")]
    id: String,
    r#type: String,
    #[serde(default)]
    text: String,
    postback: Option<Postback>,
    bot_session_id: Option<String>,
}

#[derive(Deserialize)]
struct Postback {
    payload: String,
    #[serde(default)]
    title: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Chat {
    #[serde(rename = "_id")]
    id: String,
    status: u8,
    bot_state: Option<BotState>,
}

#[derive(Deserialize)]
struct BotState {
    id: String,
}

impl Chat {
    /// The session of the vendor's bot; nothing in a chat that never had one.
    fn session(&self) -> String {
        self.bot_state.as_ref().map(|state| state.id.clone()).unwrap_or_default()
    }
}
