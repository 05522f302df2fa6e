//! Loaders: what a subscription can fetch besides what set it off.

use serde_json::{Value as Json, json};

use super::super::Texter;
use super::super::model::{Channel, Chat, ChatStatus};
use super::super::wire;
use super::program::Part;
use crate::base::time::VirtualTime;
use crate::platform::cx::Cx;
use crate::platform::texter::value::{Providers, resolve};

/// How many chats `chatsList` and `listData` give where nothing is said.
const USUAL_LIMIT: usize = 30;

/// Fetches something.
///
/// # Errors
/// Why it is not to be had, in words.
pub(super) fn load(texter: &Texter, cx: &Cx<'_>, part: &Part, providers: &Providers) -> Result<Json, String> {
    let params = resolve(&part.params, providers).map_err(|error| error.to_string())?;
    let text = |key: &str| params.get(key).and_then(Json::as_str).ok_or_else(|| format!("`{key}` is not a text"));
    let number =
        |key: &str| params.get(key).and_then(Json::as_u64).map(|number| usize::try_from(number).unwrap_or(usize::MAX));
    let (skip, limit) = (number("skip").unwrap_or(0), number("limit").unwrap_or(USUAL_LIMIT));
    match part.name.as_str() {
        "chat" => chat(texter, &params).map(|chat| wire::with_person(texter, chat)),
        "chatMessages" => {
            let id = text("chatId")?;
            let chat = texter.chats.get(id).ok_or_else(|| format!("there is no chat {id:?}"))?;
            Ok(chat.messages.iter().map(|message| wire::message(chat, message)).collect())
        }
        "chatsList" => {
            let filters = params.get("filters").and_then(Json::as_array).map_or(&[][..], Vec::as_slice);
            let chats = texter.chats.iter().filter(|chat| filters.iter().all(|filter| passes(filter, chat)));
            Ok(chats.skip(skip).take(limit).map(|chat| wire::with_person(texter, chat)).collect())
        }
        "channelAccount" => {
            let (name, id) = (text("name")?, text("accountId")?);
            let known = |account: &&super::super::tenant::Account| account.channel.name() == name && account.id == id;
            let account = texter.tenant.accounts.iter().find(known);
            let account = account.ok_or_else(|| format!("there is no account {id:?} on {name:?}"))?;
            Ok(wire::account(account.channel, &account.id))
        }
        "user" => {
            let id = text("id")?;
            let agent = texter.tenant.agent(id).ok_or_else(|| format!("there is no user {id:?}"))?;
            Ok(wire::agent(agent))
        }
        "environment" => Ok(json!({"projectId": texter.tenant.project})),
        "getData" => {
            let key = (text("collection")?.to_owned(), text("key")?.to_owned());
            let found = texter.engine.data.get(&key).filter(|datum| datum.until.is_none_or(|until| cx.now() < until));
            let found = found.ok_or_else(|| format!("there is nothing in {:?} under {:?}", key.0, key.1))?;
            Ok(found.value.clone())
        }
        "listData" => {
            let collection = text("collection")?;
            let tags = texts(params.get("tags"));
            let found = texter.engine.data.iter().filter(|((of, _), datum)| {
                let lasts = datum.until.is_none_or(|until| cx.now() < until);
                of == collection && lasts && tags.iter().all(|tag| datum.tags.iter().any(|own| own == tag))
            });
            let found = found.skip(skip).take(limit);
            Ok(found.map(|((_, key), datum)| json!({"key": key, "data": datum.value})).collect())
        }
        "oauth" => Err("no service is logged in to from here".to_owned()),
        other => Err(format!("there is no loader `{other}`")),
    }
}

/// The chat with an `id`, or with a contact: `name`, `accountId` and `idByChannel`.
fn chat<'t>(texter: &'t Texter, params: &Json) -> Result<&'t Chat, String> {
    let text = |key: &str| params.get(key).and_then(Json::as_str);
    if let Some(id) = text("id") {
        return texter.chats.get(id).ok_or_else(|| format!("there is no chat {id:?}"));
    }
    let (Some(name), Some(account), Some(id)) = (text("name"), text("accountId"), text("idByChannel")) else {
        return Err("neither `id` nor `name`, `accountId` and `idByChannel` are texts".to_owned());
    };
    let channel = Channel::named(name).ok_or_else(|| format!("there is no channel {name:?}"))?;
    texter.chats.find(channel, account, id).ok_or_else(|| format!("there is no chat with {id:?} on {name}"))
}

/// Whether a chat passes a filter of `chatsList`. What a filter does not name, it does not look at.
fn passes(filter: &Json, chat: &Chat) -> bool {
    let listed = |key: &str, is: &dyn Fn(&Json) -> bool| match filter.get(key).and_then(Json::as_array) {
        Some(values) if !values.is_empty() => values.iter().any(is),
        Some(_) | None => true,
    };
    let last = chat.last_message().map(|message| message.at);
    let bound = |key: &str| {
        let value = filter.get("lastMessageTimestamp")?.get(key)?;
        value.as_f64().or_else(|| value.as_str()?.parse().ok())
    };
    let millis = |at: VirtualTime| at.as_millis() as f64;
    let after = bound("after").is_none_or(|bound| last.is_some_and(|at| millis(at) > bound));
    let before = bound("before").is_none_or(|bound| last.is_some_and(|at| millis(at) < bound));
    let status = |value: &Json| {
        let named = value.as_str().and_then(ChatStatus::named);
        named.or_else(|| ChatStatus::numbered(value.as_u64()?)) == Some(chat.status)
    };
    let is = |value: &Json, text: Option<&str>| value.as_str() == text;
    let labels = filter.get("labels");
    let has = |label: &String| chat.labels.contains(label);
    let include = texts(labels.and_then(|labels| labels.get("include")));
    let exclude = texts(labels.and_then(|labels| labels.get("exclude")));
    after
        && before
        && listed("status", &status)
        && listed("channel", &|value| is(value, Some(chat.contact.channel.name())))
        && listed("department", &|value| is(value, chat.department.as_deref()))
        && listed("agent", &|value| is(value, chat.agent.as_deref()))
        && (include.is_empty() || include.iter().any(has))
        && !exclude.iter().any(has)
}

/// The texts in a list.
pub(super) fn texts(value: Option<&Json>) -> Vec<String> {
    let items = value.and_then(Json::as_array).into_iter().flatten();
    items.filter_map(Json::as_str).map(str::to_owned).collect()
}
