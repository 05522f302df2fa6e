//! The `setup:` block of a scenario, checked into a [`Tenant`].

mod block;

use std::sync::Arc;

use self::block::{AgentBlock, Block, BotBlock, FiltersBlock, GroupBlock, WebhookBlock};
use super::events::{self, EVENTS};
use super::tenant::{Additional, Author, Filters, Group, Kind, Registration, Scope, SourceType, Tenant, Worker};
use crate::base::diag::{Diagnostic, Place, Rule};
use crate::base::time::VirtualSpan;
use crate::platform::outgoing::{Acknowledged, Order, Policy};
use crate::scenario::codes;
use crate::scenario::decode::{Decode, Located, Problems, unknown_word};
use crate::scenario::node::Node;

/// Up to three within about a minute, says the vendor; the spacing is decided here.
const RETRIES: [VirtualSpan; 3] = [VirtualSpan::from_secs(5), VirtualSpan::from_secs(15), VirtualSpan::from_secs(35)];
/// The vendor's limit for one action of one app.
const MOST_REGISTRATIONS: usize = 3;

/// Reads and checks the block; the tenant, unless something is wrong.
pub(super) fn read(node: &Node, problems: &mut Problems) -> Option<Tenant> {
    let before = problems.len();
    let block = Block::decode(node, problems)?;
    let mut check = Check { problems, groups: Vec::new(), registered: Vec::new() };
    let groups = check.groups(block.groups);
    let agents = match block.agents {
        Some(agents) => check.agents(agents),
        None => vec![usual_agent("agent@example.com", "Agent One"), usual_agent("agent2@example.com", "Agent Two")],
    };
    let (bots, mut registrations) = check.bots(block.bots, &block.client_id);
    let workers: Vec<Placed> = bots.into_iter().chain(agents).collect();
    check.identities(&workers);
    for webhook in block.webhooks {
        registrations.extend(check.webhook(webhook, &block.client_id));
    }
    let policy = Policy {
        acknowledged: Acknowledged::Only200,
        timeout: block.delivery.timeout,
        retries: block.delivery.retries.unwrap_or_else(|| RETRIES.to_vec()),
        order: Order::FirstAttempt,
    };
    let tenant = Tenant {
        organization: block.organization_id,
        license: block.license_id,
        client: block.client_id,
        workers: workers.into_iter().map(|placed| placed.worker).collect(),
        groups,
        registrations,
        policy: Arc::new(policy),
        archive_after: block.archive_after,
    };
    (problems.len() == before).then_some(tenant)
}

/// Somebody who works here, and where that was written.
struct Placed {
    worker: Worker,
    place: Place,
}

fn usual_agent(id: &str, name: &str) -> Placed {
    let (id, name) = (id.to_owned(), name.to_owned());
    let worker = Worker { id, name, groups: vec![0], max_chats: 6, token: None, kind: Kind::Human };
    Placed { worker, place: Place::default() }
}

struct Check<'p> {
    problems: &'p mut Problems,
    /// The numbers of all groups.
    groups: Vec<u64>,
    /// What has been registered so far, and by which app.
    registered: Vec<(&'static str, String)>,
}

