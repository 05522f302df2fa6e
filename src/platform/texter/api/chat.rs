//! Operations on chats.

use serde_json::{Map, Value as Json, json};

use super::super::Texter;
use super::super::codes::Denial;
use super::super::deed::{Hand, Handover};
use super::super::model::{Agent, Channel, Chat, ChatStatus};
use super::super::phone_number;
use super::super::subscription::Trigger;
use super::super::wire;
use super::fields::Fields;
use super::{Outcome, Request, done, nothing};
use crate::platform::cx::Cx;

/// How many chats a page has where nothing is said, and at most.
const USUAL_PAGE: u64 = 30;
const LONGEST_PAGE: u64 = 10_000;
/// How many chats can be passed over; nothing is published.
const FURTHEST: u64 = 1_000_000;
/// The shortest text that is searched for.
const SHORTEST_SEARCH: usize = 2;
const MOST_LABELS: usize = 100;
const MOST_STATUSES: usize = 5;
const LONGEST_NAME: usize = 255;
/// The flag that lets chats without messages into the list. Its name is inferred: the page was not read to its end.
const INCLUDE_EMPTY: &str = "includeEmpty";
/// One of the names of an agent.
type NameOf = fn(&Agent) -> Option<&str>;
/// The ways to name an agent, each of which finds nobody by another one's name.
const AGENT_KEYS: [(&str, NameOf); 3] = [
    ("agentUid", |agent| Some(&agent.uid)),
    ("agentEmail", |agent| Some(&agent.email)),
    ("agentCrmId", |agent| agent.crm_id.as_deref()),
];

pub(super) fn search(texter: &mut Texter, cx: &mut Cx<'_>, request: &Request<'_>) -> Outcome {
    let query = request.query();
    let (skip, limit) = query.page(USUAL_PAGE, LONGEST_PAGE, FURTHEST)?;
    let wanted = query.get("search").map(str::to_lowercase);
    if wanted.as_ref().is_some_and(|text| text.chars().count() < SHORTEST_SEARCH) {
        return Err(Denial::invalid(format!("query.search must have at least {SHORTEST_SEARCH} characters")).into());
    }
    let account = match (query.get("channel[name]"), query.get("channel[accountId]")) {
        (Some(name), Some(account)) => {
            let channel = Channel::named(name);
            Some((channel.ok_or_else(|| Denial::invalid("query.channel[name] must be a channel"))?, account))
        }
        (None, None) => None,
        (Some(_), None) | (None, Some(_)) => {
            return Err(Denial::invalid("query.channel must have both name and accountId").into());
        }
    };
    let labels = query.all("labels", MOST_LABELS)?;
    let statuses = query.all("statuses", MOST_STATUSES)?.into_iter().map(|name| {
        let words = || ChatStatus::ALL.map(|(word, _)| word).join(", ");
        ChatStatus::named(name).ok_or_else(|| Denial::invalid(format!("query.statuses must be among {}", words())))
    });
    let statuses = statuses.collect::<Result<Vec<_>, _>>()?;
    let include_empty = query.flag(INCLUDE_EMPTY)?;
    texter.admit(cx, request)?;
    let found = texter.chats.iter().filter(|chat| {
        (include_empty || chat.last_message().is_some())
            && wanted.as_ref().is_none_or(|text| is_about(chat, text))
            && account.is_none_or(|(channel, id)| chat.contact.channel == channel && chat.contact.account == id)
            && (labels.is_empty() || labels.iter().any(|label| chat.labels.iter().any(|own| own == label)))
            && (statuses.is_empty() || statuses.contains(&chat.status))
    });
    let mut found: Vec<&Chat> = found.collect();
    found.sort_by_key(|chat| std::cmp::Reverse(chat.last_message().map(|message| message.at)));
    let total = found.len();
    let page = found.into_iter().skip(skip).take(limit).map(|chat| wire::row(&texter.tenant, chat));
    done(&json!({"data": page.collect::<Vec<_>>(), "total": total}))
}

