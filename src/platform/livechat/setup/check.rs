//! Checks a `setup:` block as a whole and reports everything that cannot be.

use std::collections::BTreeMap;
use std::sync::Arc;

use indexmap::IndexMap;

use super::super::codes as vendor;
use super::super::key::Keys;
use super::super::model::registry::{Holder, Location};
use super::super::model::{
    EVERYBODY, Employment, Maker, Priority, Profile, Role, StaffKind, Staffer, Standing, Status,
};
use super::super::tenant::{
    GoingOffline, LicenseWebhooks, Overflow, Requester, RequesterId, Returning, Tenant, Terms, Widget,
};
use super::super::version::Ends;
use super::value::RawValues;
use super::{MAX_CHATS, RawAgent, RawBot, RawGroup, RawTenant, TIMEOUT, form, hooks, keys, property, retries, value};
use crate::base::diag::{Diagnostic, Place};
use crate::platform::outgoing::{Acknowledged, Order, Policy};
use crate::platform::signing::Signing;
use crate::scenario::codes;
use crate::scenario::decode::{Decode as _, Located, Problems, meaning, unknown_word};
use crate::scenario::node::Node;

/// The name of the group that everybody is in.
const GENERAL: &str = "General";
/// The ids of bots that have none: this, then their number.
const BOT_ID: &str = "b07";
const BOT_ID_DIGITS: usize = 32;
const HIGHEST_STATUS: u16 = 599;

/// Reads a tenant.
pub(crate) fn read(node: &Node, problems: &mut Problems) -> Option<Tenant> {
    let before = problems.len();
    let mut raw = RawTenant::decode(node, problems)?;
    let of_groups: Vec<(Holder, RawValues)> = raw
        .groups
        .iter_mut()
        .map(|group| (Holder::Group(group.id.value), std::mem::take(&mut group.properties)))
        .collect();
    let groups = groups(raw.groups, problems);
    let mut staff = IndexMap::new();
    let mut granted = BTreeMap::new();
    let agents = raw.agents.map_or_else(default_agents, |agents| {
        let read = |mut agent: RawAgent| {
            if let Some(scopes) = keys::scopes(agent.scopes.take(), problems) {
                granted.insert(agent.id.value.clone(), scopes);
            }
            read_agent(agent, &groups, problems)
        };
        agents.into_iter().map(read).collect()
    });
    for (place, agent) in agents {
        enlist(&mut staff, agent, place, problems);
    }
    let mut registered = hooks::Registered::new(raw.client_id.clone());
    for hook in raw.webhooks {
        registered.add(hook, hooks::Owner::Tenant, problems);
    }
    for (index, bot) in raw.bots.into_iter().enumerate() {
        let owner = bot.client_id.clone().unwrap_or_else(|| raw.client_id.clone());
        registered.add_all(bot.webhooks.clone(), &owner, problems);
        let (place, bot) = read_bot(bot, index + 1, owner, &groups, problems);
        enlist(&mut staff, bot, place, problems);
    }
    let signing = Signing::read(raw.signing, problems);
    let usual = Policy::new(Acknowledged::Only200, TIMEOUT, retries(), signing);
    let policy = raw.delivery.read(Policy { order: Order::FirstAttempt, ..usual }, problems);
    let mut chosen = raw.statuses;
    if let Some(status) = raw.validation_status {
        chosen.entry(vendor::VALIDATION.to_owned()).or_insert(status);
    }
    let statuses = statuses(chosen, problems);
    let ways = [("signed_out", GoingOffline::SignedOut), ("disconnected", GoingOffline::Disconnected)];
    let going_offline =
        meaning(raw.going_offline.as_ref(), GoingOffline::SignedOut, "way to go offline", &ways, problems);
    let pat = keys::scopes(raw.pat_scopes, problems);
    let keys = Keys { agents: granted, pat, more: keys::keys(raw.tokens, &staff, problems) };
    let ends = Ends { legacy: keys::dates(raw.legacy, problems), deprecation: keys::dates(raw.deprecation, problems) };
    let mut properties = property::registry(raw.properties, &raw.client_id, problems);
    for (holder, values) in std::iter::once((Holder::License, raw.license_properties)).chain(of_groups) {
        value::give(&mut properties, holder, values, problems);
    }
    let widget = Widget {
        chat: value::written(&properties, Location::Chat, raw.widget.chat_properties, problems),
        thread: value::written(&properties, Location::Thread, raw.widget.thread_properties, problems),
    };
    let forms = form::forms(raw.forms, &groups, problems);
    let rtm = Terms {
        login_within: raw.rtm.login_within,
        ping_within: raw.rtm.ping_within,
        connections: raw.rtm.connections.map(|most| {
            if most.value == 0 {
                let message = "an agent who may have no connection cannot log in";
                problems.push(Diagnostic::new(&codes::SETUP, most.place, message).help("write 1 or more"));
            }
            count(most.value)
        }),
        ping_every: raw.rtm.ping_every,
        inactive_after: raw.rtm.inactive_after,
    };
    let returning = if raw.prefer_recent_agent { Returning::ToTheSame } else { Returning::Anew };
    (problems.len() == before).then(|| Tenant {
        organization_id: raw.organization_id,
        license_id: raw.license_id,
        client_id: raw.client_id,
        staff,
        groups,
        hooks: registered.finish(),
        policy: Arc::new(policy),
        requester: if raw.requester { Requester::Always } else { Requester::Never },
        webhooks_delay: raw.webhooks_delay,
        idle_after: raw.idle_after,
        transfer_after: raw.transfer_after,
        archive_after: raw.archive_after,
        going_offline,
        returning,
        widget,
        overflow: if raw.queue { Overflow::Queue } else { Overflow::Refuse },
        requester_id: if raw.requester_id_always { RequesterId::Always } else { RequesterId::IfAny },
        license_webhooks: if raw.license_webhooks { LicenseWebhooks::Enabled } else { LicenseWebhooks::Disabled },
        statuses,
        keys,
        region: raw.region,
        forms,
        rtm,
        ends,
        properties,
    })
}

