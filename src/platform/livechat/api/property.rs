//! Properties of chats, threads and events: those that every license has, and those that apps have registered.

use serde_json::Value;

use super::super::Livechat;
use super::super::codes::{self, Denial};
use super::super::model::registry::{Asker, Location, Property, Reach, Refused};
use super::super::model::{Names, Properties, Subject};
use super::document::Fields;
use super::{Outcome, Request, nothing};
use crate::platform::cx::Cx;

/// The properties, by namespace and name, whose values are the platform's own: callers can read them only.
const OWN: &[(&str, &str)] = &[
    ("routing", "continuous"),
    ("routing", "email_follow_up"),
    ("routing", "idle"),
    ("routing", "referrer"),
    ("routing", "start_url"),
    ("routing", "unassigned"),
    ("source", "client_id"),
    ("source", "customer_client_id"),
];

/// What the properties of a call belong to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Level {
    /// A chat.
    Chat,
    /// A thread.
    Thread,
    /// An event.
    Event,
}

impl Level {
    /// Where properties must have values for it.
    fn place(self) -> Location {
        match self {
            Self::Chat => Location::Chat,
            Self::Thread => Location::Thread,
            Self::Event => Location::Event,
        }
    }
}

/// `update_chat_properties`.
pub(super) fn update_chat_properties(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    update(platform, cx, request, Level::Chat)
}

/// `delete_chat_properties`.
pub(super) fn delete_chat_properties(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    delete(platform, cx, request, Level::Chat)
}

/// `update_thread_properties`.
pub(super) fn update_thread_properties(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    update(platform, cx, request, Level::Thread)
}

/// `delete_thread_properties`.
pub(super) fn delete_thread_properties(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    delete(platform, cx, request, Level::Thread)
}

/// `update_event_properties`.
pub(super) fn update_event_properties(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    update(platform, cx, request, Level::Event)
}

/// `delete_event_properties`.
pub(super) fn delete_event_properties(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    delete(platform, cx, request, Level::Event)
}

/// Gives properties other values. Threads that are over can have them, too.
fn update(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request, level: Level) -> Outcome {
    let fields = request.fields()?;
    let (chat, subject) = names(&fields, level)?;
    fields.required_object("properties")?;
    let properties = fields.properties("properties")?;
    check(platform, request, level, &fields, &[])?;
    exists(platform, request, chat, &subject)?;
    platform.admit(cx, request)?;
    let cause = platform.cause(cx, request);
    platform.update_properties(cx, &cause, chat, subject, properties);
    nothing()
}

/// The properties that a chat, a thread or an event is to begin with, without those that the platform alone sets. That the
/// others are checked like those of what is there is inferred.
pub(super) fn begun_with(
    platform: &Livechat,
    request: &Request,
    level: Level,
    of: &Fields<'_>,
) -> Result<Properties, Denial> {
    let mut properties = of.properties("properties")?;
    check(platform, request, level, of, OWN)?;
    for (namespace, names) in &mut properties {
        if let Value::Object(names) = names {
            names.retain(|name, _| !OWN.contains(&(namespace.as_str(), name.as_str())));
        }
    }
    Ok(properties)
}

/// Whether the caller may write the properties that somewhere stand, except some that do not matter.
fn check(
    platform: &Livechat,
    request: &Request,
    level: Level,
    of: &Fields<'_>,
    except: &[(&str, &str)],
) -> Result<(), Denial> {
    let Some(object) = of.object("properties")? else { return Ok(()) };
    for namespace in object.keys() {
        let space = object.object(namespace)?.ok_or_else(|| object.missing(namespace))?;
        for name in space.keys().filter(|name| !except.contains(&(namespace.as_str(), name.as_str()))) {
            let property = writable(platform, request, level, (namespace, name), &space.name(name))?;
            if let Some(value) = space.get(name) {
                property.datum(&space.name(name), value).map_err(Denial::from)?;
            }
        }
    }
    Ok(())
}

/// Takes properties away.
fn delete(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request, level: Level) -> Outcome {
    let fields = request.fields()?;
    let (chat, subject) = names(&fields, level)?;
    let object = fields.required_object("properties")?;
    let mut gone = Names::new();
    for namespace in object.keys() {
        let names = object.texts(namespace)?.ok_or_else(|| object.missing(namespace))?;
        for name in &names {
            writable(platform, request, level, (namespace, name), &format!("{}.{name}", object.name(namespace)))?;
        }
        gone.insert(namespace.clone(), names);
    }
    exists(platform, request, chat, &subject)?;
    platform.admit(cx, request)?;
    let cause = platform.cause(cx, request);
    platform.delete_properties(cx, &cause, chat, subject, &gone);
    nothing()
}

/// Which chat, and what in it; chats alone are called `id`.
fn names<'d>(fields: &Fields<'d>, level: Level) -> Result<(&'d str, Subject), Denial> {
    Ok(match level {
        Level::Chat => (fields.required("id")?, Subject::Chat),
        Level::Thread => {
            (fields.required("chat_id")?, Subject::Thread { thread: fields.required("thread_id")?.to_owned() })
        }
        Level::Event => {
            let chat = fields.required("chat_id")?;
            let thread = fields.required("thread_id")?.to_owned();
            (chat, Subject::Event { thread, event: fields.required("event_id")?.to_owned() })
        }
    })
}

/// Whether what the properties belong to is there and the caller may see it.
fn exists(platform: &Livechat, request: &Request, chat: &str, subject: &Subject) -> Result<(), Denial> {
    let chat = platform.chat(request, chat)?;
    let found = match subject {
        Subject::Chat => true,
        Subject::Thread { thread } => chat.thread(thread).is_some(),
        Subject::Event { thread, event } => chat
            .thread(thread)
            .and_then(|(_, thread)| thread.event(event))
            .is_some_and(|event| platform.shows(request, event)),
    };
    if found { Ok(()) } else { Err(Denial::of(codes::NOT_FOUND)) }
}

/// A property that the caller may change here, where it stands at `path`: what every license has, what the caller's app has registered, and what
/// others have published. The error types are not documented.
fn writable<'p>(
    platform: &'p Livechat,
    request: &Request,
    level: Level,
    (namespace, name): (&str, &str),
    path: &str,
) -> Result<&'p Property, Denial> {
    let owns = |namespace: &str| platform.owns(request, namespace);
    let asker = Asker { owns: &owns, reach: Reach::Published, side: request.caller.side };
    platform.properties.writable(level.place(), &asker, namespace, name).map_err(|refused| match refused {
        Refused::Unknown => Denial::validation(format!("`{path}` is not a property")),
        Refused::Forbidden => {
            let denial = Denial::of(codes::AUTHORIZATION);
            denial.saying(format!("Property {namespace}.{name} cannot be changed here"))
        }
        Refused::Exists | Refused::Invalid(_) => Denial::from(refused),
    })
}
