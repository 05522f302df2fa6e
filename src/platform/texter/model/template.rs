//! Templates: what may be sent to contacts who have not written for a day, once WhatsApp has approved it.

use indexmap::IndexMap;
use serde_json::{Map, Value};

use super::chat::{ChatStatus, ReplyAction};
use crate::base::time::{VirtualSpan, VirtualTime};

/// What a template is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::platform::texter) enum Category {
    /// Offers.
    Marketing,
    /// What a contact has asked for or bought.
    Utility,
    /// Codes to log in with.
    Authentication,
}

impl Category {
    /// All of them, by their names.
    pub(in crate::platform::texter) const ALL: [(&'static str, Self); 3] =
        [("MARKETING", Self::Marketing), ("UTILITY", Self::Utility), ("AUTHENTICATION", Self::Authentication)];

    /// Its name.
    pub(in crate::platform::texter) const fn name(self) -> &'static str {
        match self {
            Self::Marketing => "MARKETING",
            Self::Utility => "UTILITY",
            Self::Authentication => "AUTHENTICATION",
        }
    }
}

/// Who sends a template.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::platform::texter) enum Usage {
    /// Agents, in chats.
    Inbox,
    /// The tenant, to many contacts at once.
    Bulk,
}

impl Usage {
    /// All of them, by their names.
    pub(in crate::platform::texter) const ALL: [(&'static str, Self); 2] =
        [("inbox", Self::Inbox), ("bulk", Self::Bulk)];

    /// Its name.
    pub(in crate::platform::texter) const fn name(self) -> &'static str {
        match self {
            Self::Inbox => "inbox",
            Self::Bulk => "bulk",
        }
    }
}

/// How far WhatsApp has come with a localization.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::platform::texter) enum LocalizationStatus {
    /// It was handed in.
    Requested,
    /// It could not be handed in.
    SubmitFailed,
    /// WhatsApp looks at it.
    Pending,
    /// It can be sent.
    Approved,
}

impl LocalizationStatus {
    /// All of them, by their names.
    pub(in crate::platform::texter) const ALL: [(&'static str, Self); 4] = [
        ("REQUESTED", Self::Requested),
        ("SUBMIT_FAILED", Self::SubmitFailed),
        ("PENDING", Self::Pending),
        ("APPROVED", Self::Approved),
    ];

    /// Its name.
    pub(in crate::platform::texter) const fn name(self) -> &'static str {
        match self {
            Self::Requested => "REQUESTED",
            Self::SubmitFailed => "SUBMIT_FAILED",
            Self::Pending => "PENDING",
            Self::Approved => "APPROVED",
        }
    }

    /// Whether WhatsApp has it, so that it cannot be changed any more. What could not be handed in can be; that is inferred.
    pub(in crate::platform::texter) const fn is_submitted(self) -> bool {
        match self {
            Self::Requested | Self::Pending | Self::Approved => true,
            Self::SubmitFailed => false,
        }
    }

    /// Whether WhatsApp may come to this after `before`.
    pub(in crate::platform::texter) const fn follows(self, before: Self) -> bool {
        match self {
            Self::Pending => matches!(before, Self::Requested),
            Self::Approved => matches!(before, Self::Requested | Self::Pending),
            Self::Requested | Self::SubmitFailed => false,
        }
    }
}

/// What a template says in one language: its header, body, footer and buttons, each at most once.
#[derive(Clone, Debug)]
pub(in crate::platform::texter) struct Wording(pub(in crate::platform::texter) Vec<Map<String, Value>>);

impl Wording {
    /// What people read, gaps such as `{{1}}` included; nothing if there is no body.
    pub(in crate::platform::texter) fn body(&self) -> &str {
        self.component("BODY").and_then(|body| body.get("text")?.as_str()).unwrap_or_default()
    }

    /// How many values fill the gaps of the body: the highest number in them.
    pub(in crate::platform::texter) fn gaps(&self) -> usize {
        let numbers = pieces(self.body()).filter_map(|(_, gap)| gap);
        numbers.max().unwrap_or(0)
    }

    /// The body with values in its gaps.
    pub(in crate::platform::texter) fn filled(&self, values: &[String]) -> String {
        let value = |gap: Option<usize>| gap.and_then(|gap| values.get(gap - 1)).map_or("", String::as_str);
        pieces(self.body()).flat_map(|(words, gap)| [words, value(gap)]).collect()
    }