impl Check<'_> {
    fn report(&mut self, rule: &'static Rule, place: Place, message: String, help: &str) {
        self.problems.push(Diagnostic::new(rule, place, message).help(help));
    }

    fn groups(&mut self, blocks: Vec<GroupBlock>) -> Vec<Group> {
        let mut groups: Vec<Group> = Vec::new();
        for block in blocks {
            let id = block.id.value;
            if groups.iter().any(|group| group.id == id) {
                let message = format!("group {id} stands here for the second time");
                self.report(&codes::SETUP, block.id.place, message, "give each group a number of its own");
            }
            groups.push(Group { id, name: block.name });
        }
        if groups.iter().all(|group| group.id != 0) {
            groups.insert(0, Group { id: 0, name: "General".to_owned() });
        }
        self.groups = groups.iter().map(|group| group.id).collect();
        groups
    }

    fn member_of(&mut self, groups: Option<Vec<Located<u64>>>) -> Vec<u64> {
        let Some(groups) = groups else { return vec![0] };
        for group in groups.iter().filter(|group| !self.groups.contains(&group.value)) {
            let known: Vec<String> = self.groups.iter().map(ToString::to_string).collect();
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            let word = group.value.to_string();
            unknown_word(&codes::UNKNOWN_TEAM, "group of this license", &word, group.place, &known, self.problems);
        }
        groups.into_iter().map(|group| group.value).collect()
    }

    fn agents(&mut self, blocks: Vec<AgentBlock>) -> Vec<Placed> {
        let mut agents = Vec::new();
        for block in blocks {
            let worker = Worker {
                name: block.name.unwrap_or_else(|| block.id.value.clone()),
                groups: self.member_of(block.groups),
                max_chats: block.max_chats,
                token: block.token.map(|token| token.value),
                kind: Kind::Human,
                id: block.id.value,
            };
            agents.push(Placed { worker, place: block.id.place });
        }
        agents
    }

    fn bots(&mut self, blocks: Vec<BotBlock>, app: &str) -> (Vec<Placed>, Vec<Registration>) {
        let (mut bots, mut registrations) = (Vec::new(), Vec::new());
        for block in blocks {
            let client = block.client_id.unwrap_or_else(|| app.to_owned());
            let first = block.webhooks.is_some();
            if let Some(webhooks) = block.webhooks {
                self.url(&webhooks.url);
                let filters = webhooks.filters.map(|filters| self.filters(filters)).unwrap_or_default();
                for name in &webhooks.actions {
                    let Some(action) = self.action(name, &client) else { continue };
                    let author = filters.author.filter(|_| action == events::INCOMING_EVENT);
                    registrations.push(Registration {
                        action,
                        url: webhooks.url.value.clone(),
                        secret: webhooks.secret_key.clone(),
                        client: client.clone(),
                        scope: Scope::Bot,
                        filters: Filters { author, ..filters.clone() },
                        additional: Vec::new(),
                    });
                }
            }
            let place = block.id.as_ref().map(|id| id.place).unwrap_or_default();
            let worker = Worker {
                id: block.id.map(|id| id.value).unwrap_or_default(),
                name: block.name,
                groups: self.member_of(block.groups),
                max_chats: block.max_chats,
                token: block.token.map(|token| token.value),
                kind: Kind::Bot { client, first },
            };
            bots.push(Placed { worker, place });
        }
        (bots, registrations)
    }

    fn identities(&mut self, workers: &[Placed]) {
        for (index, Placed { worker, place }) in workers.iter().enumerate() {
            if worker.id.is_empty() && !worker.is_bot() {
                self.report(&codes::SETUP, *place, "an id is empty".to_owned(), "write an e-mail address");
            }
            let mut earlier = workers[..index].iter().map(|other| &other.worker);
            if !worker.id.is_empty() && earlier.clone().any(|other| other.id == worker.id) {
                let message = format!("`{}` stands here for the second time", worker.id);
                self.report(&codes::SETUP, *place, message, "give each agent and bot an id of its own");
            }
            if worker.token.is_some() && earlier.any(|other| other.token == worker.token) {
                let message = "two agents or bots have the same token".to_owned();
                self.report(&codes::SETUP, *place, message, "give each a token of its own");
            }
        }
    }

    fn webhook(&mut self, block: WebhookBlock, app: &str) -> Option<Registration> {
        self.url(&block.url);
        if let Some(author) = block.filters.as_ref().and_then(|filters| filters.author_type.as_ref())
            && block.action.value != events::INCOMING_EVENT
        {
            let message = format!("`author_type` is no filter of {}", block.action.value);
            self.report(&codes::SETUP, author.place, message, "leave it out, or register incoming_event");
        }
        let filters = block.filters.map(|filters| self.filters(filters)).unwrap_or_default();
        let scopes = [("bot", Scope::Bot), ("license", Scope::License)];
        let scope = match &block.r#type {
            Some(word) => self.word(word, "type of webhook", &scopes)?,
            None => Scope::License,
        };
        let kinds =
            [("chat_properties", Additional::ChatProperties), ("chat_presence_user_ids", Additional::PresentUsers)];
        let additional = block.additional_data.iter().filter_map(|word| self.word(word, "additional data", &kinds));
        let additional = additional.collect();
        Some(Registration {
            action: self.action(&block.action, app)?,
            url: block.url.value,
            secret: block.secret_key,
            client: app.to_owned(),
            scope,
            filters,
            additional,
        })
    }

    fn action(&mut self, name: &Located<String>, app: &str) -> Option<&'static str> {
        let known: Vec<&'static str> = EVENTS.iter().map(|event| event.name).collect();
        let Some(action) = known.iter().copied().find(|known| *known == name.value) else {
            unknown_word(&codes::UNKNOWN_EVENT, "webhook of LiveChat", &name.value, name.place, &known, self.problems);
            return None;
        };
        self.registered.push((action, app.to_owned()));
        let count = self.registered.iter().filter(|(known, by)| *known == action && by == app).count();
        if count > MOST_REGISTRATIONS {
            let message = format!("{action} is registered {count} times; an app can have {MOST_REGISTRATIONS}");
            self.report(&codes::SETUP, name.place, message, "register it less often, or by another `client_id`");
        }
        Some(action)
    }

    fn filters(&mut self, block: FiltersBlock) -> Filters {
        let authors = [("customer", Author::Customer), ("agent", Author::Agent)];
        let sources = [
            ("my_client", SourceType::MyClient),
            ("other_clients", SourceType::OtherClients),
            ("system", SourceType::System),
        ];
        let mut filters = Filters {
            author: block.author_type.and_then(|word| self.word(&word, "type of author", &authors)),
            only_my_chats: block.only_my_chats,
            sources: block.source_type.iter().filter_map(|word| self.word(word, "type of source", &sources)).collect(),
            ..Filters::default()
        };
        if let Some(presence) = block.chat_presence {
            filters.my_bots = presence.my_bots;
            if let Some(users) = presence.user_ids {
                if !users.values.is_empty() && !users.exclude_values.value.is_empty() {
                    let message = "`values` and `exclude_values` exclude each other".to_owned();
                    self.report(&codes::SETUP, users.exclude_values.place, message, "keep one of the two");
                }
                (filters.with, filters.without) = (users.values, users.exclude_values.value);
            }
        }
        filters
    }

    fn word<T: Copy>(&mut self, word: &Located<String>, what: &str, known: &[(&str, T)]) -> Option<T> {
        let found = known.iter().find(|(name, _)| *name == word.value).map(|(_, value)| *value);
        if found.is_none() {
            let known: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
            unknown_word(&codes::SETUP, what, &word.value, word.place, &known, self.problems);
        }
        found
    }

    fn url(&mut self, url: &Located<String>) {
        let at_bot = url.value.strip_prefix("${bot}").is_some_and(|path| path.is_empty() || path.starts_with('/'));
        let after_scheme = url.value.strip_prefix("http://").or_else(|| url.value.strip_prefix("https://"));
        let elsewhere = after_scheme.is_some_and(|host| !host.is_empty() && !host.starts_with('/'));
        if !at_bot && !elsewhere {
            let message = format!("`{}` is not an address that webhooks can go to", url.value);
            self.report(&codes::BAD_URL, url.place, message, "write `${bot}/…`, `http://…` or `https://…`");
        }
    }
}
