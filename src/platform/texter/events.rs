//! The webhooks of the nineteen published templates. A template is a subscription with gaps for its address and, for two of
//! them, for words; it stands in `templates/` as it is published. What it sends is what running it gives, so nothing here
//! knows a payload.

use serde_json::Value as Json;

use crate::base::doc_ref::{DocRef, Mark};
use crate::platform::Event;
use crate::recipe;

macro_rules! events {
    ($( $name:literal, $mark:ident $page:literal, $recipe:literal: $summary:literal; )*) => {
        /// All published events.
        pub(super) const EVENTS: &[Event] = &[ $( Event {
            name: $name,
            summary: $summary,
            doc: DocRef::new(Mark::$mark, concat!("help.texterchat.com/api-reference/webhooks/", $page)),
            recipe: recipe!(concat!("texter/", $recipe, ".yaml")),
            pushed: &[],
        } ),* ];

        /// The templates, by event.
        const TEMPLATES: &[(&str, &str)] = &[ $( ($name, include_str!(concat!("templates/", $name, ".json"))) ),* ];
    };
}

events! {
    "newMessage", Docs "message-events", "events/messages": "a message was written, by whomever";
    "newIncomingMessage", Docs "message-events/new-incoming-messages", "events/messages": "a contact wrote a message";
    "newMatchedMessage", Docs "message-events/messages-with-specific-text", "events/messages": "a contact wrote one of two texts";
    "newMediaMessage", Docs "message-events/messages-with-attachments", "events/messages": "a contact sent files";
    "messageFailed", Docs "message-events/messages-failed-to-deliver", "events/message_status": "a message did not reach its contact";
    "messageStatusChanged", Docs "message-events/message-status-changed", "events/message_status": "a message came further on its way to its contact, or did not";
    "chatAssigned", Seed "chat-events/chat-taken", "events/pending_taken_resolved": "an agent took a chat";
    "chatPending", Docs "chat-events", "events/pending_taken_resolved": "a chat waits for a human";
    "chatResolved", Docs "chat-events/chat-resolved", "events/pending_taken_resolved": "a chat was resolved";
    "chatResolvedByAgent", Docs "chat-events/chat-resolved-by-agent", "events/pending_taken_resolved": "a chat that an agent has was resolved";
    "chatResolvedByBot", Docs "chat-events", "events/resolved_by_bot": "a chat that no agent has was resolved";
    "chatLabelsUpdated", Docs "chat-events", "events/labels": "the labels of a chat changed";
    "chatSpecificLabelAdded", Docs "chat-events/specific-label-added", "events/labels": "a chat got a certain label";
    "chatUnsubscribed", Docs "chat-events", "events/subscribed": "a contact wants no more templates";
    "chatSubscribed", Docs "chat-events/chat-subscribed", "events/subscribed": "a contact wants templates again";
    "externalBotEnabled", Docs "chat-events/external-bot-enabled", "events/external_bot": "a chat was left to an external bot";
    "externalBotDisabled", Docs "chat-events/external-bot-disabled", "events/external_bot": "a chat is no longer left to an external bot";
    "channelHealthProblemCreated", Docs "channel-health-events", "events/channel_health": "something is wrong with a channel";
    "channelHealthProblemResolved", Docs "channel-health-events/channel-health-problem-resolved", "events/channel_health": "what was wrong with a channel is mended";
}

/// What fills the gaps of a template.
#[derive(Clone, Debug, Default)]
pub(super) struct Filling {
    /// Where it sends.
    pub(super) url: String,
    /// The texts of `newMatchedMessage`; one of them may be both.
    pub(super) words: Vec<String>,
    /// The label of `chatSpecificLabelAdded`.
    pub(super) label: Option<String>,
}

/// The subscription that a template gives, as it stands under `data`; nothing if there is no such event. Gaps that nothing is
/// given for stay.
pub(super) fn subscription(event: &str, filling: &Filling) -> Option<Json> {
    let (_, template) = TEMPLATES.iter().find(|(name, _)| *name == event)?;
    let mut data = serde_json::from_str::<Json>(template).ok()?.get_mut("data").map(Json::take)?;
    let first = filling.words.first();
    let gaps = [
        ("{{yourWebhookURL}}", Some(&filling.url)),
        ("{{word1}}", first),
        ("{{word2}}", filling.words.get(1).or(first)),
        ("{{targetLabelId}}", filling.label.as_ref()),
    ];
    for (gap, text) in gaps {
        if let Some(text) = text {
            fill(&mut data, gap, text);
        }
    }
    Some(data)
}

fn fill(document: &mut Json, gap: &str, with: &str) {
    match document {
        // Within an expression the text stands in double quotes; in an address there are none to be escaped.
        Json::String(text) if text.contains(gap) => {
            *text = text.replace(gap, &with.replace('\\', "\\\\").replace('"', "\\\""));
        }
        Json::Array(items) => items.iter_mut().for_each(|item| fill(item, gap, with)),
        Json::Object(members) => members.values_mut().for_each(|value| fill(value, gap, with)),
        Json::String(_) | Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}

/// Whether a text still has a gap of a template in it.
pub(super) fn has_gap(text: &str) -> bool {
    text.find("{{").is_some_and(|at| text[at..].contains("}}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_has_a_template_that_sends_it() {
        for event in EVENTS {
            let filling = Filling {
                url: "http://h/".to_owned(),
                words: vec!["help \"me\"".to_owned()],
                label: Some("vip".to_owned()),
            };
            let data = subscription(event.name, &filling).unwrap();
            assert_eq!(data["actions"][0]["params"]["data"]["eventName"], event.name);
            assert_eq!(data["actions"][0]["params"]["url"], "http://h/");
            assert!(!has_gap(&data.to_string()), "{data}");
        }
        assert!(subscription("chatTaken", &Filling::default()).is_none());
    }

    #[test]
    fn words_are_quoted_as_expressions_have_them() {
        let filling = Filling { words: vec!["say \"hi\"".to_owned(), "bye".to_owned()], ..Filling::default() };
        let data = subscription("newMatchedMessage", &filling).unwrap();
        let expression = &data["conditions"][0][1]["params"]["expression"];
        assert_eq!(expression, r#"text == "say \"hi\"" or text == "bye""#);
        assert_eq!(data["actions"][0]["params"]["url"], "");
    }
}
