//! Which scopes the methods ask for.
//!
//! Pages: platform.text.com/docs/messaging/agent-chat-api, platform.text.com/docs/management/configuration-api. The cells of
//! the vendor's tables list scopes without saying "and" or "or": wider and narrower scopes of one family are alternatives,
//! and the wider one is for what is not the requester's own, which the handlers look at.

use super::super::version::BAN_CUSTOMER;

/// What a method asks of its callers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in super::super) enum Need {
    /// No scope.
    Nothing,
    /// The scopes of one of these ways, the widest first. A way is one scope or several with blanks
    /// between them, all of which it takes.
    AnyOf(&'static [&'static str]),
}

use self::Need::{AnyOf, Nothing};

const READ_CHATS: Need = AnyOf(&["chats--all:ro", "chats--access:ro"]);
const WRITE_CHATS: Need = AnyOf(&["chats--all:rw", "chats--access:rw"]);
const READ_BOTS: Need = AnyOf(&["agents-bot--all:ro", "agents-bot--my:ro"]);
const WRITE_BOTS: Need = AnyOf(&["agents-bot--all:rw", "agents-bot--my:rw"]);
const TEMPLATES: Need = AnyOf(&["bots.templates:rw"]);
const WRITE_AGENTS: Need = AnyOf(&["agents--all:rw", "agents--my:rw"]);
const DELETE_AGENTS: Need = AnyOf(&["agents--all:rw accounts--all:rw", "agents--my:rw accounts--my:rw"]);
const CREATE_AGENTS: Need = AnyOf(&["accounts--all:rc"]);
const SUSPEND: Need = AnyOf(&["agents--all:rw sessions--all:rw"]);
const UNSUSPEND: Need = AnyOf(&["agents--all:rw accounts--all:rw subscription.lc:rw"]);
const WRITE_GROUPS: Need = AnyOf(&["groups--all:rw", "groups--my:rw"]);
const WRITE_TAGS: Need = AnyOf(&["tags--all:rw", "tags--groups:rw"]);
const REGISTER_PROPERTIES: Need = AnyOf(&["properties.configuration:rw"]);
const READ_LICENSE: Need = AnyOf(&["properties.license.value--all:ro", "properties.license.value--my:ro"]);
const WRITE_LICENSE: Need = AnyOf(&["properties.license.value--all:rw", "properties.license.value--my:rw"]);
const READ_GROUP_VALUES: Need = AnyOf(&["properties.group.value--all:ro"]);
const WRITE_GROUP_VALUES: Need = AnyOf(&["properties.group.value--all:rw", "properties.group.value--my:rw"]);
const WEBHOOKS: Need = AnyOf(&["webhooks.configuration:rw"]);
const WRITE_RULES: Need = AnyOf(&["access_rules:rw"]);
const WRITE_GREETINGS: Need = AnyOf(&["greetings:rw"]);
const READ_GREETINGS: Need = AnyOf(&["greetings:ro"]);
const DOMAINS: Need = AnyOf(&["domain_manage"]);