/// How agents of a set-up are employed where it does not say.
const EMPLOYED: Employment =
    Employment { account: String::new(), role: Role::Administrator, standing: Standing::Active };

fn default_agents() -> Vec<(Place, Staffer)> {
    [("agent@example.com", "Agent Smith"), ("agent2@example.com", "Agent Jones")]
        .map(|(id, name)| {
            let staffer = Staffer {
                id: id.to_owned(),
                name: name.to_owned(),
                kind: StaffKind::Agent(EMPLOYED),
                groups: IndexMap::new(),
                priority: Priority::Normal,
                max_chats: count(MAX_CHATS),
                status: Status::Accepting,
                token: None,
                profile: Profile::default(),
            };
            (Place::default(), staffer)
        })
        .to_vec()
}

fn count(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

fn groups(raw: Vec<RawGroup>, problems: &mut Problems) -> BTreeMap<u64, String> {
    let mut groups = BTreeMap::new();
    for group in raw {
        if groups.insert(group.id.value, group.name).is_some() {
            let message = format!("group {} stands here for the second time", group.id.value);
            problems.push(Diagnostic::new(&codes::SETUP, group.id.place, message).help("give each group its own id"));
        }
    }
    groups.entry(EVERYBODY).or_insert_with(|| GENERAL.to_owned());
    groups
}

fn read_agent(raw: RawAgent, groups: &BTreeMap<u64, String>, problems: &mut Problems) -> (Place, Staffer) {
    let priority = priority(raw.priority.as_ref(), Priority::Normal, problems);
    let staffer = Staffer {
        name: raw.name.unwrap_or_else(|| raw.id.value.clone()),
        id: raw.id.value,
        kind: StaffKind::Agent(Employment { role: role(raw.role.as_ref(), problems), ..EMPLOYED }),
        groups: known(raw.groups, priority, groups, problems),
        priority,
        max_chats: count(raw.max_chats),
        status: status(raw.status.as_ref(), problems),
        token: raw.token,
        profile: Profile::default(),
    };
    (raw.id.place, staffer)
}

fn read_bot(
    raw: RawBot,
    number: usize,
    owner: String,
    groups: &BTreeMap<u64, String>,
    problems: &mut Problems,
) -> (Place, Staffer) {
    let (id, place) = match raw.id {
        Some(id) => (id.value, id.place),
        None => {
            let digits = BOT_ID_DIGITS - BOT_ID.len();
            (format!("{BOT_ID}{number:0digits$}"), raw.name.place)
        }
    };
    if id.len() != BOT_ID_DIGITS || !id.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        let problem = Diagnostic::new(&codes::SETUP, place, format!("`{id}` cannot be the id of a bot"));
        problems.push(problem.help("write 32 hexadecimal digits, or leave it out"));
    }
    let priority = priority(raw.priority.as_ref(), Priority::First, problems);
    let staffer = Staffer {
        id,
        name: raw.name.value,
        kind: StaffKind::Bot { owner, secret: None, maker: Maker::App },
        groups: known(raw.groups, priority, groups, problems),
        priority,
        max_chats: count(raw.max_chats),
        status: status(raw.status.as_ref(), problems),
        token: raw.token,
        profile: Profile::default(),
    };
    (place, staffer)
}