    /// The kind of file that stands above the body, such as `IMAGE`.
    pub(in crate::platform::texter) fn file(&self) -> Option<&str> {
        self.component("HEADER")?.get("format")?.as_str().filter(|format| *format != "TEXT")
    }

    /// Whether something stands above the body.
    pub(in crate::platform::texter) fn has_header(&self) -> bool {
        self.component("HEADER").is_some()
    }

    /// The buttons: whether a contact answers with it, and what stands on it.
    pub(in crate::platform::texter) fn buttons(&self) -> Vec<(bool, &str)> {
        let buttons = self.component("BUTTONS").and_then(|component| component.get("buttons")?.as_array());
        let read = |button: &'_ Value| button.get("type").and_then(Value::as_str) == Some("QUICK_REPLY");
        let text = |button| Value::get(button, "text").and_then(Value::as_str).unwrap_or_default();
        buttons.into_iter().flatten().map(|button| (read(button), text(button))).collect()
    }

    fn component(&self, kind: &str) -> Option<&Map<String, Value>> {
        self.0.iter().find(|component| component.get("type").and_then(Value::as_str) == Some(kind))
    }
}

/// The pieces of a text: words, and the number of the gap that follows them. Gaps are numbered from 1.
fn pieces(text: &str) -> impl Iterator<Item = (&str, Option<usize>)> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let mut from = 0;
        while let Some(open) = text[from..].find("{{").map(|at| from + at) {
            let inner = &text[open + 2..];
            let gap = inner.find("}}").and_then(|end| Some((inner[..end].trim().parse::<usize>().ok()?, end)));
            if let Some((number, end)) = gap.filter(|(number, _)| *number > 0) {
                rest = Some(&inner[end + 2..]);
                return Some((&text[..open], Some(number)));
            }
            from = open + 2;
        }
        rest = None;
        Some((text, None))
    })
}

/// A template in one language, as WhatsApp has it.
#[derive(Clone, Debug)]
pub(in crate::platform::texter) struct Localization {
    /// The language, such as `he` or `en_US`.
    pub(in crate::platform::texter) language: String,
    /// How far WhatsApp has come with it.
    pub(in crate::platform::texter) status: LocalizationStatus,
    /// What it says.
    pub(in crate::platform::texter) wording: Wording,
}

/// What happens when a contact answers.
#[derive(Clone, Debug, Default)]
pub(in crate::platform::texter) struct Answer {
    /// Where the chat goes.
    pub(in crate::platform::texter) status: Option<ChatStatus>,
    /// Where the bot goes on.
    pub(in crate::platform::texter) node: Option<String>,
    /// What is answered.
    pub(in crate::platform::texter) text: Option<String>,
    /// Who gets the chat: an agent's uid.
    pub(in crate::platform::texter) agent: Option<String>,
    /// Which department gets it.
    pub(in crate::platform::texter) department: Option<String>,
}

impl Answer {
    /// Arms it. A chat that is to be somebody's, nobody being named, waits for somebody instead; that is inferred.
    pub(in crate::platform::texter) fn arm(
        self,
        shown: Map<String, Value>,
        now: VirtualTime,
        expires: Option<VirtualSpan>,
    ) -> ReplyAction {
        let status = match (self.status, &self.agent) {
            (Some(ChatStatus::Assigned), None) => Some(ChatStatus::Pending),
            (status, _) => status,
        };
        ReplyAction {
            shown,
            created: now,
            expires,
            status,
            node: self.node,
            text: self.text,
            agent: self.agent,
            department: self.department,
        }
    }
}

/// What is decided about a template when it is made.
#[derive(Clone, Debug)]
pub(in crate::platform::texter) struct TemplateForm {
    /// The name, for programs; no other template of the account has it.
    pub(in crate::platform::texter) name: String,
    /// The name for people.
    pub(in crate::platform::texter) title: String,
    /// The account on WhatsApp that sends it.
    pub(in crate::platform::texter) account: String,
    /// What it is about.
    pub(in crate::platform::texter) category: Category,
    /// Who sends it.
    pub(in crate::platform::texter) usage: Usage,
    /// Whether it is the usual one.
    pub(in crate::platform::texter) is_default: bool,
    /// For which departments it is; for all if none is named.
    pub(in crate::platform::texter) departments: Vec<String>,
    /// What happens when a contact answers it.
    pub(in crate::platform::texter) answer: Answer,
}

