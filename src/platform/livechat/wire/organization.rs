//! Agents, bots, groups, tags and rules as they travel in answers and webhooks.
//!
//! Page: platform.text.com/docs/management/configuration-api, the samples of its methods.

use serde_json::{Map, Value, json};

use super::super::model::{
    Amendment, EVERYBODY, Employment, Organization, Priority, Rule, StaffKind, Staffer, Standing, Status, Tag,
};

/// A document, its members in the order in which the vendor has them.
pub(crate) type Document = Map<String, Value>;

fn document<const N: usize>(members: [(&str, Value); N]) -> Document {
    members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

/// The groups that somebody is in, everybody's first.
fn groups(staffer: &Staffer) -> Value {
    let own = staffer.groups.keys().copied().filter(|group| *group != EVERYBODY);
    let one = |group| {
        let priority = staffer.priority_at(group).unwrap_or(Priority::Normal);
        json!({"id": group, "priority": priority})
    };
    std::iter::once(EVERYBODY).chain(own).map(one).collect()
}

/// Whether an agent takes chats, as the Configuration API spells it. It has no word for those who are not there.
pub(crate) fn login_status(status: Status) -> &'static str {
    match status {
        Status::Accepting => "accepting chats",
        Status::NotAccepting | Status::Offline => "not accepting chats",
    }
}

/// What is always told about an agent. The samples of one method say `avatar`, those of another `avatar_path`.
pub(crate) fn agent(staffer: &Staffer, employment: &Employment) -> Document {
    document([
        ("id", json!(staffer.id)),
        ("account_id", json!(employment.account)),
        ("name", json!(staffer.name)),
        ("avatar", json!(staffer.profile.avatar)),
        ("avatar_path", json!(staffer.profile.avatar)),
        ("role", json!(employment.role)),
        ("login_status", json!(login_status(staffer.status))),
    ])
}

/// What is told about an agent who is asked for it, field by field. The sample of lists has `summaries` for one of them.
pub(crate) const AGENT_FIELDS: &[&str] = &[
    "job_title",
    "mobile",
    "max_chats_count",
    "awaiting_approval",
    "groups",
    "notifications",
    "email_subscriptions",
    "summaries",
    "work_scheduler",
    "suspended",
    "last_logout",
];

/// One of [`AGENT_FIELDS`]; nobody logs out here, so nobody has logged out last.
pub(crate) fn agent_field(staffer: &Staffer, employment: &Employment, field: &str) -> Option<Value> {
    let profile = &staffer.profile;
    Some(match field {
        "job_title" => json!(profile.job_title),
        "mobile" => json!(profile.mobile),
        "max_chats_count" => json!(staffer.max_chats),
        "awaiting_approval" => json!(employment.standing == Standing::AwaitingApproval),
        "groups" => groups(staffer),
        "notifications" => json!(profile.notifications),
        "email_subscriptions" | "summaries" => json!(profile.email_subscriptions),
        "work_scheduler" => profile.work_scheduler.clone().unwrap_or_else(|| json!({})),
        "suspended" => json!(employment.standing == Standing::Suspended),
        _ => return None,
    })
}

/// What is always told about a bot by itself.
pub(crate) fn bot(staffer: &Staffer, owner: &str) -> Document {
    let mut bot = listed_bot(staffer);
    bot.insert("default_group_priority".to_owned(), json!(staffer.priority));
    bot.insert("owner_client_id".to_owned(), json!(owner));
    bot
}

/// What is always told about a bot in lists.
pub(crate) fn listed_bot(staffer: &Staffer) -> Document {
    document([("id", json!(staffer.id)), ("name", json!(staffer.name)), ("avatar_path", json!(staffer.profile.avatar))])
}

/// What is told about a bot that is asked for it.
pub(crate) const BOT_FIELDS: &[&str] = &["job_title", "max_chats_count", "groups", "work_scheduler", "timezone"];

/// One of [`BOT_FIELDS`].
pub(crate) fn bot_field(staffer: &Staffer, field: &str) -> Option<Value> {
    let scheduler = staffer.profile.work_scheduler.as_ref();
    Some(match field {
        "job_title" => json!(staffer.profile.job_title),
        "max_chats_count" => json!(staffer.max_chats),
        "groups" => groups(staffer),
        "work_scheduler" => scheduler.cloned().unwrap_or_else(|| json!({})),
        "timezone" => scheduler.and_then(|scheduler| scheduler.get("timezone")).cloned().unwrap_or_else(|| json!("")),
        _ => return None,
    })
}

/// A group, with these of its further fields.
pub(crate) fn group(organization: &Organization, id: u64, fields: &[&str]) -> Document {
    let found = organization.group(id);
    let mut group = document([
        ("id", json!(id)),
        ("name", json!(found.map(|group| &group.name))),
        ("language_code", json!(found.map(|group| &group.language_code))),
    ]);
    if fields.contains(&"agent_priorities") {
        group.insert("agent_priorities".to_owned(), json!(organization.members(id)));
    }
    if fields.contains(&"routing_status") {
        group.insert("routing_status".to_owned(), json!(organization.group_status(id)));
    }
    group
}

