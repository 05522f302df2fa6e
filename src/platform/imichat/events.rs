//! The webhooks of virtual agents: which fact becomes which event, and for whom.

use serde::Serialize;

use super::Imichat;
use super::model::ChatKey;
use super::model::chat::Chat;
use super::tenant::{Subscription, Webhook};
use super::wire::event::{self, Event};
use crate::base::doc_ref::{DocRef, Mark};
use crate::journal::entry::{Change, Party, Role};
use crate::platform::cx::Cx;
use crate::platform::outgoing::Outgoing;
use crate::platform::recipe::Recipe;
use crate::recipe;

/// A chat in which all of them are sent.
const RECIPE: Recipe = recipe!("imichat/every_event.yaml");

/// All webhooks.
pub(super) const EVENTS: &[crate::platform::Event] = &[
    crate::platform::Event {
        name: event::ASSIGNED,
        summary: "a chat came to a virtual agent; carries the last message",
        doc: DocRef::new(Mark::Seed, "docs.imi.chat/reference/chatassigned"),
        recipe: RECIPE,
        pushed: &[],
    },
    crate::platform::Event {
        name: event::RECEIVED,
        summary: "a customer wrote in a chat that a virtual agent has",
        doc: DocRef::new(Mark::Seed, "docs.imi.chat/reference/messagearrived"),
        recipe: RECIPE,
        pushed: &[],
    },
    crate::platform::Event {
        name: event::CLOSED,
        summary: "an agent or the system closed a chat that a virtual agent has; only for those who subscribe to it",
        doc: DocRef::new(Mark::Docs, "docs.imi.chat/reference/chatclosed"),
        recipe: RECIPE,
        pushed: &[],
    },
];

impl Imichat {
    /// Tells the virtual agent that got a chat, or lost one because somebody else closed it. No other change is an event: the
    /// page of `chat.closed` speaks of the system and supervisors, so what a bot closes itself is news to nobody.
    pub(super) fn chat_changed(&self, cx: &mut Cx<'_>, key: ChatKey, by: &Party, change: &Change) {
        let (chat, style) = (self.chats.at(key), self.tenant.style);
        let by_others = matches!(by.role, Role::System | Role::Agent);
        match change {
            Change::Assigned { .. } => {
                if let Some(webhook) = self.subscriber(chat, Subscription::Assigned) {
                    let transaction = transaction(cx);
                    self.post(cx, webhook, chat, event::ASSIGNED, &Event::assigned(chat, style, cx.now(), transaction));
                }
            }
            Change::Closed { outcome } if by_others || self.tenant.closed_by_api => {
                if let Some(webhook) = self.subscriber(chat, Subscription::Closed) {
                    let transaction = style.closed_transaction.then(|| transaction(cx));
                    let event = Event::closed(chat, style, outcome, cx.now(), transaction);
                    self.post(cx, webhook, chat, event::CLOSED, &event);
                }
            }
            Change::Closed { .. }
            | Change::Started { .. }
            | Change::Queued
            | Change::Transferred { .. }
            | Change::Joined { .. }
            | Change::Left { .. }
            | Change::Held
            | Change::Resumed
            | Change::Tagged { .. }
            | Change::Untagged { .. }
            | Change::Updated { .. } => {}
        }
    }

    /// Tells the virtual agent that has a chat about its last message.
    pub(super) fn message_received(&self, cx: &mut Cx<'_>, key: ChatKey) {
        let chat = self.chats.at(key);
        let subscriber = self.subscriber(chat, Subscription::Received);
        if let (Some(webhook), Some(message)) = (subscriber, chat.messages().last()) {
            let transaction = transaction(cx);
            let event = Event::received(chat, self.tenant.style, message, cx.now(), transaction);
            self.post(cx, webhook, chat, event::RECEIVED, &event);
        }
    }

    /// Where the owner of a chat wants such events, if the owner is a virtual agent that subscribes to them and can be reached.
    fn subscriber(&self, chat: &Chat, subscription: Subscription) -> Option<&Webhook> {
        let webhook = self.tenant.virtual_agent(chat.assignee())?.webhook.as_ref()?;
        (webhook.health.is_on() && webhook.events.contains(&subscription)).then_some(webhook)
    }

    fn post(&self, cx: &mut Cx<'_>, webhook: &Webhook, chat: &Chat, event: &'static str, document: &impl Serialize) {
        let body = serde_json::to_vec(document).expect("wire types have string keys and finite numbers only");
        cx.send(Outgoing {
            event: event.into(),
            chat: Some(chat.id().as_str().to_owned()),
            to: Some(chat.assignee().to_owned()),
            method: http::Method::POST,
            url: webhook.url.clone(),
            headers: webhook.headers.clone(),
            body: body.into(),
            secret_span: None,
            signing: webhook.signing.clone(),
            policy: std::sync::Arc::clone(&self.policy),
        });
    }
}

fn transaction(cx: &mut Cx<'_>) -> String {
    cx.draw("imichat/transaction").hex(32)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::base::time::{VirtualSpan, WallLimit};
    use crate::platform::imichat::stage::Stage;
    use crate::platform::outgoing::{Acknowledged, Order};

    #[test]
    fn webhooks_go_out_as_the_set_up_says() {
        let check = |delivery: Value, timeout: WallLimit, retries: &[VirtualSpan]| {
            let webhook = json!({"url": "${bot}/x", "headers": {"X-Bot-Key": "k"}, "secret": "whsec_YQ=="});
            let bots = json!([{"login": "b", "webhook": webhook}]);
            let mut stage = Stage::open(json!({"virtual_agents": bots, "delivery": delivery}));
            let chat = stage.start("livechat");
            let outgoing = &stage.desk.outgoing[0];
            assert_eq!((outgoing.url.as_str(), outgoing.chat.as_deref()), ("${bot}/x", Some(chat.as_str())));
            let headers: Vec<_> = outgoing.headers.iter().map(|(n, v)| (n.as_str(), v.expose())).collect();
            assert_eq!(headers, [("x-bot-key", "k")]);
            assert_eq!(outgoing.signing.as_ref().unwrap().expose(), "whsec_YQ==");
            assert_eq!(outgoing.policy.acknowledged, Acknowledged::Only200);
            assert_eq!(outgoing.policy.order, Order::Outcome);
            assert_eq!((outgoing.policy.timeout, outgoing.policy.retries.as_slice()), (timeout, retries));
        };
        check(json!({}), WallLimit::from_secs(10), &[VirtualSpan::from_secs(60); 3]);
        check(json!({"timeout": "2s", "retries": []}), WallLimit::from_secs(2), &[]);
        check(json!({"retries": ["5m"]}), WallLimit::from_secs(10), &[VirtualSpan::from_mins(5)]);
    }
}
