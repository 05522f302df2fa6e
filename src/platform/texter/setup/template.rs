//! Templates that a tenant begins with.

use serde_json::{Map, Value as Json, json};

use super::super::api::{is_language, is_template_name};
use super::super::model::{
    Agent, Answer, Category, Channel, ChatStatus, Department, Localization, LocalizationStatus, TemplateForm, Usage,
    Wording,
};
use super::super::tenant::{Account, SeedTemplate};
use crate::base::diag::{Diagnostic, Place};
use crate::record;
use crate::scenario::codes;
use crate::scenario::decode::{Located, Problems, meaning};

/// How many buttons a template has at most.
const MOST_BUTTONS: usize = 3;
/// The kinds of files that can stand above a body.
const HEADERS: [(&str, &str); 3] = [("IMAGE", "IMAGE"), ("VIDEO", "VIDEO"), ("DOCUMENT", "DOCUMENT")];

record! {
    /// A template of WhatsApp.
    pub(super) struct RawTemplate {
        /// The name, for programs.
        name: Located<String>,
        /// The name for people; the same by default.
        title: Option<String>,
        /// The account that sends it; the first one on WhatsApp by default.
        account: Option<Located<String>>,
        /// `MARKETING`, `UTILITY` or `AUTHENTICATION`.
        category: Option<Located<String>>,
        /// `inbox` or `bulk`.
        usage: Option<Located<String>>,
        /// Where its chat goes when the contact answers: `BOT`, `PENDING`, `ASSIGNED` or `RESOLVED`.
        chat_status: Option<Located<String>>,
        /// Where the tenant's own bot goes on then.
        bot_node: Option<String>,
        /// What is answered then.
        reply_text: Option<String>,
        /// Who gets the chat then: an e-mail address.
        agent: Option<Located<String>>,
        /// Which department gets it then.
        department: Option<Located<String>>,
        /// What it says.
        localizations: Vec<RawLocalization>,
    }
}

record! {
    /// What a template says in one language.
    pub(super) struct RawLocalization {
        /// The language, such as `en` or `he`.
        language: Located<String>,
        /// The words, with gaps such as `{{1}}`.
        body: String,
        /// The kind of file that stands above them: `IMAGE`, `VIDEO` or `DOCUMENT`.
        header: Option<Located<String>>,
        /// What stands below them.
        footer: Option<String>,
        /// The buttons that contacts answer with.
        buttons: Option<Located<Vec<String>>>,
        /// What fills the gaps where a call does not say.
        defaults: Vec<String>,
        /// How far WhatsApp has come with it, where it stays: `REQUESTED`, `SUBMIT_FAILED`, `PENDING` or `APPROVED`.
        status: Option<Located<String>>,
    }
}

/// What templates may name.
pub(super) struct Known<'t> {
    pub(super) accounts: &'t [Account],
    pub(super) agents: &'t [Agent],
    pub(super) departments: &'t [Department],
}

impl<'t> Known<'t> {
    fn senders(&self) -> impl Iterator<Item = &'t str> {
        let accounts = self.accounts.iter().filter(|account| account.channel == Channel::Whatsapp);
        accounts.map(|account| account.id.as_str())
    }
}

/// The templates of a tenant about whose templates nothing is said: made up after the vendor's example, approved in English
/// and Hebrew, for every account.
pub(super) fn usual(known: &Known<'_>) -> Vec<SeedTemplate> {
    let says = |language: &str, body: &str, buttons: &[&str], defaults: &[&str]| {
        let buttons = buttons.iter().map(|text| (*text).to_owned()).collect();
        let wording = wording(body.to_owned(), None, None, buttons);
        let localization =
            Localization { language: language.to_owned(), status: LocalizationStatus::Approved, wording };
        (localization, defaults.iter().map(|value| (*value).to_owned()).collect())
    };
    let form = |account: &str, name: &str, title: &str, category: Category, status: ChatStatus| TemplateForm {
        name: name.to_owned(),
        title: title.to_owned(),
        account: account.to_owned(),
        category,
        usage: Usage::Inbox,
        is_default: false,
        departments: Vec::new(),
        answer: Answer { status: Some(status), ..Answer::default() },
    };
    let of_account = |account: &'_ str| {
        [
            SeedTemplate {
                form: form(account, "inbox_marketing_95", "Order ready", Category::Marketing, ChatStatus::Pending),
                localizations: vec![
                    says("he", "היי {{1}}, הזמנה {{2}}", &[], &["דנה", "15033"]),
                    says("en", "Hi {{1}}, order {{2}}", &[], &["Dana", "15033"]),
                ],
            },
            SeedTemplate {
                form: form(account, "order_ready", "May we deliver?", Category::Utility, ChatStatus::Bot),
                localizations: vec![
                    says("en", "Hi {{1}}, your order is ready. May we deliver it?", &["Yes", "Not today"], &[]),
                    says("he", "היי {{1}}, ההזמנה שלך מוכנה. אפשר לשלוח אותה?", &["כן", "לא היום"], &[]),
                ],
            },
        ]
    };
    known.senders().flat_map(of_account).collect()
}

