//! The bot as a virtual agent of imi.chat (<https://docs.imi.chat/reference/how-to-get-started>).

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::Method;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::Mutex;

use super::chats::{Chats, Conversation, Delivery, Failure, News};
use super::http::{Answer, Api, Incoming};
use super::mind::{CHOICES, Heard, MENU, Step, TAG};
use super::{ImichatAccount, ImichatHandover, Manners, Refusal, verify};
use crate::base::secret::Secret;

/// The codes for an access token that was never issued or is too old: either way a new one is due.
const STALE_TOKEN: [u64; 2] = [2003, 2004];

pub(super) struct Imichat {
    account: ImichatAccount,
    api: Arc<Api>,
    chats: Chats,
    token: Mutex<Option<Secret>>,
}

impl Imichat {
    pub(super) fn new(account: ImichatAccount, manners: Manners, api: Arc<Api>) -> Self {
        Self { account, api, chats: Chats::new(manners), token: Mutex::default() }
    }

    pub(super) async fn take(&self, webhook: &Incoming) -> Result<(), Refusal> {
        if let Some((name, value)) = &self.account.webhook_header
            && !webhook.header(name.as_str()).is_some_and(|given| verify::same(given, value))
        {
            return Err(Refusal::Forged);
        }
        let event: Event = serde_json::from_slice(&webhook.body)?;
        let Some(news) = event.news() else { return Ok(()) };
        let conversation = Dialogue {
            desk: self,
            chat: &event.chat_id,
            channel: event.channel.to_lowercase(),
            at: millis(&event.posted_on),
            request: &event.transaction_id,
        };
        // An assignment is what LiveChat calls a thread, and only the latest counts.
        let delivery = Delivery {
            chat: event.chat_id.clone(),
            thread: String::new(),
            keys: [Some(event.transaction_id.as_str()), webhook.header("webhook-id")]
                .into_iter()
                .flatten()
                .filter(|key| !key.is_empty())
                .map(str::to_owned)
                .collect(),
            news,
        };
        Ok(self.chats.handle(delivery, &conversation).await?)
    }

    /// Makes a call with the current access token, once more with a new one if the vendor does not like it.
    async fn call(&self, method: Method, path: &str, body: &Value) -> Result<(), Failure> {
        let token = self.token().await?;
        let answer = self.api.call(method.clone(), path, ("access_token", &token), body).await?;
        if !STALE_TOKEN.contains(&answer.json::<Envelope>().status_code) {
            return accept(&answer);
        }
        self.forget(&token).await;
        let token = self.token().await?;
        accept(&self.api.call(method, path, ("access_token", &token), body).await?)
    }

    /// The current access token; whoever comes while one is being fetched waits for it.
    async fn token(&self) -> Result<Secret, Failure> {
        let mut token = self.token.lock().await;
        if let Some(token) = &*token {
            return Ok(token.clone());
        }
        let credential = format!("{}@{}", self.account.api_key.expose(), self.account.domain);
        let credential = Secret::new(STANDARD.encode(credential));
        let answer =
            self.api.call(Method::GET, "/v3.1/authorize", ("authorization", &credential), &Value::Null).await?;
        accept(&answer)?;
        let issued = answer.headers.get("access_token").and_then(|value| value.to_str().ok());
        let issued = Secret::new(issued.ok_or(Failure::Refused(answer.status))?);
        Ok(token.insert(issued).clone())
    }

    /// Forgets a token, unless somebody has fetched another one meanwhile.
    async fn forget(&self, stale: &Secret) {
        let mut token = self.token.lock().await;
        token.take_if(|token| token == stale);
    }
}

fn accept(answer: &Answer) -> Result<(), Failure> {
    match answer.status {
        status if status.is_success() => Ok(()),
        http::StatusCode::CONFLICT => Err(Failure::NotOurs),
        status => Err(Failure::Refused(status)),
    }
}

/// One chat, as far as an event tells about it.
struct Dialogue<'a> {
    desk: &'a Imichat,
    chat: &'a str,
    channel: String,
    at: String,
    request: &'a str,
}

