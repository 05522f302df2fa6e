//! The methods of the Agent Chat API, each as: checks in the order the errors suggest, then the model, then the answer.

mod body;
mod chats;
mod gate;
mod message;
mod open;
mod page;
mod people;
mod words;

use http::Method;

use super::Livechat;
use crate::base::doc_ref::{DocRef, Mark};
use crate::platform::route::Route;

const PAGE: &str = "platform.text.com/docs/messaging/agent-chat-api";

macro_rules! routes {
    ($( $name:literal, $handle:path, $summary:literal; )*) => {
        /// All methods; the names are the vendor's.
        pub(super) const ROUTES: &[Route<Livechat>] = &[ $( Route {
            name: $name,
            method: Method::POST,
            path: concat!("/{version}/agent/action/", $name),
            summary: $summary,
            doc: DocRef::new(Mark::Docs, PAGE),
            handle: $handle,
        } ),* ];
    };
}

routes! {
    "start_chat", open::start, "begins a chat with the caller in it";
    "resume_chat", open::resume, "opens a new thread in a closed chat";
    "send_event", words::send_event, "says something in a chat that the caller is in; this is how a bot replies";
    "list_chats", chats::list, "lists chats in few words, newest first";
    "get_chat", chats::get, "gives a chat with one of its threads";
    "list_threads", chats::list_threads, "lists the threads of a chat with their events";
    "deactivate_chat", open::deactivate, "closes a chat; its customer can come back to it";
    "transfer_chat", people::transfer, "gives a chat to a group or to other agents";
    "add_user_to_chat", people::add, "lets an agent, a bot or a customer into a chat";
    "remove_user_from_chat", people::remove, "lets an agent or a bot go from a chat";
    "tag_thread", words::tag, "puts a tag on a thread";
    "untag_thread", words::untag, "takes a tag off a thread";
}
