//! Checks a `setup:` block as a whole and reports everything that cannot be.

use std::sync::Arc;

use super::super::events::{EVENTS, Filling, subscription};
use super::super::filtrex::Mode;
use super::super::model::{Agent, Channel, Department, LABEL_COLOR, Label};
use super::super::scope::{self, Grant, SCOPES};
use super::super::subscription::{Import, Program, RevisionStatus};
use super::super::tenant::{
    Account, Approval, Cron, Flow, Notes, Receipts, Subscribed, TemplateStatus, Tenant, Token, Window,
};
use super::template::{self, Known};
use super::{ACCOUNT, RawAccount, RawAgent, RawCron, RawLabel, RawSubscription, RawTenant, RawToken, TIMEOUT};
use crate::base::address::is_address;
use crate::base::diag::{Diagnostic, Place};
use crate::base::time::VirtualSpan;
use crate::platform::outgoing::{Acknowledged, Policy};
use crate::platform::signing::Signing;
use crate::scenario::codes;
use crate::scenario::decode::{Decode as _, Located, Problems, meaning, unknown_word};
use crate::scenario::node::Node;

/// The shortest time between two times that the clock sets something off, so that a long wait stays a short run.
const SHORTEST_CRON: VirtualSpan = VirtualSpan::from_secs(1);
/// The vendor's own label.
const FAILED_MESSAGE: &str = "failed-message";

/// Reads a tenant.
pub(in super::super) fn read(node: &Node, problems: &mut Problems) -> Option<Tenant> {
    let before = problems.len();
    let raw = RawTenant::decode(node, problems)?;
    let signing = Signing::read(raw.signing, problems);
    // No retries are documented, so there are none.
    let usual = Policy::new(Acknowledged::Any2xx, TIMEOUT, Vec::new(), signing);
    let policy = raw.delivery.read(usual, problems);
    for raw in &raw.subscriptions {
        policy.signing.check(raw.value.secret.as_ref(), problems);
    }
    let modes = [("loose", Mode::Loose), ("strict", Mode::Strict)];
    let accounts = raw.accounts.map_or_else(usual_accounts, |raw| accounts(raw, node.place, problems));
    let agents = raw.agents.map_or_else(usual_agents, |raw| agents(raw, problems));
    let departments: Vec<_> = raw.departments.into_iter().map(|id| Department { id }).collect();
    let known = Known { accounts: &accounts, agents: &agents, departments: &departments };
    let templates = match raw.templates {
        Some(raw) => template::templates(raw, &known, node.place, problems),
        None => template::usual(&known),
    };
    let tenant = Tenant {
        project: raw.project,
        accounts,
        agents,
        departments,
        labels: labels(raw.labels, problems),
        tokens: raw.tokens.map_or_else(usual_tokens, |raw| tokens(raw, problems)),
        subscriptions: raw.subscriptions.into_iter().filter_map(|raw| subscribed(raw, problems)).collect(),
        flow: Flow { identifier: raw.bot.identifier, version: raw.bot.version, node: raw.bot.node },
        external_bot: raw.external_bot,
        window: if raw.session_window { Window::Kept } else { Window::Open },
        receipts: Receipts {
            accepted: raw.receipts.accepted,
            delivered: raw.receipts.delivered,
            seen: raw.receipts.seen,
        },
        unsubscribe_words: raw.unsubscribe_words,
        templates,
        approval: Approval { pending: raw.template_approval.pending, approved: raw.template_approval.approved },
        template_status: if raw.templates_make_bulk { TemplateStatus::Bulk } else { TemplateStatus::Unchanged },
        filtrex: meaning(raw.filtrex.as_ref(), Mode::Loose, "way to read expressions", &modes, problems),
        notes: if raw.system_messages { Notes::Kept } else { Notes::Absent },
        crons: raw.crons.into_iter().map(|raw| cron(raw, problems)).collect(),
        policy: Arc::new(policy),
    };
    (problems.len() == before).then_some(tenant)
}

fn usual_accounts() -> Vec<Account> {
    vec![Account { channel: Channel::Whatsapp, id: ACCOUNT.to_owned() }]
}