impl Dialogue<'_> {
    async fn say(&self, text: &str) -> Result<(), Failure> {
        let mut message = json!({"type": "outbound", "text": text, "timestamp": self.at});
        if let "livechat" | "whatsapp" = self.channel.as_str() {
            message[format!("{}_sub_type", self.channel)] = json!("text");
        }
        self.append(&message).await
    }

    /// Only live chat has quick replies; elsewhere the menu is a text.
    async fn offer(&self) -> Result<(), Failure> {
        if self.channel != "livechat" {
            let titles = CHOICES.map(|choice| format!("\n- {}", choice.title));
            return self.say(&format!("{MENU}{}", titles.concat())).await;
        }
        let options = CHOICES.map(|choice| json!({"title": choice.title, "payload": choice.payload}));
        let quick_replies = json!({"request_identifier": self.request, "options": options});
        self.append(&json!({
            "type": "outbound", "livechat_sub_type": "quick_replies", "quick_replies": quick_replies, "timestamp": self.at,
        }))
        .await
    }

    async fn append(&self, message: &Value) -> Result<(), Failure> {
        self.desk.call(Method::POST, &format!("/v3.1/chats/{}/messages", self.chat), message).await
    }

    async fn change(&self, changes: &Value) -> Result<(), Failure> {
        self.desk.call(Method::PATCH, &format!("/v3.1/chats/{}", self.chat), changes).await
    }
}

impl Conversation for Dialogue<'_> {
    async fn carry_out(&self, step: &Step) -> Result<(), Failure> {
        match (step, self.desk.account.handover) {
            (Step::Say(text), _) => self.say(text).await,
            (Step::Offer, _) => self.offer().await,
            (Step::HandOver, ImichatHandover::Team(team)) => {
                let path = format!("/v3.1/internal/chats/{}", self.chat);
                self.desk.call(Method::PATCH, &path, &json!({"transfer": {"teamid": team}})).await
            }
            (Step::HandOver, ImichatHandover::Queue) => self.change(&json!({"status": "queued"})).await,
            (Step::Close, _) => self.change(&json!({"status": "closed", "outcome": "Resolved", "tags": [TAG]})).await,
        }
    }
}

/// The time of an event to the millisecond, as the API writes times. A message bears the time of the event that it answers rather
/// than that of our own clock, so that a run that is repeated is the same to the byte.
fn millis(posted_on: &str) -> String {
    let (seconds, fraction) =
        posted_on.trim_end_matches('Z').split_once('.').unwrap_or((posted_on.trim_end_matches('Z'), ""));
    format!("{seconds}.{:0<3.3}Z", fraction)
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Envelope {
    status_code: u64,
}

#[derive(Deserialize)]
struct Event {
    event_type: String,
    chat_id: String,
    #[serde(default)]
    channel: String,
    posted_on: String,
    #[serde(default)]
    payload: Payload,
    #[serde(default)]
    transaction_id: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Payload {
    messages: Vec<Message>,
}

#[derive(Deserialize)]
struct Message {
    #[serde(default)]
    text: String,
    #[serde(default)]
    attachments: Vec<Value>,
    interactive_response: Option<Interactive>,
    wab_interactive_response: Option<Interactive>,
}

#[derive(Clone, Deserialize)]
struct Interactive {
    title: String,
    #[serde(default)]
    postback: String,
}

impl Event {
    fn news(&self) -> Option<News> {
        let heard = self.payload.messages.last().map(Message::heard);
        match self.event_type.as_str() {
            "chat.assigned" => Some(News::Opened(heard)),
            "message.received" => heard.map(News::Heard),
            "chat.closed" => Some(News::Lost),
            _ => None,
        }
    }
}

impl Message {
    fn heard(&self) -> Heard {
        if let Some(chosen) = self.interactive_response.as_ref().or(self.wab_interactive_response.as_ref()) {
            return Heard::Choice { payload: chosen.postback.clone(), title: chosen.title.clone() };
        }
        if self.attachments.is_empty() { Heard::Words(self.text.clone()) } else { Heard::File }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_an_event_is_cut_or_filled_to_milliseconds() {
        for (posted_on, expected) in [
            ("2020-07-06T07:11:33.2599382Z", "2020-07-06T07:11:33.259Z"),
            ("2020-07-06T07:11:30.12Z", "2020-07-06T07:11:30.120Z"),
            ("2019-05-12T20:00:00Z", "2019-05-12T20:00:00.000Z"),
        ] {
            assert_eq!(millis(posted_on), expected);
        }
    }
}