/// Whether a name or the number of a chat has this text in it, which is in lower case.
fn is_about(chat: &Chat, text: &str) -> bool {
    let names = [Some(&chat.title), chat.display_name.as_ref()];
    let named = names.into_iter().flatten().any(|name| name.to_lowercase().contains(text));
    // Digits in the middle of words are no number, or their country's code would find everybody.
    let digits = if phone_number::is_one(text) { phone_number::normal(text) } else { String::new() };
    let numbered =
        chat.contact.channel.has_phones() && digits.len() >= SHORTEST_SEARCH && chat.contact.id.contains(&digits);
    named || numbered || chat.contact.id.to_lowercase().contains(text)
}

pub(super) fn get(texter: &mut Texter, cx: &mut Cx<'_>, request: &Request<'_>) -> Outcome {
    let id = texter.chat_of(request)?;
    texter.admit(cx, request)?;
    let shown = texter.chats.get(&id).map(|chat| wire::public(&texter.tenant, chat));
    done(&shown)
}

pub(super) fn update(texter: &mut Texter, cx: &mut Cx<'_>, request: &Request<'_>) -> Outcome {
    let id = texter.chat_of(request)?;
    let fields = request.fields()?;
    let changes = Changes::read(&fields)?;
    if fields.members().is_empty() {
        return Err(Denial::invalid("body must have at least one property").into());
    }
    texter.admit(cx, request)?;
    let by = Hand::caller(cx);
    changes.apply(texter, cx, &id, &by);
    changed(texter, &id)
}

/// The members of a chat that a call can change.
const CHANGED_KEYS: [&str; 5] = ["displayName", "title", "externalBot", "crmData", "crmDeepLink"];

/// What a call changes of a chat itself.
pub(super) struct Changes<'d> {
    name: Option<&'d str>,
    title: Option<&'d str>,
    external: Option<bool>,
    crm: Option<Fields<'d>>,
    link: Option<&'d str>,
}

impl<'d> Changes<'d> {
    pub(super) fn read(fields: &Fields<'d>) -> Result<Self, Denial> {
        fields.refuse_nulls(&CHANGED_KEYS)?;
        Ok(Self {
            name: fields.short("displayName", LONGEST_NAME)?,
            title: fields.short("title", LONGEST_NAME)?,
            external: fields.flag("externalBot")?,
            crm: fields.object("crmData")?,
            link: fields.text("crmDeepLink")?,
        })
    }

    pub(super) fn apply(self, texter: &mut Texter, cx: &mut Cx<'_>, id: &str, by: &Hand) {
        if let Some(chat) = texter.chats.get_mut(id) {
            if let Some(name) = self.name {
                chat.display_name = Some(name.to_owned());
            }
            if let Some(title) = self.title {
                title.clone_into(&mut chat.title);
            }
            if let Some(crm) = self.crm {
                chat.crm = Some(crm.members().clone());
            }
            if let Some(link) = self.link {
                chat.crm_link = Some(link.to_owned());
            }
            chat.updated = cx.now();
        }
        if let Some(on) = self.external {
            texter.set_external(cx, id, by, on, Trigger::ExternalBotUpdated);
        }
    }
}

pub(super) fn update_crm(texter: &mut Texter, cx: &mut Cx<'_>, request: &Request<'_>) -> Outcome {
    let id = texter.chat_of(request)?;
    let fields = request.fields()?;
    let data = fields.need("data", fields.object("data"))?;
    let mode = match fields.text("mergingMode")? {
        None | Some("merge") => Merging::Deep,
        Some("replace") => Merging::Replace,
        Some("assign") => Merging::Assign,
        Some("defaults") => Merging::Defaults,
        Some("defaultsDeep") => Merging::DefaultsDeep,
        Some(_) => {
            let why = "must be one of replace, assign, merge, defaults, defaultsDeep";
            return Err(fields.wrong("mergingMode", why).into());
        }
    };
    texter.admit(cx, request)?;
    if let Some(chat) = texter.chats.get_mut(&id) {
        let before = chat.crm.take().unwrap_or_default();
        chat.crm = Some(mode.merged(before, data.members()));
        chat.updated = cx.now();
    }
    changed(texter, &id)
}

