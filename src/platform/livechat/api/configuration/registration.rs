//! A registration as clients write it, and as lists show it.

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::super::document::Fields;
use crate::platform::livechat::action::{self, Action, Filter};
use crate::platform::livechat::codes::Denial;
use crate::platform::livechat::hook::{
    AuthorType, BotPresence, Extra, Filters, Hook, HookKind, Only, Scope, SourceType,
};
use crate::platform::livechat::model::Registration;
use crate::platform::livechat::version::Version;

const BOTH: [&str; 2] = ["chat_properties", "chat_presence_user_ids"];

/// Reads what is to be registered for an app.
pub(super) fn read(fields: &Fields<'_>, owner: &str, version: Version) -> Result<Hook, Denial> {
    let action = fields.required("action")?;
    let action = action::of_version(version).find(|known| known.name == action);
    let action = action.ok_or_else(|| Denial::validation("`action` is not a known action"))?;
    let kind = match fields.word("type", &["license", "bot"])?.ok_or_else(|| fields.missing("type"))? {
        "bot" => HookKind::Bot,
        _ => HookKind::License,
    };
    Ok(Hook {
        action: action.name,
        url: fields.required("url")?.to_owned(),
        secret: None,
        owner: owner.to_owned(),
        kind,
        filters: match fields.object("filters")? {
            Some(filters) => read_filters(&filters, action)?,
            None => Filters::default(),
        },
        extras: read_extras(fields, action)?,
        version,
        description: fields.text("description")?.map(str::to_owned),
    })
}

fn read_extras(fields: &Fields<'_>, action: &Action) -> Result<Vec<Extra>, Denial> {
    let mut extras = Vec::new();
    for name in fields.words("additional_data", &BOTH)?.unwrap_or_default() {
        if !action.subject.extras().contains(&name) {
            return Err(Denial::validation(format!("`additional_data` cannot be used with `{}`", action.name)));
        }
        let extra = if name == BOTH[0] { Extra::ChatProperties } else { Extra::PresenceUserIds };
        if !extras.contains(&extra) {
            extras.push(extra);
        }
    }
    Ok(extras)
}

fn read_filters(fields: &Fields<'_>, action: &Action) -> Result<Filters, Denial> {
    for key in fields.keys().filter(|key| fields.get(key).is_some()) {
        if !action.subject.filters().iter().any(|filter| filter.name() == key) {
            return Err(Denial::validation(format!("`{}` cannot be used with `{}`", fields.name(key), action.name)));
        }
    }
    let author = fields.word(Filter::AuthorType.name(), &["customer", "agent"])?.map(|word| match word {
        "agent" => AuthorType::Agent,
        _ => AuthorType::Customer,
    });
    let chats = match fields.flag(Filter::OnlyMyChats.name())? {
        Some(true) => Scope::OnlyMine,
        Some(false) | None => Scope::AllChats,
    };
    let (mut presence, mut bots) = (Only::Anybody, BotPresence::Whatever);
    if let Some(fields) = fields.object(Filter::ChatPresence.name())? {
        if let Some(ids) = fields.object("user_ids")? {
            presence = read_only(&ids)?;
        }
        if fields.flag("my_bots")? == Some(true) {
            bots = BotPresence::Mine;
        }
    }
    // The shape of this one is not documented; both that others have are taken.
    let agents = match fields.get(Filter::AgentIds.name()) {
        Some(Value::Object(_)) => match fields.object(Filter::AgentIds.name())? {
            Some(ids) => read_only(&ids)?,
            None => Only::Anybody,
        },
        Some(_) | None => fields.texts(Filter::AgentIds.name())?.map_or(Only::Anybody, Only::OneOf),
    };
    let sources = fields.words(Filter::SourceType.name(), &["my_client", "other_clients", "system"])?;
    let sources = sources.unwrap_or_default().into_iter().map(|word| match word {
        "my_client" => SourceType::MyClient,
        "other_clients" => SourceType::OtherClients,
        _ => SourceType::System,
    });
    Ok(Filters { author, chats, presence, bots, agents, sources: sources.collect() })
}

fn read_only(fields: &Fields<'_>) -> Result<Only, Denial> {
    match (fields.texts("values")?, fields.texts("exclude_values")?) {
        (Some(ids), None) => Ok(Only::OneOf(ids)),
        (None, Some(ids)) => Ok(Only::NoneOf(ids)),
        (None, None) => Ok(Only::Anybody),
        (Some(_), Some(_)) => {
            let (one, other) = (fields.name("values"), fields.name("exclude_values"));
            Err(Denial::validation(format!("`{one}` cannot be used with `{other}`")))
        }
    }
}

/// A registration as `list_webhooks` shows it. Its secret is not part of the vendor's sample.
#[derive(Serialize)]
pub(super) struct Shown<'r> {
    id: &'r str,
    url: &'r str,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'r str>,
    action: &'static str,
    #[serde(skip_serializing_if = "Map::is_empty")]
    filters: Map<String, Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    additional_data: Vec<&'static str>,
    owner_client_id: &'r str,
    r#type: &'static str,
}

/// A registration as `list_webhooks` shows it.
pub(super) fn shown(registration: &Registration) -> Shown<'_> {
    let hook = &registration.hook;
    let extra = |extra: &Extra| match extra {
        Extra::ChatProperties => BOTH[0],
        Extra::PresenceUserIds => BOTH[1],
    };
    Shown {
        id: &registration.id,
        url: &hook.url,
        description: hook.description.as_deref(),
        action: hook.action,
        filters: shown_filters(&hook.filters),
        additional_data: hook.extras.iter().map(extra).collect(),
        owner_client_id: &hook.owner,
        r#type: match hook.kind {
            HookKind::License => "license",
            HookKind::Bot => "bot",
        },
    }
}

fn shown_filters(filters: &Filters) -> Map<String, Value> {
    let mut shown = Map::new();
    let mut show = |filter: Filter, value: Value| shown.insert(filter.name().to_owned(), value);
    if let Some(author) = filters.author {
        let word = match author {
            AuthorType::Customer => "customer",
            AuthorType::Agent => "agent",
        };
        show(Filter::AuthorType, json!(word));
    }
    if filters.chats == Scope::OnlyMine {
        show(Filter::OnlyMyChats, json!(true));
    }
    let mut presence = Map::new();
    if let Some(ids) = shown_only(&filters.presence) {
        presence.insert("user_ids".to_owned(), ids);
    }
    if filters.bots == BotPresence::Mine {
        presence.insert("my_bots".to_owned(), json!(true));
    }
    if !presence.is_empty() {
        show(Filter::ChatPresence, Value::Object(presence));
    }
    if let Some(ids) = shown_only(&filters.agents) {
        show(Filter::AgentIds, ids);
    }
    if !filters.sources.is_empty() {
        let word = |source: &SourceType| match source {
            SourceType::MyClient => "my_client",
            SourceType::OtherClients => "other_clients",
            SourceType::System => "system",
        };
        show(Filter::SourceType, filters.sources.iter().map(word).collect());
    }
    shown
}

fn shown_only(only: &Only) -> Option<Value> {
    match only {
        Only::Anybody => None,
        Only::OneOf(ids) => Some(json!({"values": ids})),
        Only::NoneOf(ids) => Some(json!({"exclude_values": ids})),
    }
}
