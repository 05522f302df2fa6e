//! The table of the Agent Chat Web API.
//!
//! Page: platform.text.com/docs/messaging/agent-chat-api. Every method is a POST to a path of its own name.

use super::table::rows;
use super::{archive, broadcast, customer, event, follow, list, opening, property, read, routing, tag, users};

rows! {
    "agent", "messaging/agent-chat-api";
    "list_chats" => list::list_chats: "lists the chats that the requester may see";
    "list_threads" => list::list_threads: "lists the threads of a chat";
    "list_archives" => archive::list_archives: "lists threads that are over";
    "get_chat" => read::get_chat: "gets a chat with one of its threads";
    "start_chat" => opening::start_chat: "starts a chat";
    "resume_chat" => opening::resume_chat: "starts a new thread in a closed chat";
    "deactivate_chat" => opening::deactivate_chat: "closes the active thread of a chat";
    "transfer_chat" => users::transfer_chat: "moves a chat to another group or agent";
    "add_user_to_chat" => users::add_user_to_chat: "lets an agent, a bot or a customer into a chat";
    "remove_user_from_chat" => users::remove_user_from_chat: "lets an agent or a bot leave a chat";
    "send_event" => read::send_event: "writes into a chat";
    "send_event_preview" => event::send_event_preview: "shows the customer what is about to be written";
    "send_rich_message_postback" => event::send_rich_message_postback: "presses or releases a button of a rich message";
    "send_typing_indicator" => event::send_typing_indicator: "tells that the requester is typing";
    "send_thinking_indicator" => event::send_thinking_indicator: "tells that the requester is thinking";
    "mark_events_as_seen" => event::mark_events_as_seen: "notes up to when the requester has seen a chat";
    "follow_chat" => follow::follow_chat: "follows a chat without joining it";
    "unfollow_chat" => follow::unfollow_chat: "follows a chat no longer";
    "update_chat_properties" => property::update_chat_properties: "gives properties of a chat other values";
    "delete_chat_properties" => property::delete_chat_properties: "takes properties of a chat away";
    "update_thread_properties" => property::update_thread_properties: "gives properties of a thread other values";
    "delete_thread_properties" => property::delete_thread_properties: "takes properties of a thread away";
    "update_event_properties" => property::update_event_properties: "gives properties of an event other values";
    "delete_event_properties" => property::delete_event_properties: "takes properties of an event away";
    "set_routing_status" => routing::set_routing_status: "has an agent or a bot take chats, or no longer";
    "list_routing_statuses" => routing::list_routing_statuses: "lists who takes chats";
    "list_agents_for_transfer" => routing::list_agents_for_transfer: "lists who could get a chat";
    "get_customer" => customer::get_customer: "gets what is known about a customer";
    "update_customer" => customer::update_customer: "changes what is known about a customer";
    "ban_customer" => customer::ban_customer: "keeps a customer out for some days";
    "multicast" => broadcast::multicast: "sends agents something that is in no chat";
    "request_thread_summary" => broadcast::request_thread_summary: "asks what a thread is about";
    "tag_thread" => tag::tag_thread: "puts a tag on a thread";
    "untag_thread" => tag::untag_thread: "takes a tag off a thread";
}