/// A template.
#[derive(Clone, Debug)]
pub(in crate::platform::texter) struct Template {
    /// The id.
    pub(in crate::platform::texter) id: String,
    /// What was decided about it.
    pub(in crate::platform::texter) form: TemplateForm,
    /// What WhatsApp has of it.
    pub(in crate::platform::texter) localizations: Vec<Localization>,
    /// What is being written, by language.
    pub(in crate::platform::texter) drafts: IndexMap<String, Wording>,
    /// What fills its gaps where a call does not say, by language.
    pub(in crate::platform::texter) defaults: IndexMap<String, Vec<String>>,
    /// When it was made.
    pub(in crate::platform::texter) created: VirtualTime,
    /// When it was last changed.
    pub(in crate::platform::texter) updated: VirtualTime,
}

impl Template {
    /// A template that says nothing yet.
    pub(in crate::platform::texter) fn new(id: String, form: TemplateForm, now: VirtualTime) -> Self {
        Self {
            id,
            form,
            localizations: Vec::new(),
            drafts: IndexMap::new(),
            defaults: IndexMap::new(),
            created: now,
            updated: now,
        }
    }

    /// What WhatsApp has of it in one language.
    pub(in crate::platform::texter) fn localization(&self, language: &str) -> Option<&Localization> {
        self.localizations.iter().find(|localization| localization.language == language)
    }

    /// What can be sent of it.
    pub(in crate::platform::texter) fn approved(&self) -> impl Iterator<Item = &Localization> {
        self.localizations.iter().filter(|localization| localization.status == LocalizationStatus::Approved)
    }

    /// Hands in what was written in one language. Whether something was.
    pub(in crate::platform::texter) fn submit(&mut self, language: &str, now: VirtualTime) -> bool {
        let Some(wording) = self.drafts.shift_remove(language) else { return false };
        self.localizations.retain(|localization| localization.language != language);
        let status = LocalizationStatus::Requested;
        self.localizations.push(Localization { language: language.to_owned(), status, wording });
        self.updated = now;
        true
    }

    /// WhatsApp comes on with one language, if it can come to this.
    pub(in crate::platform::texter) fn review(&mut self, language: &str, status: LocalizationStatus, now: VirtualTime) {
        let mut localizations = self.localizations.iter_mut();
        let localization = localizations.find(|localization| localization.language == language);
        if let Some(localization) = localization.filter(|localization| status.follows(localization.status)) {
            localization.status = status;
            self.updated = now;
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn wording(text: &str) -> Wording {
        Wording(vec![json!({"type": "BODY", "text": text}).as_object().unwrap().clone()])
    }

    #[test]
    fn gaps_are_filled_by_their_numbers() {
        let check = |text: &str, gaps: usize, expected: &str| {
            let wording = wording(text);
            let values = ["a", "{{1}}"].map(str::to_owned);
            assert_eq!((wording.gaps(), wording.filled(&values).as_str()), (gaps, expected), "{text}");
        };
        check("", 0, "");
        check("no gap", 0, "no gap");
        check("{{1}}", 1, "a");
        check("x {{2}} y {{1}}{{1}} z", 2, "x {{1}} y aa z");
        check("{{ 1 }}", 1, "a");
        check("{{0}} {{x}} {{ {{1}}", 1, "{{0}} {{x}} {{ a");
        check("היי {{1}}!", 1, "היי a!");
        check("{{1", 0, "{{1");
        check("{{3}}.", 3, ".");
    }

    #[test]
    fn a_review_goes_one_way() {
        let check = |before: &str, expected: &str| {
            let named = |name: &str| LocalizationStatus::ALL.into_iter().find(|(known, _)| *known == name).unwrap().1;
            let all = LocalizationStatus::ALL.into_iter().filter(|(_, status)| status.follows(named(before)));
            assert_eq!(all.map(|(name, _)| name).collect::<Vec<_>>().join(" "), expected, "{before}");
        };
        check("REQUESTED", "PENDING APPROVED");
        check("PENDING", "APPROVED");
        check("APPROVED", "");
        check("SUBMIT_FAILED", "");
    }
}
