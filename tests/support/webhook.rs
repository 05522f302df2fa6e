//! Webhooks as the vendors send them.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use super::fake_vendor::post;

pub(crate) const SECRET_KEY: &str = "whsec_cmVoZWFyc2FsLXRlc3Qtc2VjcmV0LTAwMDE=";

const CUSTOMER: &str = "4d2f6a8c-1b3e-4f50-9c7d-8e9fa0b1c2d3";
/// The id of the bot at LiveChat.
pub(crate) const BOT: &str = "a17c3e5b9d204f6881c2d3e4f5a6b7c8";
const AGENT: &str = "mia.lind@acme.example";

/// Which vendor a conversation takes place at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Vendor {
    Imichat,
    Livechat,
    Texter,
}

/// What happens in a chat.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Move {
    /// The chat is given to the bot, and the customer has said nothing yet; at Texter, where chats begin with words, only "Hi".
    Opens,
    /// The chat is given to the bot with this first message.
    OpensWith(&'static str),
    /// The customer writes.
    Says(&'static str),
    /// The customer taps a quick reply.
    Chooses { title: &'static str, payload: &'static str },
    /// The customer sends a file.
    Attaches,
    /// An agent, the bot itself or the system does something that the platform tells the bot too.
    OthersTalk,
    /// Somebody else closes the chat.
    IsClosed,
}

/// A webhook that is ready to go.
#[derive(Clone)]
pub(crate) struct Webhook {
    pub(crate) path: &'static str,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Webhook {
    /// Sends it to the bot at this address and returns the status it is answered with.
    pub(crate) fn send(&self, bot: &str) -> u16 {
        post(&format!("{bot}{}", self.path), &self.headers, &self.body)
    }

    /// The same with this header in place of the one it has.
    pub(crate) fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(known, _)| known != name);
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same without this header.
    pub(crate) fn without_header(mut self, name: &str) -> Self {
        self.headers.retain(|(known, _)| known != name);
        self
    }

    /// The same with these headers and no others.
    pub(crate) fn with_headers(self, headers: Vec<(String, String)>) -> Self {
        Self { headers, ..self }
    }

    /// The same with another body, signed anew if it was signed.
    pub(crate) fn with_body(self, body: &Value) -> Self {
        let body = body.to_string().into_bytes();
        match self.path {
            "/livechat" => Self { headers: signed("msg_other", now(), &body, SECRET_KEY), body, ..self },
            _ => Self { body, ..self },
        }
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

impl Vendor {
    /// The webhooks that tell of the `n`th move in a chat; two where the platform tells it twice.
    pub(crate) fn webhooks(self, chat: &str, n: usize, what: Move) -> Vec<Webhook> {
        match self {
            Self::Imichat => imichat(chat, n, what),
            Self::Livechat => livechat(chat, n, what),
            Self::Texter => texter(chat, n, what),
        }
    }

    /// The one webhook of a move that is told once.
    pub(crate) fn webhook(self, chat: &str, n: usize, what: Move) -> Webhook {
        let mut webhooks = self.webhooks(chat, n, what);
        assert_eq!(webhooks.len(), 1, "{what:?}");
        webhooks.remove(0)
    }
}

/// The headers of a signed webhook.
pub(crate) fn signed(id: &str, at: u64, body: &[u8], secret: &str) -> Vec<(String, String)> {
    let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
    mac.update(format!("{id}.{at}.").as_bytes());
    mac.update(body);
    let signature = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
    [("webhook-id", id.to_owned()), ("webhook-timestamp", at.to_string()), ("webhook-signature", signature)]
        .map(|(name, value)| (name.to_owned(), value))
        .to_vec()
}

pub(crate) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

fn imichat(chat: &str, n: usize, what: Move) -> Vec<Webhook> {
    let message = |text: &str| {
        json!({"transid": format!("{chat}-{n}"), "type": "text", "text": text, "attachments": [],
            "timestamp": "2020-07-06T07:11:30.12Z", "interactive_response": null, "wab_interactive_response": null})
    };
    let (event, payload) = match what {
        Move::Opens => ("chat.assigned", json!({"skill": "", "messages": []})),
        Move::OpensWith(text) => ("chat.assigned", json!({"skill": "", "messages": [message(text)]})),
        Move::Says(text) => ("message.received", json!({"messages": [message(text)]})),
        Move::Chooses { title, payload } => {
            let mut message = message("");
            message["type"] = json!("interactive");
            message["interactive_response"] = json!({"title": title, "postback": payload});
            ("message.received", json!({"messages": [message]}))
        }
        Move::Attaches => {
            let mut message = message("");
            message["attachments"] = json!([{"type": "image", "url": "https://cdn.example/invoice.png"}]);
            ("message.received", json!({"messages": [message]}))
        }
        Move::OthersTalk => return vec![],
        Move::IsClosed => ("chat.closed", json!({"timestamp": "2020-07-06T07:11:33.259Z", "chat_outcome": "Resolved"})),
    };
    let body = json!({
        "event_type": event, "channel": "LiveChat", "chat_id": chat, "asset": "im15102452", "destination_id": CUSTOMER,
        "thread_id": "ece941a6", "browserfingerprint": CUSTOMER, "subject": "", "posted_on": "2020-07-06T07:11:33.2599382Z",
        "payload": payload, "transaction_id": format!("transaction-{chat}-{n}"),
    });
    let headers = vec![("x-bot-key".to_owned(), "s3cret".to_owned())];
    vec![Webhook { path: "/imichat", headers, body: body.to_string().into_bytes() }]
}

fn livechat(chat: &str, n: usize, what: Move) -> Vec<Webhook> {
    let thread = format!("{chat}T");
    let event = |n: usize, author: &str, text: &str| {
        json!({"id": format!("{thread}_{n}"), "created_at": "2020-07-06T07:11:33.259938Z", "visibility": "all", "type": "message",
            "text": text, "author_id": author, "properties": {}})
    };
    let opens = |events: Value| {
        let customer = json!({"id": CUSTOMER, "type": "customer", "name": "Dana Novak", "present": true});
        let bot = json!({"id": BOT, "type": "agent", "name": "Acme Bot", "present": true, "visibility": "all"});
        let thread = json!({"id": thread, "active": true, "user_ids": [CUSTOMER, BOT], "events": events});
        let chat = json!({"id": chat, "users": [customer, bot], "properties": {}, "access": {"group_ids": [0]}, "thread": thread});
        ("incoming_chat", json!({"chat": chat}))
    };
    let incoming = |event: Value| ("incoming_event", json!({"chat_id": chat, "thread_id": thread, "event": event}));
    let user = |id: &str| json!({"id": id, "type": "agent", "name": "Somebody", "present": true, "visibility": "all"});
    let added = |id: &str| {
        ("user_added_to_chat", json!({"chat_id": chat, "thread_id": thread, "user": user(id), "reason": "manual"}))
    };
    let events = match what {
        // Being added to a chat that it just received is no news to the bot.
        Move::Opens => vec![opens(json!([])), added(BOT)],
        Move::OpensWith(text) => vec![opens(json!([event(1, CUSTOMER, text)]))],
        Move::Says(text) => vec![incoming(event(n + 1, CUSTOMER, text))],
        Move::Chooses { title, payload } => {
            let mut chosen = event(n + 1, CUSTOMER, title);
            let menu = format!("{thread}_menu_{n}");
            chosen["postback"] =
                json!({"id": payload, "thread_id": thread, "event_id": menu, "type": "message", "value": title});
            let postback = json!({"id": payload, "toggled": true, "button_type": "message", "button_value": title});
            let pressed = json!({
                "user_id": CUSTOMER, "chat_id": chat, "thread_id": thread, "event_id": menu, "postback": postback,
            });
            vec![incoming(chosen), ("incoming_rich_message_postback", pressed)]
        }
        Move::Attaches => {
            let mut file = event(n + 1, CUSTOMER, "");
            file["type"] = json!("file");
            file["url"] = json!("https://cdn.example/files/invoice.png");
            vec![incoming(file)]
        }
        Move::OthersTalk => {
            let mut system = event(n + 3, "", "menu");
            system["type"] = json!("system_message");
            system.as_object_mut().unwrap().remove("author_id");
            let mine = incoming(event(n + 1, BOT, "menu"));
            vec![mine, incoming(event(n + 2, AGENT, "menu")), incoming(system), added(AGENT)]
        }
        Move::IsClosed => vec![("chat_deactivated", json!({"chat_id": chat, "thread_id": thread, "user_id": AGENT}))],
    };
    let webhook = |(at, (action, payload)): (usize, (&str, Value))| {
        let body = json!({
            "webhook_id": "k3v9q1z7m2x8c4b6n0a5s7d1f", "secret_key": SECRET_KEY, "action": action,
            "organization_id": "390e44e6-f1e6-0368-c6dd-b74c14508c2e", "payload": payload, "additional_data": {},
        });
        let body = body.to_string().into_bytes();
        Webhook { path: "/livechat", headers: signed(&format!("msg_{chat}_{n}_{at}"), now(), &body, SECRET_KEY), body }
    };
    events.into_iter().enumerate().map(webhook).collect()
}

/// The status of the chat is always that of one that a bot has, so that it is not for the status alone that a bot is silent.
fn texter(chat: &str, n: usize, what: Move) -> Vec<Webhook> {
    let session = format!("{chat}session").to_lowercase();
    let channel = json!({"name": "whatsapp", "id": "972501112233", "accountId": "972509998877"});
    let whole = json!({
        "_id": chat, "title": "Dana Levi", "personId": "66a1f0c2d4e5b60718293a40", "channelInfo": channel,
        "agent": {"uid": null, "displayName": ""}, "departmentId": null, "status": 0, "unreadCount": 1, "labels": [],
        "created": "2025-12-01T09:00:00.000Z", "updatedAt": "2026-01-01T00:00:00.000Z",
        "botState": {"id": session, "flowVersion": {"identifier": "main-bot", "version": 3}, "node": "main_menu", "userState": {}},
        "previousBotSession": null, "replyAction": null, "externalBot": false,
    });
    let message = |direction: &str, content: (&str, &str, Value)| {
        let (kind, key, value) = content;
        let mut message = json!({
            "_id": format!("{chat}-{n}"), "parent_chat": chat, "chatChannelInfo": channel, "channelInfo": {"id": "wamid.MOCK0001"},
            "direction": direction, "type": kind, "status": 2, "statusHistory": [{"status": 2, "timestamp": 1_767_225_600_000_u64}],
            "timestamp": 1_767_225_600_000_u64, "updatedAt": "2026-01-01T00:00:00.120Z", "botSessionId": session,
        });
        message[key] = value;
        json!({"message": message, "chat": whole})
    };
    let text = |words: &str| ("text", "text", json!(words));
    let incoming = |content| ("newIncomingMessage", message("incoming", content));
    let events = match what {
        Move::Opens => vec![incoming(text("Hi"))],
        Move::OpensWith(words) | Move::Says(words) => vec![incoming(text(words))],
        Move::Chooses { title, payload } => {
            vec![incoming(("postback", "postback", json!({"title": title, "payload": payload})))]
        }
        Move::Attaches => {
            let file = json!({"mediaType": "image", "fileId": "66a1f0e1d4e5b60718293d01", "filename": "invoice.png"});
            vec![incoming(("media", "media", json!([file])))]
        }
        Move::OthersTalk => vec![
            ("newMessage", message("outgoing", text("menu"))),
            (
                "messageStatusChanged",
                json!({"chat": whole, "messageStatus": 3, "error": null, "externalId": ["wamid.MOCK0002"]}),
            ),
        ],
        Move::IsClosed => vec![("chatResolved", json!({"chat": whole}))],
    };
    let webhook = |(event, data): (&str, Value)| {
        let body = json!({"eventName": event, "eventData": data}).to_string().into_bytes();
        Webhook { path: "/texter", headers: vec![], body }
    };
    events.into_iter().map(webhook).collect()
}