fn accounts(raw: Vec<RawAccount>, place: Place, problems: &mut Problems) -> Vec<Account> {
    if raw.is_empty() {
        let problem = Diagnostic::new(&codes::SETUP, place, "a project has at least one account");
        problems.push(problem.help("name one, or leave `accounts` out"));
    }
    let read = |raw: RawAccount| {
        let channel = meaning(Some(&raw.channel), Channel::Whatsapp, "channel of Texter", &Channel::ALL, problems);
        Account { channel, id: raw.id }
    };
    raw.into_iter().map(read).collect()
}

/// The well-known agents. Their ids are made up.
fn usual_agents() -> Vec<Agent> {
    let agent = |uid: &str, name: &str, crm_id: &str, email: &str| Agent {
        uid: uid.to_owned(),
        crm_id: Some(crm_id.to_owned()),
        email: email.to_owned(),
        name: name.to_owned(),
        roles: vec!["agent".to_owned()],
    };
    vec![
        agent("0d3c6f1e-58a7-4f0b-9a54-1f6b7a2f9c10", "Noa", "noa01", "noa@example.com"),
        agent("1e4d7a2f-69b8-4c1d-8b65-2a7c8b3f0d21", "Dan", "dan01", "dan@example.com"),
    ]
}

fn agents(raw: Vec<RawAgent>, problems: &mut Problems) -> Vec<Agent> {
    let mut agents: Vec<Agent> = Vec::new();
    for raw in raw {
        let email = raw.email.value;
        if agents.iter().any(|agent| agent.email == email) {
            let problem =
                Diagnostic::new(&codes::SETUP, raw.email.place, format!("`{email}` stands here for the second time"));
            problems.push(problem.help("give each agent their own address"));
        }
        let name = raw.name.unwrap_or_else(|| email.split('@').next().unwrap_or_default().to_owned());
        // The ids of agents whose set-up gives none are counted, so that they can be written into tests.
        let uid = raw.uid.unwrap_or_else(|| format!("a9e00000-0000-4000-8000-{:012}", agents.len() + 1));
        agents.push(Agent { uid, crm_id: raw.crm_id, email, name, roles: raw.roles });
    }
    agents
}

fn labels(raw: Vec<RawLabel>, problems: &mut Problems) -> Vec<Label> {
    let color = LABEL_COLOR.to_owned();
    let own =
        Label { id: FAILED_MESSAGE.to_owned(), name: FAILED_MESSAGE.to_owned(), color: color.clone(), system: true };
    let mut labels = vec![own];
    for raw in raw {
        let id = raw.id.value;
        if labels.iter().any(|label| label.id == id) {
            let problem = Diagnostic::new(&codes::SETUP, raw.id.place, format!("there is a label `{id}` already"));
            problems.push(problem.help("give each label its own id"));
        }
        if let Some(color) = raw.color.as_ref().filter(|color| !is_color(&color.value)) {
            let message = format!("`{}` is no colour", color.value);
            problems.push(Diagnostic::new(&codes::SETUP, color.place, message).help("write it as `#a769ff`"));
        }
        let color = raw.color.map_or_else(|| color.clone(), |color| color.value);
        labels.push(Label { name: raw.name.unwrap_or_else(|| id.clone()), id, color, system: false });
    }
    labels
}

