//! The types of what travels, from which its schemas follow.

use super::{AUTHORIZE, chat, list, user};
use crate::openapi::{TypeOf, of};
use crate::platform::imichat::wire::event::{ASSIGNED, Assigned, CLOSED, Closed, Event, RECEIVED, Received};
use crate::platform::imichat::wire::list::{ChatList, TeamList};
use crate::platform::imichat::wire::reply::{Envelope, ShownChat};
use crate::platform::imichat::wire::user::{ShownUser, UserList};
use crate::platform::{Part, Shape};

/// An answer in whose `response` there is nothing.
const EMPTY: TypeOf = of::<Envelope<'static, &'static str>>;
const CHAT: TypeOf = of::<Envelope<'static, ShownChat<'static>>>;
const CHATS: TypeOf = of::<Envelope<'static, ChatList<'static>>>;
const USER: TypeOf = of::<Envelope<'static, ShownUser<'static>>>;
const USERS: TypeOf = of::<Envelope<'static, UserList<'static>>>;

const fn answer(route: &'static str, schema: TypeOf) -> Shape {
    Shape { of: Part::Answer(route), schema }
}

const fn event(name: &'static str, schema: TypeOf) -> Shape {
    Shape { of: Part::Event(name), schema }
}

/// All bodies that have a type.
pub(in crate::platform::imichat) const SHAPES: &[Shape] = &[
    Shape { of: Part::Refusal, schema: EMPTY },
    answer(AUTHORIZE, EMPTY),
    answer(chat::CREATE, CHAT),
    answer(chat::GET, CHAT),
    answer(chat::UPDATE, CHAT),
    answer(chat::APPEND, CHAT),
    answer(chat::TRANSFER, EMPTY),
    answer(list::CHATS, CHATS),
    answer(list::SEARCH, CHATS),
    answer(list::TEAMS, of::<Envelope<'static, TeamList<'static>>>),
    answer(user::LIST, USERS),
    answer(user::SEARCH, USERS),
    answer(user::GET, USER),
    answer(user::CREATE, USER),
    event(ASSIGNED, of::<Event<'static, Assigned<'static>>>),
    event(RECEIVED, of::<Event<'static, Received<'static>>>),
    event(CLOSED, of::<Event<'static, Closed<'static>>>),
];
