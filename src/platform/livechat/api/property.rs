//! Properties of chats, threads and events.

use super::super::Livechat;
use super::super::codes::{self, Denial};
use super::super::model::{Names, Subject};
use super::super::properties::{Kind, Known, Level, known};
use super::document::Fields;
use super::{Outcome, Request, nothing};
use crate::platform::cx::Cx;

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
            let kind = writable(&space, level, namespace, name)?;
            let fits = space.get(name).is_some_and(|value| kind.fits(value));
            if !fits {
                let message = format!("`{}` must be {}", space.name(name), kind.noun());
                return Err(Denial::validation(message).into());
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
            writable(&object, level, namespace, name)?;
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

/// What the value of a property must be, if callers may change it here. The error types are not documented.
fn writable(fields: &Fields<'_>, level: Level, namespace: &str, name: &str) -> Result<Kind, Denial> {
    match known(namespace, name) {
        Known::Own => Ok(Kind::Any),
        Known::BuiltIn(property) if property.writable.contains(&level) => Ok(property.kind),
        Known::BuiltIn(_) => {
            let denial = Denial::of(codes::AUTHORIZATION);
            Err(denial.saying(format!("Property {namespace}.{name} cannot be changed here")))
        }
        Known::Unknown => Err(Denial::validation(format!("`{}` is not a property", fields.name(name)))),
    }
}
