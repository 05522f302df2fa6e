//! Properties of chats, threads and events: those that every license has, and those that apps have registered.

use super::super::Livechat;
use super::super::codes::{self, Denial};
use super::super::model::registry::{Asker, Location, Property, Reach, Refused};
use super::super::model::{Names, Subject};
use super::document::Fields;
use super::{Outcome, Request, nothing};
use crate::platform::cx::Cx;

/// What the properties of a call belong to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Level {
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
    let object = fields.required_object("properties")?;
    let properties = fields.properties("properties")?;
    for namespace in object.keys() {
        let space = object.object(namespace)?.ok_or_else(|| object.missing(namespace))?;
        for name in space.keys() {
            let property = writable(platform, request, level, namespace, name)?;
            if let Some(value) = space.get(name) {
                property.datum(&space.name(name), value).map_err(Denial::from)?;
            }
        }
    }
    exists(platform, request, chat, &subject)?;
    platform.admit(cx, request)?;
    let cause = platform.cause(cx, request);
    platform.update_properties(cx, &cause, chat, subject, properties);
    nothing()
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
            writable(platform, request, level, namespace, name)?;
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
        Subject::Event { thread, event } => chat.thread(thread).and_then(|(_, thread)| thread.event(event)).is_some(),
    };
    if found { Ok(()) } else { Err(Denial::of(codes::NOT_FOUND)) }
}

/// A property that the caller may change here: what every license has, what the caller's app has registered, and what
/// others have published. The error types are not documented.
fn writable<'p>(
    platform: &'p Livechat,
    request: &Request,
    level: Level,
    namespace: &str,
    name: &str,
) -> Result<&'p Property, Denial> {
    let owns = |namespace: &str| platform.owns(request, namespace);
    let asker = Asker { owns: &owns, reach: Reach::Published };
    platform.properties.writable(level.place(), &asker, namespace, name).map_err(|refused| match refused {
        Refused::Unknown => Denial::validation(format!("`properties.{namespace}.{name}` is not a property")),
        Refused::Forbidden => {
            let denial = Denial::of(codes::AUTHORIZATION);
            denial.saying(format!("Property {namespace}.{name} cannot be changed here"))
        }
        Refused::Exists | Refused::Invalid(_) => Denial::from(refused),
    })
}
