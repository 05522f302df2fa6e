//! Checks registrations of webhooks.

use super::super::action::{self, Filter};
use super::super::events::EVENTS;
use super::super::hook::{
    AuthorType, BotPresence, Extra, Filters, Hook, HookKind, LONGEST_URL, MOST_PER_ACTION, Only, Scope, SourceType,
};
use super::super::version::Version;
use super::{BotHooks, RawFilters, RawHook, RawPresence};
use crate::base::address::is_address;
use crate::base::diag::Diagnostic;
use crate::scenario::codes;
use crate::scenario::decode::{Located, Problems, meaning, unknown_word};

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
                    let subject = action::named(&action.value).map(|action| action.subject);
                    if let (Some(filters), Some(subject)) = (filters.as_mut(), subject) {
                        filters.forget(|filter| !subject.filters().contains(&filter));
                    }
                    let carries = subject.is_none_or(|subject| !subject.extras().is_empty());
                    RawHook {
                        action: action.clone(),
                        url: short.url.clone(),
                        secret_key: short.secret_key.clone(),
                        filters,
                        r#type: short.r#type.clone(),
                        additional_data: short.additional_data.iter().filter(|_| carries).cloned().collect(),
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
        let carried = action::named(action).map_or(&[][..], |action| action.subject.extras());
        for extra in raw.additional_data.iter().filter(|_| carried.is_empty()) {
            let message = format!("`{action}` has no additional data");
            problems.push(Diagnostic::new(&codes::SETUP, extra.place, message).help("remove it"));
        }
        let version = meaning(raw.version.as_ref(), Version::STABLE, "version of webhooks", &versions, problems);
        if !action::of_version(version).any(|known| known.name == action) {
            let message = format!("{} has no webhook `{action}`", version.segment());
            problems.push(Diagnostic::new(&codes::SETUP, raw.action.place, message).help("name another `version`"));
        }
        self.hooks.push(Hook {
            action,
            url: raw.url.value,
            secret: raw.secret_key,
            owner,
            kind: meaning(raw.r#type.as_ref(), kind, "type of webhook", &kinds, problems),
            filters: raw.filters.map_or_else(Filters::default, |filters| read_filters(&raw.action, filters, problems)),
            extras: raw.additional_data.iter().filter_map(|extra| read_extra(extra, problems)).collect(),
            version,
            description: None,
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

impl RawFilters {
    /// The filters that are set.
    fn set(&self) -> impl Iterator<Item = Filter> {
        let presence = self.chat_presence.user_ids.is_some() || self.chat_presence.my_bots;
        let all = [
            (Filter::AuthorType, self.author_type.is_some()),
            (Filter::ChatPresence, presence),
            (Filter::OnlyMyChats, self.only_my_chats),
            (Filter::AgentIds, !self.agent_ids.is_empty()),
            (Filter::SourceType, !self.source_type.is_empty()),
        ];
        all.into_iter().filter(|(_, set)| *set).map(|(filter, _)| filter)
    }

    /// Unsets some filters.
    fn forget(&mut self, which: impl Fn(Filter) -> bool) {
        for filter in self.set().filter(|filter| which(*filter)).collect::<Vec<_>>() {
            match filter {
                Filter::AuthorType => self.author_type = None,
                Filter::ChatPresence => self.chat_presence = RawPresence { user_ids: None, my_bots: false },
                Filter::OnlyMyChats => self.only_my_chats = false,
                Filter::AgentIds => self.agent_ids.clear(),
                Filter::SourceType => self.source_type.clear(),
            }
        }
    }
}

fn read_filters(action: &Located<String>, raw: RawFilters, problems: &mut Problems) -> Filters {
    let known = action::named(&action.value).map_or(&[][..], |action| action.subject.filters());
    for filter in raw.set().filter(|filter| !known.contains(filter)) {
        let message = format!("`{}` has no filter `{}`", action.value, filter.name());
        let place = match (filter, &raw.author_type) {
            (Filter::AuthorType, Some(author)) => author.place,
            (Filter::AuthorType, None)
            | (Filter::ChatPresence | Filter::OnlyMyChats | Filter::AgentIds | Filter::SourceType, _) => action.place,
        };
        problems.push(Diagnostic::new(&codes::SETUP, place, message).help("remove the filter"));
    }
    let authors = [("customer", Some(AuthorType::Customer)), ("agent", Some(AuthorType::Agent))];
    let sources = [
        ("my_client", Some(SourceType::MyClient)),
        ("other_clients", Some(SourceType::OtherClients)),
        ("system", Some(SourceType::System)),
    ];
    Filters {
        author: meaning(raw.author_type.as_ref(), None, "type of author", &authors, problems),
        chats: if raw.only_my_chats { Scope::OnlyMine } else { Scope::AllChats },
        bots: if raw.chat_presence.my_bots { BotPresence::Mine } else { BotPresence::Whatever },
        presence: match raw.chat_presence.user_ids {
            None => Only::Anybody,
            Some(Located { value, place }) => match (value.values, value.exclude_values) {
                (Some(ids), None) => Only::OneOf(ids),
                (None, Some(ids)) => Only::NoneOf(ids),
                (Some(_), Some(_)) | (None, None) => {
                    let message = "exactly one of `values` and `exclude_values` can stand here";
                    problems.push(Diagnostic::new(&codes::ONE_KEY, place, message));
                    Only::Anybody
                }
            },
        },
        agents: if raw.agent_ids.is_empty() { Only::Anybody } else { Only::OneOf(raw.agent_ids) },
        sources: raw
            .source_type
            .iter()
            .filter_map(|source| meaning(Some(source), None, "type of source", &sources, problems))
            .collect(),
    }
}

fn read_extra(extra: &Located<String>, problems: &mut Problems) -> Option<Extra> {
    let extras =
        [("chat_properties", Some(Extra::ChatProperties)), ("chat_presence_user_ids", Some(Extra::PresenceUserIds))];
    meaning(Some(extra), None, "kind of additional data", &extras, problems)
}
