//! What a tenant does as a whole, feature by feature: set up, called, acted upon.

mod chance;
mod channels;
mod hook;
mod idle;
mod inconsistencies;
mod limits;
mod routing;
mod switches;

use http::Method;
use serde_json::{Value, json};

use super::stage::Stage;
use crate::journal::What;
use crate::journal::entry::Change;

/// The body of a message.
pub(super) fn message(direction: &str, text: &str) -> Value {
    json!({"type": direction, "text": text, "timestamp": "2026-01-05T09:00:00Z"})
}

/// The body of a chat on a channel, with other members.
pub(super) fn chat(channel: &str, more: &Value) -> Value {
    let mut body =
        json!({"channel": channel, "subject": "s", "asset": {"id": "a"}, "customer": {"destination_id": "d"}});
    for (key, value) in more.as_object().unwrap() {
        body[key] = value.clone();
    }
    body
}

impl Stage {
    /// Creates a chat, and gives it as it is shown.
    fn create(&mut self, channel: &str, more: &Value) -> Value {
        let (reply, document) = self.call(Method::POST, "/v3.1/chats", &chat(channel, more));
        assert_eq!(reply.status, 200, "{document}");
        document["response"].clone()
    }

    /// A chat as it is shown.
    fn show(&mut self, chat: &str) -> Value {
        let (reply, document) = self.call(Method::GET, &format!("/v3.1/chats/{chat}"), &json!({}));
        assert_eq!(reply.status, 200, "{document}");
        document["response"].clone()
    }

    /// Where a chat is: status, owner and team.
    fn whereabouts(&mut self, chat: &str) -> String {
        let shown = self.show(chat);
        let text = |member: &str| shown[member].as_str().unwrap().to_owned();
        format!("{} {} {}", text("status"), text("assignee"), shown["team_id"])
    }

    /// Changes a chat.
    fn patch(&mut self, chat: &str, patch: &Value) {
        let (reply, document) = self.call(Method::PATCH, &format!("/v3.1/chats/{chat}"), patch);
        assert_eq!(reply.status, 200, "{document}");
    }

    /// Appends a message.
    fn append(&mut self, chat: &str, message: &Value) {
        let (reply, document) = self.call(Method::POST, &format!("/v3.1/chats/{chat}/messages"), message);
        assert_eq!(reply.status, 200, "{document}");
    }

    /// The body of the webhook that was sent last.
    fn last_event(&self) -> Value {
        serde_json::from_slice(&self.desk.outgoing.last().expect("a webhook was sent").body).unwrap()
    }

    /// Which chats were assigned since the last look, and to whom.
    fn assigned(&mut self) -> Vec<(String, String)> {
        let pair = |what| match what {
            What::Changed { chat, change: Change::Assigned { to }, .. } => Some((chat, to)),
            _ => None,
        };
        self.desk.facts.drain(..).filter_map(pair).collect()
    }
}
