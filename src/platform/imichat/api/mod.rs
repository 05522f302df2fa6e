//! The operations, each as: checks in the order the codes suggest, then the model, then the answer.

mod authorize;
mod chat;
mod gate;
mod list;
mod shape;
#[cfg(test)]
mod tests;
mod user;

use http::Method;

use super::Imichat;
use crate::base::doc_ref::{DocRef, Mark};
use crate::platform::route::Route;

pub(super) use self::authorize::AUTHORIZE;
pub(super) use self::shape::SHAPES;

/// The version that clients use for an operation.
pub(super) fn version_of(route: Option<&'static str>) -> &'static str {
    if route == Some(list::SEARCH) { list::SEARCHED } else { "v3.1" }
}

/// All operations.
pub(super) const ROUTES: &[Route<Imichat>] = &[
    Route {
        name: AUTHORIZE,
        method: Method::GET,
        path: "/{version}/authorize",
        summary: "exchanges an API key for an access token, which is in a header of the answer",
        doc: DocRef::new(Mark::Docs, "docs.imi.chat/reference/authorize"),
        handle: authorize::authorize,
    },
    Route {
        name: chat::CREATE,
        method: Method::POST,
        path: "/{version}/chats",
        summary: "begins a chat in the queue of a team or with an owner",
        doc: DocRef::new(Mark::Seed, "docs.imi.chat/reference/create-chat"),
        handle: chat::create,
    },
    Route {
        name: list::CHATS,
        method: Method::GET,
        path: "/{version}/chats",
        summary: "lists the chats of the tenant or of a team, the latest first, ten on a page",
        doc: DocRef::new(Mark::Docs, "docs.imi.chat/reference/get-chats"),
        handle: list::chats,
    },
    Route {
        name: list::SEARCH,
        method: Method::POST,
        path: "/{version}/chats/search",
        summary: "lists the chats that meet all conditions, the latest first, ten on a page; under v3.0 only",
        doc: DocRef::new(Mark::Docs, "docs.imi.chat/reference/chats-search"),
        handle: list::search,
    },
    Route {
        name: chat::GET,
        method: Method::GET,
        path: "/{version}/chats/{chat_id}",
        summary: "gives a chat with its messages, by its id or alias",
        doc: DocRef::new(Mark::Seed, "docs.imi.chat/reference/messagearrived"),
        handle: chat::get,
    },
    Route {
        name: chat::UPDATE,
        method: Method::PATCH,
        path: "/{version}/chats/{chat_id}",
        summary: "changes alias, tags, status, owner, outcome or other details of a chat",
        doc: DocRef::new(Mark::Docs, "docs.imi.chat/v5.1/reference/update-chat"),
        handle: chat::update,
    },
    Route {
        name: chat::APPEND,
        method: Method::POST,
        path: "/{version}/chats/{chat_id}/messages",
        summary: "adds a message to a chat; this is how a bot replies",
        doc: DocRef::new(Mark::Seed, "docs.imi.chat/reference/messagearrived"),
        handle: chat::append,
    },
    Route {
        name: chat::TRANSFER,
        method: Method::PATCH,
        path: "/{version}/internal/chats/{chat_id}",
        summary: "moves a chat to another team or skill",
        doc: DocRef::new(Mark::Docs, "docs.imi.chat/reference/transfer-api-private-beta"),
        handle: chat::transfer,
    },
    Route {
        name: list::TEAMS,
        method: Method::GET,
        path: "/{version}/teams",
        summary: "lists the teams that the API key is shared with, ten on a page",
        doc: DocRef::new(Mark::Docs, "docs.imi.chat/reference/transfer-api-private-beta"),
        handle: list::teams,
    },
    Route {
        name: user::LIST,
        method: Method::GET,
        path: "/{version}/users",
        summary: "lists the users of a team, ten on a page",
        doc: DocRef::new(Mark::Docs, "docs.imi.chat/reference/get-individual-user"),
        handle: user::list,
    },
    Route {
        name: user::CREATE,
        method: Method::POST,
        path: "/{version}/users",
        summary: "adds a user, who can then be given chats",
        doc: DocRef::new(Mark::Docs, "docs.imi.chat/reference/create-user"),
        handle: user::create,
    },
    Route {
        name: user::SEARCH,
        method: Method::POST,
        path: "/{version}/users/search",
        summary: "lists the users of a team who meet all conditions, ten on a page",
        doc: DocRef::new(Mark::Docs, "docs.imi.chat/reference/users-search"),
        handle: user::search,
    },
    Route {
        name: user::GET,
        method: Method::GET,
        path: "/{version}/users/{user_id}",
        summary: "gives a user of a team by number",
        doc: DocRef::new(Mark::Docs, "docs.imi.chat/reference/get-individual-user"),
        handle: user::get,
    },
];
