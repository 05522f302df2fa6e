//! What the public pages leave open or say twice, each with the reading that is taken unless the set-up asks for another:
//! `success:` and `events:`.

use indexmap::IndexMap;

use super::Check;
use crate::platform::imichat::codes::{self as table, Successes};
use crate::platform::imichat::tenant::Subscription;
use crate::platform::imichat::wire::event::{ChannelCase, NoSkill, Style};
use crate::record;
use crate::scenario::codes;
use crate::scenario::decode::{Decode, Located, Problems, unknown_word, wrong_type};
use crate::scenario::node::{Node, Value};

record! {
    /// What one operation answers with when it succeeds. The HTTP status stays as it is.
    pub(super) struct SuccessBlock {
        /// The `status_code`; any number, in the tables or not.
        pub(super) code: Located<u16>,
        /// The `description`; by default that of the code in the tables, or else as it is without this setting.
        pub(super) text: Option<String>,
    }
}

record! {
    /// How events are written and when they are sent, where the public pages leave it open or contradict themselves.
    pub(super) struct EventsBlock {
        /// The events of webhooks that name none; `chat.assigned` and `message.received` by default.
        pub(super) subscribed: Option<Vec<Located<String>>>,
        /// Whether `chat.closed` is sent for closes through the API, too.
        pub(super) closed_by_api: bool = false,
        /// Whether `chat.closed` has a `transaction_id` as the other events do.
        pub(super) closed_transaction_id: bool = false,
        /// What `skill` is when there is none: `""`, as in the samples, or `null`, as in the tables.
        pub(super) no_skill: NoSkill = NoSkill::Empty,
        /// How channels are spelled: `samples`, which have `LiveChat`, or `lower`, as everywhere else.
        pub(super) channel_case: ChannelCase = ChannelCase::Samples,
    }
}

impl EventsBlock {
    /// Nothing said.
    pub(super) const NONE: Self = Self {
        subscribed: None,
        closed_by_api: false,
        closed_transaction_id: false,
        no_skill: NoSkill::Empty,
        channel_case: ChannelCase::Samples,
    };

    /// How events are written.
    pub(super) fn style(&self) -> Style {
        Style { channel: self.channel_case, no_skill: self.no_skill, closed_transaction: self.closed_transaction_id }
    }
}

impl Check<'_> {
    /// What operations answer with when they succeed.
    pub(super) fn successes(&mut self, blocks: IndexMap<String, SuccessBlock>) -> Successes {
        let mut successes = Successes::default();
        for (operation, SuccessBlock { code, text }) in blocks {
            let Some(success) = successes.of(&operation) else {
                let what = "operation of imi.chat";
                let known = Successes::OPERATIONS;
                unknown_word(&codes::UNKNOWN_ROUTE, what, &operation, code.place, known, self.problems);
                continue;
            };
            let row = table::row(code.value);
            success.change(code.value, text.or_else(|| row.map(|row| row.text.to_owned())));
            if row.is_some_and(|row| row.is_refusal()) {
                let message = format!("{} is the code of a refusal", code.value);
                let help = "bots would take success for failure; use another number";
                self.report(&codes::SETUP, code.place, message, help);
            }
        }
        successes
    }

    /// The events of webhooks that name none.
    pub(super) fn usual_events(&mut self, names: Option<Vec<Located<String>>>) -> Vec<Subscription> {
        match names {
            Some(names) => self.subscriptions(names),
            None => super::USUAL_EVENTS.to_vec(),
        }
    }
}

impl Decode for NoSkill {
    const EXPECTS: &'static str = "`\"\"` or `null`";

    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        match &node.value {
            Value::Null => Some(Self::Null),
            Value::Text(text) if text.is_empty() => Some(Self::Empty),
            Value::Text(_) | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::List(_) | Value::Map(_) => {
                wrong_type(node, Self::EXPECTS, problems);
                None
            }
        }
    }

    fn schema() -> serde_json::Value {
        serde_json::json!({"enum": ["", null]})
    }
}

impl Decode for ChannelCase {
    const EXPECTS: &'static str = "text: `samples` or `lower`";

    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let text = String::decode(node, problems)?;
        let known = Self::ALL.map(Self::name);
        let found = Self::ALL.into_iter().find(|case| case.name() == text);
        if found.is_none() {
            unknown_word(&codes::SETUP, "way to spell channels", &text, node.place, &known, problems);
        }
        found
    }

    fn schema() -> serde_json::Value {
        serde_json::json!({"enum": Self::ALL.map(Self::name)})
    }
}