/// How new data come to old ones. The bot's function has these ways; that the operation takes them, too, is inferred.
#[derive(Clone, Copy)]
enum Merging {
    Replace,
    Assign,
    Deep,
    Defaults,
    DefaultsDeep,
}

impl Merging {
    fn merged(self, mut old: Map<String, Json>, new: &Map<String, Json>) -> Map<String, Json> {
        for (key, value) in new {
            let before = old.get_mut(key);
            match (self, before, value) {
                (Self::Replace, ..) => return new.clone(),
                (Self::Deep | Self::DefaultsDeep, Some(Json::Object(inner)), Json::Object(more)) => {
                    *inner = self.merged(std::mem::take(inner), more);
                }
                (Self::Defaults | Self::DefaultsDeep, Some(_), _) => {}
                (Self::Assign | Self::Deep, Some(before), value) => *before = value.clone(),
                (Self::Assign | Self::Deep | Self::Defaults | Self::DefaultsDeep, None, value) => {
                    old.insert(key.clone(), value.clone());
                }
            }
        }
        match self {
            Self::Replace => new.clone(),
            Self::Assign | Self::Deep | Self::Defaults | Self::DefaultsDeep => old,
        }
    }
}

pub(super) fn labels(texter: &mut Texter, cx: &mut Cx<'_>, request: &Request<'_>) -> Outcome {
    let id = texter.chat_of(request)?;
    let fields = request.fields()?;
    let before = texter.chats.get(&id).map(|chat| chat.labels.clone()).unwrap_or_default();
    let labels = match (fields.texts("add")?, fields.texts("remove")?, fields.texts("set")?) {
        (Some(add), None, None) => {
            some(&fields, "add", &add)?;
            let new: Vec<String> = add.into_iter().filter(|label| !before.contains(label)).collect();
            before.into_iter().chain(new).collect()
        }
        (None, Some(remove), None) => {
            some(&fields, "remove", &remove)?;
            for label in &remove {
                texter.labels.get(label).ok_or_else(|| Denial::unknown("Label"))?;
            }
            before.into_iter().filter(|label| !remove.contains(label)).collect()
        }
        (None, None, Some(set)) => set,
        (add, remove, set) => {
            let given = [add, remove, set].into_iter().flatten().count();
            let message = format!("body must have exactly one of add, remove and set, not {given}");
            return Err(Denial::invalid(message).into());
        }
    };
    let mut unique: Vec<String> = Vec::new();
    for label in labels {
        texter.labels.get(&label).ok_or_else(|| Denial::unknown("Label"))?;
        if !unique.contains(&label) {
            unique.push(label);
        }
    }
    texter.admit(cx, request)?;
    let by = Hand::caller(cx);
    texter.relabel(cx, &id, &by, unique);
    nothing()
}

fn some(fields: &Fields<'_>, key: &str, labels: &[String]) -> Result<(), Denial> {
    match labels.is_empty() {
        true => Err(fields.wrong(key, "must have at least 1 item")),
        false => Ok(()),
    }
}