/// All methods. Those that ask for no scope are there too, so that a test can tell that none was forgotten.
const NEEDS: &[(&str, Need)] = &[
    // Agent Chat API.
    ("list_chats", READ_CHATS),
    ("list_threads", READ_CHATS),
    ("get_chat", READ_CHATS),
    ("list_archives", READ_CHATS),
    ("start_chat", WRITE_CHATS),
    ("resume_chat", WRITE_CHATS),
    ("deactivate_chat", WRITE_CHATS),
    ("follow_chat", READ_CHATS),
    ("unfollow_chat", Nothing),
    ("transfer_chat", WRITE_CHATS),
    ("add_user_to_chat", WRITE_CHATS),
    ("remove_user_from_chat", WRITE_CHATS),
    ("send_event", WRITE_CHATS),
    ("send_event_preview", WRITE_CHATS),
    ("upload_file", Nothing),
    ("download_file", Nothing),
    ("send_rich_message_postback", WRITE_CHATS),
    ("update_chat_properties", WRITE_CHATS),
    ("delete_chat_properties", WRITE_CHATS),
    ("update_thread_properties", WRITE_CHATS),
    ("delete_thread_properties", WRITE_CHATS),
    ("update_event_properties", WRITE_CHATS),
    ("delete_event_properties", WRITE_CHATS),
    ("tag_thread", WRITE_CHATS),
    ("untag_thread", WRITE_CHATS),
    ("get_customer", AnyOf(&["customers:ro"])),
    ("list_customers", AnyOf(&["customers:ro"])),
    ("create_customer", AnyOf(&["customers:rw"])),
    ("update_customer", AnyOf(&["customers:rw"])),
    ("ban_customer", AnyOf(&["customers.ban:rw"])),
    ("set_routing_status", AnyOf(&["agents--all:rw", "agents--my:rw", "agents-bot--all:rw", "agents-bot--my:rw"])),
    ("list_routing_statuses", AnyOf(&["agents--all:ro agents-bot--all:ro"])),
    ("mark_events_as_seen", READ_CHATS),
    ("send_typing_indicator", WRITE_CHATS),
    ("send_thinking_indicator", WRITE_CHATS),
    ("multicast", AnyOf(&["multicast:rw"])),
    ("list_agents_for_transfer", Nothing),
    ("request_thread_summary", WRITE_CHATS),
    ("get_license_info", Nothing),
    // What sockets alone have.
    ("login", Nothing),
    ("ping", Nothing),
    ("logout", Nothing),
    ("set_away_status", AnyOf(&["agents--my:rw"])),
    ("update_session", Nothing),
    ("subscribe_customers", AnyOf(&["customers:ro"])),
    ("unsubscribe_customers", AnyOf(&["customers:ro"])),
    // Configuration API: webhooks.
    ("register_webhook", WEBHOOKS),
    ("list_webhooks", WEBHOOKS),
    ("unregister_webhook", WEBHOOKS),
    ("list_webhook_names", Nothing),
    ("enable_license_webhooks", AnyOf(&["webhooks.state:rw"])),
    ("disable_license_webhooks", AnyOf(&["webhooks.state:rw"])),
    ("get_license_webhooks_state", AnyOf(&["webhooks.state:ro"])),
    // Bots.
    ("create_bot", AnyOf(&["agents-bot--my:rw"])),
    ("update_bot", WRITE_BOTS),
    ("delete_bot", WRITE_BOTS),
    ("batch_create_bots", AnyOf(&["agents-bot--my:rw"])),
    ("batch_update_bots", WRITE_BOTS),
    ("batch_delete_bots", WRITE_BOTS),
    ("get_bot", READ_BOTS),
    ("list_bots", READ_BOTS),
    ("issue_bot_token", Nothing),
    ("reset_bot_secret", AnyOf(&["agents-bot--my:rw"])),
    ("create_bot_template", TEMPLATES),
    ("update_bot_template", TEMPLATES),
    ("delete_bot_template", TEMPLATES),
    ("list_bot_templates", TEMPLATES),
    ("reset_bot_template_secret", TEMPLATES),
    // Agents.
    ("create_agent", CREATE_AGENTS),
    ("get_agent", AnyOf(&["agents--all:ro", "agents--my:ro"])),
    ("list_agents", AnyOf(&["agents--all:ro"])),
    ("update_agent", WRITE_AGENTS),
    ("delete_agent", DELETE_AGENTS),
    ("suspend_agent", SUSPEND),
    ("unsuspend_agent", UNSUSPEND),
    ("approve_agent", UNSUSPEND),
    ("request_agent_unsuspension", Nothing),
    ("batch_create_agents", CREATE_AGENTS),
    ("batch_update_agents", WRITE_AGENTS),
    ("batch_delete_agents", DELETE_AGENTS),
    ("batch_suspend_agents", SUSPEND),
    ("batch_unsuspend_agents", UNSUSPEND),
    ("batch_approve_agents", UNSUSPEND),
    // Groups and tags.
    ("create_group", AnyOf(&["groups--all:rw"])),
    ("update_group", WRITE_GROUPS),
    ("delete_group", WRITE_GROUPS),
    ("get_group", AnyOf(&["groups--all:ro", "groups--my:ro"])),
    ("list_groups", AnyOf(&["groups--all:ro"])),
    ("create_tag", WRITE_TAGS),
    ("update_tag", WRITE_TAGS),
    ("delete_tag", WRITE_TAGS),
    ("list_tags", AnyOf(&["tags--all:ro", "tags--groups:ro"])),
    // Properties.
    ("register_property", REGISTER_PROPERTIES),
    ("unregister_property", REGISTER_PROPERTIES),
    ("publish_property", REGISTER_PROPERTIES),
    ("list_properties", REGISTER_PROPERTIES),
    ("update_license_properties", WRITE_LICENSE),
    ("list_license_properties", READ_LICENSE),
    ("delete_license_properties", WRITE_LICENSE),
    ("update_group_properties", WRITE_GROUP_VALUES),
    ("list_groups_properties", READ_GROUP_VALUES),
    ("list_group_properties", READ_GROUP_VALUES),
    ("delete_group_properties", WRITE_GROUP_VALUES),
    // Auto access.
    ("add_auto_access", WRITE_RULES),
    ("update_auto_access", WRITE_RULES),
    ("delete_auto_access", WRITE_RULES),
    ("list_auto_accesses", AnyOf(&["access_rules:ro"])),
    // The rest.
    ("list_customer_bans", AnyOf(&["banlist_read"])),
    ("unban_customer", AnyOf(&["banlist_write"])),
    (BAN_CUSTOMER, AnyOf(&["banlist_write"])),
    ("create_greeting", WRITE_GREETINGS),
    ("update_greeting", WRITE_GREETINGS),
    ("delete_greeting", WRITE_GREETINGS),
    ("get_greeting", READ_GREETINGS),
    ("list_greetings", READ_GREETINGS),
    ("list_channels", Nothing),
    ("check_product_limits_for_plan", AnyOf(&["subscription.lc:rw"])),
    ("get_product_source", Nothing),
    ("reactivate_email", AnyOf(&["agents--all:rw"])),
    ("update_company_details", AnyOf(&["organization--my:rw"])),
    ("get_license_id", Nothing),
    ("get_organization_id", Nothing),
    ("add_allowed_domain", DOMAINS),
    ("list_allowed_domains", DOMAINS),
    ("delete_allowed_domain", DOMAINS),
    ("create_canned_response", AnyOf(&["canned_responses_write"])),
    ("update_canned_response", AnyOf(&["canned_responses--all:rw", "canned_responses--groups:rw"])),
    ("list_canned_responses", AnyOf(&["canned_responses--all:ro", "canned_responses--groups:ro"])),
    ("delete_canned_response", AnyOf(&["canned_responses--all:rw", "canned_responses--groups:rw"])),
    ("update_translations", AnyOf(&["languages_write"])),
    ("batch_update_translations", AnyOf(&["languages_write"])),
    ("list_translations", AnyOf(&["languages_read"])),
    // Customer Accounts, which look for themselves.
    ("customer/token", Nothing),
    ("customer/group_token", Nothing),
    ("customer/revoke_token", Nothing),
    ("customer/token_info", Nothing),
    ("customer/identity_transfer", Nothing),
    // Sockets of customers.
    ("customer/login", Nothing),
    ("customer/ping", Nothing),
    ("customer/update_customer_page", Nothing),
    ("customer/activate_customer_page", Nothing),
    ("customer/deactivate_customer_page", Nothing),
    // The Customer Chat API, which has no scopes.
    ("customer/list_chats", Nothing),
    ("customer/list_threads", Nothing),
    ("customer/get_chat", Nothing),
    ("customer/start_chat", Nothing),
    ("customer/resume_chat", Nothing),
    ("customer/deactivate_chat", Nothing),
    ("customer/send_event", Nothing),
    ("customer/delete_event", Nothing),
    ("customer/send_rich_message_postback", Nothing),
    ("customer/send_sneak_peek", Nothing),
    ("customer/mark_events_as_seen", Nothing),
    ("customer/update_chat_properties", Nothing),
    ("customer/delete_chat_properties", Nothing),
    ("customer/update_thread_properties", Nothing),
    ("customer/delete_thread_properties", Nothing),
    ("customer/update_event_properties", Nothing),
    ("customer/delete_event_properties", Nothing),
    ("customer/get_customer", Nothing),
    ("customer/update_customer", Nothing),
    ("customer/set_customer_session_fields", Nothing),
    ("customer/check_goals", Nothing),
    ("customer/request_welcome_message", Nothing),
    ("customer/get_url_info", Nothing),
    ("customer/accept_greeting", Nothing),
    ("customer/cancel_greeting", Nothing),
    ("customer/send_greeting_button_clicked", Nothing),
    ("customer/request_email_verification", Nothing),
    ("customer/list_group_statuses", Nothing),
    ("customer/get_predicted_agent", Nothing),
    ("customer/get_form", Nothing),
    ("customer/list_license_properties", Nothing),
    ("customer/list_group_properties", Nothing),
    ("customer/get_dynamic_configuration", Nothing),
    ("customer/get_configuration", Nothing),
    ("customer/get_localization", Nothing),
    ("customer/upload_file", Nothing),
];

/// Whether a method is in the table.
#[cfg(test)]
pub(in super::super) fn is_listed(route: &str) -> bool {
    NEEDS.iter().any(|(name, _)| *name == route)
}

/// What a method asks of its callers; a method that is not in the table asks for no scope.
pub(in super::super) fn need(route: &str) -> Need {
    NEEDS.iter().find(|(name, _)| *name == route).map_or(Nothing, |(_, need)| *need)
}

/// All scopes that any method asks for.
pub(super) fn named() -> impl Iterator<Item = &'static str> {
    let ways = NEEDS.iter().flat_map(|(_, need)| match need {
        AnyOf(ways) => *ways,
        Nothing => &[],
    });
    ways.flat_map(|way| way.split(' '))
}
