//! Checks registrations of webhooks.

use super::super::events::EVENTS;
use super::super::hook::{
    AuthorType, BotPresence, Extra, Filters, Hook, HookKind, LONGEST_URL, MOST_PER_ACTION, Presence, Scope, SourceType,
};
use super::super::version::Version;
use super::check::word;
use super::{BotHooks, RawFilters, RawHook};
use crate::base::address::is_address;
use crate::base::diag::Diagnostic;
use crate::scenario::codes;
use crate::scenario::decode::{Located, Problems, unknown_word};

/// The actions that know the filter `author_type`.
const AUTHORED: &[&str] = &["incoming_event", "event_updated"];

/// Whose registration it is, which decides its defaults.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Owner<'o> {
    /// The tenant's: the tenant's app, type `license`.
    Tenant,
    /// A bot's: the bot's app, type `bot`.
    Bot(&'o str),
}

/// The registrations so far.
pub(super) struct Registered {
    client: String,
    hooks: Vec<Hook>,
}

impl Registered {
    /// No registrations yet; they belong to the app `client` where nothing else is said.
    pub(super) fn new(client: String) -> Self {
        Self { client, hooks: Vec::new() }
    }

    /// All of them.
    pub(super) fn finish(self) -> Vec<Hook> {
        self.hooks
    }

    /// Adds the webhooks of a bot.
    pub(super) fn add_all(&mut self, hooks: BotHooks, owner: &str, problems: &mut Problems) {
        let listed = match hooks {
            BotHooks::Listed(hooks) => hooks,
            BotHooks::Short(short) => {
                let one = |action: &Located<String>| {
                    let mut filters = short.filters.clone();
                    if let Some(filters) = filters.as_mut().filter(|_| !AUTHORED.contains(&action.value.as_str())) {
                        filters.author_type = None;
                    }
                    RawHook {
                        action: action.clone(),
                        url: short.url.clone(),
                        secret_key: short.secret_key.clone(),
                        filters,
                        r#type: short.r#type.clone(),
                        additional_data: short.additional_data.clone(),
                        client_id: None,
                        version: short.version.clone(),
                    }
                };
                short.actions.iter().map(one).collect()
            }
        };
        for hook in listed {
            self.add(hook, Owner::Bot(owner), problems);
        }
    }

    /// Adds one registration.
    pub(super) fn add(&mut self, raw: RawHook, by: Owner<'_>, problems: &mut Problems) {
        let actions: Vec<&'static str> = EVENTS.iter().map(|event| event.name).collect();
        let Some(action) = actions.iter().find(|action| **action == raw.action.value).copied() else {
            let (name, place) = (&raw.action.value, raw.action.place);
            unknown_word(&codes::UNKNOWN_EVENT, "webhook of LiveChat", name, place, &actions, problems);
            return;
        };
        check_url(&raw.url, problems);
        let (client, kind) = match by {
            Owner::Tenant => (self.client.as_str(), HookKind::License),
            Owner::Bot(client) => (client, HookKind::Bot),
        };
        let owner = raw.client_id.unwrap_or_else(|| client.to_owned());
        let kinds = [("license", HookKind::License), ("bot", HookKind::Bot)];
        let versions: Vec<(&str, Version)> =
            Version::WORDS.iter().filter_map(|name| Some((*name, Version::named(name)?))).collect();
        let same = self.hooks.iter().filter(|hook| hook.action == action && hook.owner == owner).count();
        if same >= MOST_PER_ACTION {
            let message = format!("an app has at most {MOST_PER_ACTION} webhooks for `{action}`");
            problems.push(Diagnostic::new(&codes::SETUP, raw.action.place, message).help("remove one of them"));
        }
        self.hooks.push(Hook {
            action,
            url: raw.url.value,
            secret: raw.secret_key,
            owner,
            kind: word(raw.r#type.as_ref(), kind, "type of webhook", &kinds, problems),
            filters: raw.filters.map_or_else(Filters::default, |raw| filters(action, raw, problems)),
            extras: raw.additional_data.iter().filter_map(|extra| read_extra(extra, problems)).collect(),
            version: word(raw.version.as_ref(), Version::V3_6, "version of webhooks", &versions, problems),
        });
    }
}

fn check_url(url: &Located<String>, problems: &mut Problems) {
    let text = url.value.as_str();
    if !is_address(text) {
        let problem =
            Diagnostic::new(&codes::BAD_URL, url.place, format!("`{text}` is not an address that webhooks can go to"));
        problems.push(problem.help("write `${bot}/…` or `http://…`"));
    } else if text.len() > LONGEST_URL {
        let message = format!("an address has at most {LONGEST_URL} characters");
        problems.push(Diagnostic::new(&codes::BAD_URL, url.place, message).help("shorten it"));
    }
}

fn filters(action: &str, raw: RawFilters, problems: &mut Problems) -> Filters {
    if let Some(author) = raw.author_type.as_ref().filter(|_| !AUTHORED.contains(&action)) {
        let message = format!("`{action}` has no filter `author_type`");
        problems.push(Diagnostic::new(&codes::SETUP, author.place, message).help("remove the filter"));
    }
    let authors = [("customer", Some(AuthorType::Customer)), ("agent", Some(AuthorType::Agent))];
    let sources = [
        ("my_client", Some(SourceType::MyClient)),
        ("other_clients", Some(SourceType::OtherClients)),
        ("system", Some(SourceType::System)),
    ];
    Filters {
        author: word(raw.author_type.as_ref(), None, "type of author", &authors, problems),
        chats: if raw.only_my_chats { Scope::OnlyMine } else { Scope::AllChats },
        bots: if raw.chat_presence.my_bots { BotPresence::Mine } else { BotPresence::Whatever },
        presence: match raw.chat_presence.user_ids {
            None => Presence::Anybody,
            Some(Located { value, place }) => match (value.values, value.exclude_values) {
                (Some(ids), None) => Presence::OneOf(ids),
                (None, Some(ids)) => Presence::NoneOf(ids),
                (Some(_), Some(_)) | (None, None) => {
                    let message = "exactly one of `values` and `exclude_values` can stand here";
                    problems.push(Diagnostic::new(&codes::ONE_KEY, place, message));
                    Presence::Anybody
                }
            },
        },
        sources: raw
            .source_type
            .iter()
            .filter_map(|source| word(Some(source), None, "type of source", &sources, problems))
            .collect(),
    }
}

fn read_extra(extra: &Located<String>, problems: &mut Problems) -> Option<Extra> {
    let extras =
        [("chat_properties", Some(Extra::ChatProperties)), ("chat_presence_user_ids", Some(Extra::PresenceUserIds))];
    word(Some(extra), None, "kind of additional data", &extras, problems)
}