pub(super) fn assign(texter: &mut Texter, cx: &mut Cx<'_>, request: &Request<'_>) -> Outcome {
    let fields = request.fields()?;
    let channel = fields.object("channel")?;
    let id = match (fields.text("phone")?, fields.text("chatId")?) {
        (None, Some(id)) => {
            let chat = texter.chats.get(id).ok_or_else(|| Denial::unknown("Chat"))?;
            chat.id.clone()
        }
        (Some(number), None) => by_phone(texter, number, channel.as_ref())?,
        (Some(_), Some(_)) | (None, None) => {
            return Err(Denial::invalid("body must have exactly one of phone and chatId").into());
        }
    };
    let mut named = Vec::new();
    for (key, name) in AGENT_KEYS {
        named.extend(fields.text(key)?.map(|word| (name, word)));
    }
    let agent = match named.as_slice() {
        [] => None,
        [(name, word)] => {
            let agent = texter.tenant.agents.iter().find(|agent| name(agent) == Some(*word));
            Some(agent.ok_or_else(|| Denial::unknown("Agent"))?.uid.clone())
        }
        [_, ..] => {
            return Err(Denial::invalid("body must have at most one of agentUid, agentEmail and agentCrmId").into());
        }
    };
    let department = fields.text("departmentId")?.map(str::to_owned);
    if department.as_ref().is_some_and(|department| !texter.tenant.has_department(department)) {
        return Err(Denial::unknown("Department").into());
    }
    if agent.is_none() && department.is_none() {
        return Err(
            Denial::invalid("body must have one of agentUid, agentEmail and agentCrmId, or departmentId").into()
        );
    }
    texter.admit(cx, request)?;
    let by = Hand::caller(cx);
    texter.hand_over(cx, &id, &by, Handover { agent, department });
    nothing()
}

/// The chat with a contact of this number; `channel` tells which, where there are several.
fn by_phone(texter: &Texter, number: &str, channel: Option<&Fields<'_>>) -> Result<String, Denial> {
    let number = phone_number::normal(number);
    let name = channel.map(|channel| channel.choice("name", &Channel::ALL)).transpose()?.flatten();
    let account = channel.map(|channel| channel.text("accountId")).transpose()?.flatten();
    let mut chats = texter.chats.with_phone(&number).filter(|chat| {
        name.is_none_or(|name| chat.contact.channel == name)
            && account.is_none_or(|account| chat.contact.account == account)
    });
    let first = chats.next().ok_or_else(|| Denial::unknown("Chat"))?;
    match chats.next() {
        None => Ok(first.id.clone()),
        Some(_) => Err(Denial::invalid("body.phone has several chats; body.channel must tell which")),
    }
}

/// `notifyClient` would send the contact words that are not published, so nothing is sent.
pub(super) fn resolve(texter: &mut Texter, cx: &mut Cx<'_>, request: &Request<'_>) -> Outcome {
    let id = texter.chat_of(request)?;
    request.fields_if_any()?.flag("notifyClient")?;
    texter.admit(cx, request)?;
    let by = Hand::caller(cx);
    texter.resolve(cx, &id, &by);
    done(&json!({"success": true}))
}

/// A chat that was changed.
fn changed(texter: &Texter, id: &str) -> Outcome {
    let mut out = Map::new();
    out.insert("success".to_owned(), json!(true));
    if let Some(chat) = texter.chats.get(id) {
        out.extend(wire::whole(&texter.tenant, chat));
    }
    done(&Json::Object(out))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_are_merged_in_five_ways() {
        let old = json!({"a": 1, "b": {"c": 1, "d": 1}});
        let new = json!({"a": 2, "b": {"c": 2}, "e": 2});
        let check = |mode: Merging, expected: Json| {
            let merged = mode.merged(old.as_object().unwrap().clone(), new.as_object().unwrap());
            assert_eq!(Json::Object(merged), expected);
        };
        check(Merging::Replace, new.clone());
        check(Merging::Assign, json!({"a": 2, "b": {"c": 2}, "e": 2}));
        check(Merging::Deep, json!({"a": 2, "b": {"c": 2, "d": 1}, "e": 2}));
        check(Merging::Defaults, json!({"a": 1, "b": {"c": 1, "d": 1}, "e": 2}));
        check(Merging::DefaultsDeep, json!({"a": 1, "b": {"c": 1, "d": 1}, "e": 2}));
        assert!(Merging::Replace.merged(old.as_object().unwrap().clone(), &Map::new()).is_empty());
    }
}