fn enlist(staff: &mut IndexMap<String, Staffer>, staffer: Staffer, place: Place, problems: &mut Problems) {
    let token_taken = staffer.token.is_some() && staff.values().any(|other| other.token == staffer.token);
    let id = staffer.id.clone();
    if token_taken {
        let problem = Diagnostic::new(&codes::SETUP, place, format!("the token of `{id}` is somebody else's already"));
        problems.push(problem.help("give each its own token"));
    }
    if staff.insert(id.clone(), staffer).is_some() {
        let problem = Diagnostic::new(&codes::SETUP, place, format!("`{id}` stands here for the second time"));
        problems.push(problem.help("give each agent and bot its own id"));
    }
}

/// The groups that somebody is in, if they exist; the priority is the same in all of them.
fn known(
    raw: Vec<Located<u64>>,
    priority: Priority,
    groups: &BTreeMap<u64, String>,
    problems: &mut Problems,
) -> IndexMap<u64, Priority> {
    for group in raw.iter().filter(|group| !groups.contains_key(&group.value)) {
        let problem = Diagnostic::new(&codes::SETUP, group.place, format!("there is no group {}", group.value));
        problems.push(problem.help("add it under `groups:`"));
    }
    raw.into_iter().map(|group| (group.value, priority)).collect()
}

fn priority(raw: Option<&Located<String>>, default: Priority, problems: &mut Problems) -> Priority {
    let meanings = [
        ("first", Priority::First),
        ("normal", Priority::Normal),
        ("last", Priority::Last),
        ("supervisor", Priority::Supervisor),
    ];
    meaning(raw, default, "priority", &meanings, problems)
}

fn role(raw: Option<&Located<String>>, problems: &mut Problems) -> Role {
    let meanings = [("viceowner", Role::Viceowner), ("administrator", Role::Administrator), ("normal", Role::Normal)];
    meaning(raw, EMPLOYED.role, "role of an agent", &meanings, problems)
}

fn status(raw: Option<&Located<String>>, problems: &mut Problems) -> Status {
    meaning(raw, Status::Accepting, "routing status", &Status::ALL, problems)
}

fn statuses(raw: BTreeMap<String, Located<u16>>, problems: &mut Problems) -> BTreeMap<String, u16> {
    let known: Vec<&str> = vendor::CODES.iter().map(|code| code.code).collect();
    for (code, status) in &raw {
        if !known.contains(&code.as_str()) {
            unknown_word(&codes::UNKNOWN_CODE, "error type of LiveChat", code, status.place, &known, problems);
        }
        if !(400..=HIGHEST_STATUS).contains(&status.value) {
            let message = format!("{} is no status of an error; 400 to {HIGHEST_STATUS} is possible", status.value);
            problems.push(Diagnostic::new(&codes::OUT_OF_RANGE, status.place, message));
        }
    }
    raw.into_iter().map(|(code, status)| (code, status.value)).collect()
}