/// Reads templates.
pub(super) fn templates(
    raw: Vec<RawTemplate>,
    known: &Known<'_>,
    place: Place,
    problems: &mut Problems,
) -> Vec<SeedTemplate> {
    let mut templates: Vec<SeedTemplate> = Vec::new();
    for raw in raw {
        let name_place = raw.name.place;
        let Some(template) = template(raw, known, place, problems) else { continue };
        let same = |other: &SeedTemplate| {
            (&other.form.account, &other.form.name) == (&template.form.account, &template.form.name)
        };
        if templates.iter().any(same) {
            let message = format!("there is a template `{}` already", template.form.name);
            problems.push(Diagnostic::new(&codes::SETUP, name_place, message).help("give each template its own name"));
        }
        templates.push(template);
    }
    templates
}

fn template(raw: RawTemplate, known: &Known<'_>, place: Place, problems: &mut Problems) -> Option<SeedTemplate> {
    let name = raw.name.value;
    if !is_template_name(&name) {
        let problem =
            Diagnostic::new(&codes::SETUP, raw.name.place, format!("`{name}` cannot be the name of a template"));
        problems.push(problem.help("use letters, digits and underscores"));
    }
    let account_place = raw.account.as_ref().map_or(place, |account| account.place);
    let account = match &raw.account {
        Some(account) => known.senders().find(|own| *own == account.value),
        None => known.senders().next(),
    };
    if account.is_none() {
        let problem = Diagnostic::new(&codes::SETUP, account_place, "only accounts on WhatsApp send templates");
        problems.push(problem.help("name one that stands under `accounts`"));
    }
    let agent = raw.agent.map(|email| {
        let agent = known.agents.iter().find(|agent| agent.email == email.value);
        if agent.is_none() {
            problems.push(Diagnostic::new(&codes::SETUP, email.place, format!("no agent is called `{}`", email.value)));
        }
        agent.map(|agent| agent.uid.clone())
    });
    let department = raw.department.map(|id| {
        if !known.departments.iter().any(|department| department.id == id.value) {
            problems.push(Diagnostic::new(&codes::SETUP, id.place, format!("there is no department `{}`", id.value)));
        }
        id.value
    });
    // All but BULK, which only a template that nobody has answered makes.
    let statuses = ChatStatus::ALL.split_last().map_or(&[][..], |(_, others)| others);
    let answer = Answer {
        status: Some(meaning(raw.chat_status.as_ref(), ChatStatus::Bot, "status of a chat", statuses, problems)),
        node: raw.bot_node,
        text: raw.reply_text,
        agent: agent.flatten(),
        department,
    };
    let category = meaning(raw.category.as_ref(), Category::Utility, "category of templates", &Category::ALL, problems);
    let form = TemplateForm {
        title: raw.title.unwrap_or_else(|| name.clone()),
        name,
        account: account?.to_owned(),
        category,
        usage: meaning(raw.usage.as_ref(), Usage::Inbox, "usage of templates", &Usage::ALL, problems),
        is_default: false,
        departments: Vec::new(),
        answer,
    };
    let mut localizations: Vec<(Localization, Vec<String>)> = Vec::new();
    for raw in raw.localizations {
        let language_place = raw.language.place;
        let (localization, defaults) = localization(raw, problems);
        if localizations.iter().any(|(other, _)| other.language == localization.language) {
            let message = format!("the template says something in `{}` already", localization.language);
            problems.push(Diagnostic::new(&codes::SETUP, language_place, message).help("write each language once"));
        }
        localizations.push((localization, defaults));
    }
    Some(SeedTemplate { form, localizations })
}

fn localization(raw: RawLocalization, problems: &mut Problems) -> (Localization, Vec<String>) {
    let language = raw.language.value;
    if !is_language(&language) {
        let problem = Diagnostic::new(&codes::SETUP, raw.language.place, format!("`{language}` is no language"));
        problems.push(problem.help("write `en`, `he` or `en_US`"));
    }
    let all = LocalizationStatus::ALL;
    let status = meaning(raw.status.as_ref(), LocalizationStatus::Approved, "status of localizations", &all, problems);
    let kind = |header: &Located<String>| meaning(Some(header), "IMAGE", "kind of header", &HEADERS, problems);
    let header = raw.header.as_ref().map(kind);
    let buttons = raw.buttons.map_or_else(Vec::new, |buttons| {
        if buttons.value.len() > MOST_BUTTONS {
            let message = format!("a template has at most {MOST_BUTTONS} buttons");
            problems.push(Diagnostic::new(&codes::SETUP, buttons.place, message));
        }
        buttons.value
    });
    (Localization { language, status, wording: wording(raw.body, header, raw.footer, buttons) }, raw.defaults)
}

/// The components of a localization, as calls write them.
fn wording(body: String, header: Option<&str>, footer: Option<String>, buttons: Vec<String>) -> Wording {
    let buttons: Vec<Json> = buttons.into_iter().map(|text| json!({"type": "QUICK_REPLY", "text": text})).collect();
    let components = [
        header.map(|format| vec![("type", json!("HEADER")), ("format", json!(format))]),
        Some(vec![("type", json!("BODY")), ("text", json!(body))]),
        footer.map(|text| vec![("type", json!("FOOTER")), ("text", json!(text))]),
        (!buttons.is_empty()).then(|| vec![("type", json!("BUTTONS")), ("buttons", json!(buttons))]),
    ];
    let members = |members: Vec<(&str, Json)>| -> Map<String, Json> {
        members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
    };
    Wording(components.into_iter().flatten().map(members).collect())
}
