//! The table of the Customer Chat API: what customers themselves ask for, with tokens of their own.
//!
//! What customers and agents do alike, one handler does for both; who calls decides what is open to them and how it is shown.
//! Sockets of customers offer the same methods, but for those that are for the Web alone: see [`on_sockets`].
//!
//! Not documented, and decided here: that an organization is looked for before the token is looked at; that banned customers
//! are turned away from everything that takes a token; that a chat of somebody else is `authorization`.
//!
//! Page: platform.text.com/docs/messaging/customer-chat-api.

mod configuration;
mod customer;
mod event;
mod group;
mod list;
mod opening;

use super::super::Livechat;
use super::super::auth::Caller;
use super::super::codes::{self, Denial};
use super::super::pass;
use super::super::version::Version;
use super::super::wire::{ADDRESS, CustomerView};
use super::configuration::unplayed;
use super::table::rows;
use super::upload::CUSTOMERS_UPLOAD;
use super::{event as shared, list as lists, property};
use crate::platform::cx::Cx;
use crate::platform::route::Call;

rows! {
    "customer", "messaging/customer-chat-api";
    [Customer] "customer/list_chats" at "list_chats" => list::list_chats: "lists the chats of the customer";
    [Customer] "customer/list_threads" at "list_threads" => lists::list_threads: "lists the threads of the customer's chat";
    [Customer] "customer/get_chat" at "get_chat" => list::get_chat: "gets the customer's chat with one of its threads";
    [Customer] "customer/start_chat" at "start_chat" => opening::start_chat: "starts the customer's chat";
    [Customer] "customer/resume_chat" at "resume_chat" => opening::resume_chat:
        "starts a new thread in the customer's closed chat";
    [Customer] "customer/deactivate_chat" at "deactivate_chat" => opening::deactivate_chat:
        "closes the active thread of the customer's chat";
    [Customer] "customer/send_event" at "send_event" => event::send_event: "writes into the customer's chat";
    [Customer] "customer/delete_event" at "delete_event" => event::delete_event:
        "takes back what the customer has written; since v3.6";
    [Customer] "customer/send_rich_message_postback" at "send_rich_message_postback" =>
        shared::send_rich_message_postback: "presses or releases a button of a rich message as a customer";
    [Customer] "customer/send_sneak_peek" at "send_sneak_peek" => event::send_sneak_peek:
        "shows agents what the customer is about to write";
    [Customer] "customer/mark_events_as_seen" at "mark_events_as_seen" => shared::mark_events_as_seen:
        "notes up to when the customer has seen the chat";
    [Customer] "customer/update_chat_properties" at "update_chat_properties" => property::update_chat_properties:
        "gives properties of the customer's chat other values";
    [Customer] "customer/delete_chat_properties" at "delete_chat_properties" => property::delete_chat_properties:
        "takes properties of the customer's chat away";
    [Customer] "customer/update_thread_properties" at "update_thread_properties" => property::update_thread_properties:
        "gives properties of a customer's thread other values, such as a rating";
    [Customer] "customer/delete_thread_properties" at "delete_thread_properties" => property::delete_thread_properties:
        "takes properties of a customer's thread away";
    [Customer] "customer/update_event_properties" at "update_event_properties" => property::update_event_properties:
        "gives properties of an event other values as a customer";
    [Customer] "customer/delete_event_properties" at "delete_event_properties" => property::delete_event_properties:
        "takes properties of an event away as a customer";
    [Customer] "customer/get_customer" at "get_customer" => customer::get_customer: "gets what customers know of themselves";
    [Customer] "customer/update_customer" at "update_customer" => customer::update_customer:
        "changes what is known about the customer";
    [Customer] "customer/set_customer_session_fields" at "set_customer_session_fields" =>
        customer::set_customer_session_fields: "notes session fields of the customer";
    [Customer] "customer/check_goals" at "check_goals" => customer::check_goals:
        "asks whether the customer has reached a goal";
    [Customer] "customer/list_group_statuses" at "list_group_statuses" => group::list_group_statuses:
        "tells which groups take chats";
    [Customer] "customer/get_predicted_agent" at "get_predicted_agent" => group::get_predicted_agent:
        "tells who would get the customer's chat; up to v3.6";
    [Customer] "customer/get_form" at "get_form" => group::get_form: "gets a form of a group";
    [Customer] "customer/request_welcome_message" at "request_welcome_message" => unplayed:
        "is not played here and says so";
    [Customer] "customer/get_url_info" at "get_url_info" => unplayed:
        "is not played here and says so";
    [Customer] "customer/accept_greeting" at "accept_greeting" => unplayed:
        "is not played here and says so";
    [Customer] "customer/cancel_greeting" at "cancel_greeting" => unplayed:
        "is not played here and says so";
    [Customer] "customer/send_greeting_button_clicked" at "send_greeting_button_clicked" => unplayed:
        "is not played here and says so";
    [Customer] "customer/request_email_verification" at "request_email_verification" => unplayed:
        "is not played here and says so";
    [Visitor] Get "customer/list_license_properties" at "list_license_properties" =>
        configuration::list_license_properties: "lists the license's properties that customers may read";
    [Visitor] Get "customer/list_group_properties" at "list_group_properties" =>
        configuration::list_group_properties: "lists a group's properties that customers may read";
    [Visitor] Get "customer/get_dynamic_configuration" at "get_dynamic_configuration" =>
        configuration::get_dynamic_configuration: "tells a widget where it is and which configuration counts";
    [Visitor] Get "customer/get_configuration" at "get_configuration" => configuration::get_configuration:
        "gets what a widget shows";
    [Visitor] Get "customer/get_localization" at "get_localization" => configuration::get_localization:
        "gets the phrases of a widget";
}

