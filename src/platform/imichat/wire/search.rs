//! By what chats can be searched.
//!
//! Page: docs.imi.chat/reference/chats-search, which has the fields and their operators.

use super::condition::{EQUAL, Field, Kind, ORDER, Operator};
use crate::platform::imichat::model::channel::Channel;
use crate::platform::imichat::model::chat::Chat;
use crate::platform::imichat::model::state::State;

/// The keys of `route_params` that are a chat's intent and group. Inferred: both fields are documented for Apple Business
/// Chat only, where a customer's link carries them as something to route by, and no object of the API shows them. So a
/// chat on that channel has them if whoever began it passed them on for routing.
const INTENT: &str = "intent";
/// See [`INTENT`].
const GROUP: &str = "group";

/// The fields of `search_chats`.
pub(crate) const CHAT_FIELDS: &[Field<Chat>] = &[
    Field {
        name: "status",
        operators: &[Operator::Eq, Operator::NotEq],
        kind: Kind::Word(|| State::NAMES.to_vec(), |chat| chat.state().name()),
    },
    Field { name: "created_at", operators: ORDER, kind: Kind::Instant(Chat::created) },
    Field { name: "updated_at", operators: ORDER, kind: Kind::Instant(Chat::updated) },
    Field {
        name: "channel",
        operators: EQUAL,
        kind: Kind::Word(|| Channel::ALL.map(Channel::name).to_vec(), |chat| chat.about().channel.name()),
    },
    text("tag", |chat, wanted| chat.about().tags.iter().any(|tag| tag == wanted)),
    text("assignee", |chat, wanted| chat.assignee() == wanted),
    text("facebook_psid", |chat, wanted| is_with(chat, Channel::Facebook, wanted)),
    text("twitter_id", |chat, wanted| is_with(chat, Channel::Twitter, wanted)),
    text("email_id", |chat, wanted| is_with(chat, Channel::Email, wanted)),
    text("mobile", |chat, wanted| is_with(chat, Channel::Sms, wanted)),
    text("livechat_id", |chat, wanted| is_with(chat, Channel::Livechat, wanted)),
    text("abc_user_id", |chat, wanted| is_with(chat, Channel::Abc, wanted)),
    text("whatsapp_mobile_number", |chat, wanted| is_with(chat, Channel::Whatsapp, wanted)),
    text("intent", |chat, wanted| is_routed(chat, INTENT, wanted)),
    text("group", |chat, wanted| is_routed(chat, GROUP, wanted)),
];

/// A text that a chat has or has not.
const fn text(name: &'static str, has: fn(&Chat, &str) -> bool) -> Field<Chat> {
    Field { name, operators: EQUAL, kind: Kind::Text(has) }
}

/// Whether a chat on this channel is with the customer of this address.
fn is_with(chat: &Chat, channel: Channel, address: &str) -> bool {
    chat.about().channel == channel && chat.about().destination == address
}

/// Whether a chat on Apple Business Chat was begun with this routing attribute.
fn is_routed(chat: &Chat, key: &str, wanted: &str) -> bool {
    let about = chat.about();
    about.channel == Channel::Abc && about.route_params.get(key).is_some_and(|value| value == wanted)
}