/// A tag, as lists show it.
pub(crate) fn tag(tag: &Tag) -> Document {
    document([
        ("name", json!(tag.name)),
        ("group_ids", json!(tag.groups)),
        ("author_id", json!(tag.author)),
        ("created_at", json!(tag.created_at)),
    ])
}

/// A rule, as lists show it.
pub(crate) fn rule(organization: &Organization, rule: &Rule) -> Document {
    document([
        ("id", json!(rule.id)),
        ("description", json!(rule.description)),
        ("access", json!({"groups": rule.groups})),
        ("conditions", json!(rule.conditions)),
        ("next_id", json!(organization.next_rule(&rule.id))),
    ])
}

/// What a webhook about an amendment says.
pub(crate) fn payload(amendment: &Amendment, before: &Organization, now: &Organization) -> Value {
    match amendment {
        Amendment::AgentCreated(id) | Amendment::BotCreated(id) => json!(now.staffer(id).map(whole)),
        Amendment::AgentUpdated(id) | Amendment::BotUpdated(id) => {
            let (then, now) = (before.staffer(id).map(whole), now.staffer(id).map(whole));
            json!(difference("id", &then.unwrap_or_default(), now.unwrap_or_default()))
        }
        Amendment::AgentDeleted(id)
        | Amendment::AgentSuspended(id)
        | Amendment::AgentUnsuspended(id)
        | Amendment::AgentApproved(id)
        | Amendment::BotDeleted(id) => json!({"id": id}),
        Amendment::GroupCreated(id) => json!(group(now, *id, &["agent_priorities"])),
        Amendment::GroupUpdated(id) => {
            let whole = |organization| group(organization, *id, &["agent_priorities"]);
            json!(difference("id", &whole(before), whole(now)))
        }
        Amendment::GroupDeleted(id) => json!({"id": id}),
        Amendment::TagCreated(name) => json!(now.tag(name).map(|tag| {
            document([
                ("name", json!(tag.name)),
                ("group_ids", json!(tag.groups)),
                ("created_at", json!(tag.created_at)),
                ("author_id", json!(tag.author)),
            ])
        })),
        Amendment::TagUpdated(name) => {
            json!({"name": name, "group_ids": now.tag(name).map(|tag| &tag.groups)})
        }
        Amendment::TagDeleted(name) => json!({"name": name}),
        Amendment::AutoAccessesUpdated => rules(before, now),
        Amendment::RoutingStatusSet(id) => {
            json!({"agent_id": id, "status": now.staffer(id).map(|staffer| staffer.status)})
        }
    }
}

/// All that webhooks tell about somebody, empty fields too.
fn whole(staffer: &Staffer) -> Document {
    let profile = &staffer.profile;
    let count = json!(staffer.max_chats);
    match &staffer.kind {
        StaffKind::Agent(employment) => document([
            ("id", json!(staffer.id)),
            ("name", json!(staffer.name)),
            ("role", json!(employment.role)),
            ("avatar", json!(profile.avatar)),
            ("job_title", json!(profile.job_title)),
            ("mobile", json!(profile.mobile)),
            ("max_chats_count", count),
            ("awaiting_approval", json!(employment.standing == Standing::AwaitingApproval)),
            ("groups", groups(staffer)),
            ("notifications", json!(profile.notifications)),
            ("email_subscriptions", json!(profile.email_subscriptions)),
            ("work_scheduler", profile.work_scheduler.clone().unwrap_or_else(|| json!({}))),
        ]),
        StaffKind::Bot { owner, .. } => {
            let mut bot = document([
                ("id", json!(staffer.id)),
                ("name", json!(staffer.name)),
                ("avatar", json!(profile.avatar)),
                ("job_title", json!(profile.job_title)),
                ("max_chats_count", count),
                ("default_group_priority", json!(staffer.priority)),
                ("groups", groups(staffer)),
                ("owner_client_id", json!(owner)),
            ]);
            if let Some(scheduler) = &profile.work_scheduler {
                bot.insert("work_scheduler".to_owned(), scheduler.clone());
            }
            bot
        }
    }
}

/// What tells two documents apart, and what they are about.
fn difference(id: &str, then: &Document, mut now: Document) -> Document {
    now.retain(|key, value| key == id || then.get(key) != Some(value));
    now
}

/// The rules that are not what, or where, they were: first those that are there, in their order.
fn rules(before: &Organization, now: &Organization) -> Value {
    let there = now.rules().iter().filter_map(|new| {
        let shown = rule(now, new);
        let (mut shown, status) = match before.rules().iter().find(|old| old.id == new.id) {
            None => (shown, "added"),
            Some(old) => {
                let changed = difference("id", &rule(before, old), shown);
                (changed.len() > 1).then_some((changed, "updated"))?
            }
        };
        shown.insert("status".to_owned(), json!(status));
        Some(Value::Object(shown))
    });
    let gone = before.rules().iter().filter(|old| now.rules().iter().all(|new| new.id != old.id));
    there.chain(gone.map(|old| json!({"id": old.id, "status": "deleted"}))).collect()
}
