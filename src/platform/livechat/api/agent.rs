//! The table of the Agent Chat Web API.
//!
//! Page: platform.text.com/docs/messaging/agent-chat-api. Every method is a POST to a path of its own name.

use super::table::rows;
use super::{list, opening, read, tag, users};

rows! {
    "agent", "messaging/agent-chat-api";
    "list_chats" => list::list_chats: "lists the chats that the requester may see";
    "list_threads" => list::list_threads: "lists the threads of a chat";
    "get_chat" => read::get_chat: "gets a chat with one of its threads";
    "start_chat" => opening::start_chat: "starts a chat";
    "resume_chat" => opening::resume_chat: "starts a new thread in a closed chat";
    "deactivate_chat" => opening::deactivate_chat: "closes the active thread of a chat";
    "transfer_chat" => users::transfer_chat: "moves a chat to another group or agent";
    "add_user_to_chat" => users::add_user_to_chat: "lets an agent, a bot or a customer into a chat";
    "remove_user_from_chat" => users::remove_user_from_chat: "lets an agent or a bot leave a chat";
    "send_event" => read::send_event: "writes into a chat";
    "tag_thread" => tag::tag_thread: "puts a tag on a thread";
    "untag_thread" => tag::untag_thread: "takes a tag off a thread";
}