/// The method that takes a license for an organization.
const BY_LICENSE: &str = "customer/get_dynamic_configuration";

/// The methods that sockets do not have.
const WEB_ALONE: &[&str] = &[
    "customer/check_goals",
    "customer/request_email_verification",
    "customer/list_license_properties",
    "customer/list_group_properties",
    "customer/get_dynamic_configuration",
    "customer/get_configuration",
    "customer/get_localization",
];

/// The path of the method that sockets of customers offer under this name, if they do.
pub(super) fn on_sockets(action: &str) -> Option<&'static str> {
    let offered = ROWS.iter().filter(|row| !WEB_ALONE.contains(&row.name));
    offered.map(|row| row.path).find(|path| path.rsplit('/').next() == Some(action))
}

/// Whether a method is one of these.
pub(super) fn has(route: &str) -> bool {
    route == CUSTOMERS_UPLOAD || ROWS.iter().any(|row| row.name == route)
}

/// The customer who calls.
pub(super) fn caller(platform: &Livechat, cx: &Cx<'_>, call: &Call, route: &str) -> Result<Caller, Denial> {
    visitor(platform, call, route)?;
    let caller = platform.auth.customer(call)?;
    match platform.bans.of(&caller.id, ADDRESS, cx.now()) {
        Some(_) => Err(Denial::of(codes::CUSTOMER_BANNED)),
        None => Ok(caller),
    }
}

/// Whoever calls for this organization, which some clients name by its license.
pub(super) fn visitor(platform: &Livechat, call: &Call, route: &str) -> Result<Caller, Denial> {
    let license = || call.query("license_id").is_some_and(|named| named == platform.tenant.license_id.to_string());
    let named = pass::organization(call).is_some_and(|named| named == platform.auth.organization_id);
    match named || (route == BY_LICENSE && license()) {
        true => Ok(Caller::visitor()),
        false => Err(Denial::of(codes::LICENSE_NOT_FOUND)),
    }
}

impl Livechat {
    /// Everything as customers see it in a version.
    pub(in super::super) fn customers_view(&self, version: Version) -> CustomerView<'_> {
        CustomerView { view: self.view(version), registry: &self.properties }
    }
}