/// Whether a text is a colour: `#RRGGBB`.
pub(in super::super) fn is_color(text: &str) -> bool {
    text.strip_prefix('#')
        .is_some_and(|digits| digits.len() == 6 && digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
}

fn usual_tokens() -> Vec<Token> {
    vec![Token { token: None, grant: Grant::All }]
}

fn tokens(raw: Vec<RawToken>, problems: &mut Problems) -> Vec<Token> {
    let mut scope = |word: &Located<String>| {
        let found = scope::named(&word.value);
        if found.is_none() {
            unknown_word(&codes::SETUP, "scope of Texter", &word.value, word.place, SCOPES, problems);
        }
        found
    };
    let mut read = |raw: RawToken| Token {
        token: raw.token,
        grant: raw.scopes.map_or(Grant::All, |scopes| Grant::Listed(scopes.iter().filter_map(&mut scope).collect())),
    };
    raw.into_iter().map(&mut read).collect()
}

fn cron(raw: RawCron, problems: &mut Problems) -> Cron {
    if raw.every.value < SHORTEST_CRON {
        let problem = Diagnostic::new(&codes::OUT_OF_RANGE, raw.every.place, "the clock sets nothing off that often");
        problems.push(problem.help("write `1s` or more"));
    }
    Cron { name: raw.name, every: raw.every.value.max(SHORTEST_CRON) }
}

fn subscribed(raw: Located<RawSubscription>, problems: &mut Problems) -> Option<Subscribed> {
    let Located { value: raw, place } = raw;
    let statuses = RevisionStatus::ALL;
    let status = meaning(raw.status.as_ref(), RevisionStatus::Active, "status of a subscription", &statuses, problems);
    if let Some(url) = raw.url.as_ref().filter(|url| !is_address(&url.value)) {
        let message = format!("`{}` is not an address that webhooks can go to", url.value);
        problems.push(Diagnostic::new(&codes::BAD_URL, url.place, message).help("write `${bot}/…` or `http://…`"));
    }
    if let Some(words) = raw.words.as_ref().filter(|words| !(1..=2).contains(&words.value.len())) {
        problems.push(Diagnostic::new(&codes::SETUP, words.place, "there are one or two words"));
    }
    let (mut data, place) = match (raw.event, raw.data) {
        (Some(event), None) => {
            let url = raw.url.map(|url| url.value);
            if url.is_none() {
                let problem = Diagnostic::new(&codes::MISSING_KEY, event.place, "`url` is missing");
                problems.push(problem.help("add `url: ${bot}/…`"));
            }
            let lacks = [
                ("newMatchedMessage", "words", raw.words.is_none()),
                ("chatSpecificLabelAdded", "label", raw.label.is_none()),
            ];
            for (_, key, _) in lacks.iter().filter(|(name, _, lacks)| *lacks && *name == event.value) {
                let problem = Diagnostic::new(&codes::MISSING_KEY, event.place, format!("`{key}` is missing"));
                problems.push(problem.help(format!("say which {key} it waits for")));
            }
            let words = raw.words.map(|words| words.value).unwrap_or_default();
            let filling = Filling { url: url.unwrap_or_default(), words, label: raw.label };
            let data = subscription(&event.value, &filling);
            if data.is_none() {
                let events: Vec<&str> = EVENTS.iter().map(|event| event.name).collect();
                unknown_word(&codes::UNKNOWN_EVENT, "event of Texter", &event.value, event.place, &events, problems);
            }
            (data?, event.place)
        }
        (None, Some(data)) => (data.value, data.place),
        (Some(Located { place, .. }), Some(_)) => {
            problems.push(Diagnostic::new(&codes::ONE_KEY, place, "`event` and `data` exclude each other"));
            return None;
        }
        (None, None) => {
            let problem = Diagnostic::new(&codes::ONE_KEY, place, "a subscription has an `event` or `data`");
            problems.push(problem.help("write `- {event: chatAssigned, url: \"${bot}/hook\"}`"));
            return None;
        }
    };
    if !raw.headers.is_empty() {
        let headers = raw.headers.into_iter().map(|(name, value)| (name, value.into())).collect();
        if let Some(params) = data.pointer_mut("/actions/0/params").and_then(serde_json::Value::as_object_mut) {
            params.insert("headers".to_owned(), serde_json::Value::Object(headers));
        }
    }
    match Program::read(&data) {
        Ok(program) => {
            for mistake in program.mistakes() {
                problems.push(Diagnostic::new(&codes::SETUP, place, mistake));
            }
            let import = Import { data, program: Arc::new(program), status, author: None };
            Some(Subscribed { import, secret: raw.secret.map(|secret| secret.value) })
        }
        Err(problem) => {
            problems.push(Diagnostic::new(&codes::SETUP, place, format!("this is no subscription: {problem}")));
            None
        }
    }
}
