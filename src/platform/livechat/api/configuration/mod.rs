//! The table of the Configuration API.
//!
//! Page: platform.text.com/docs/management/configuration-api. Every method is a POST to a path of its own name, reads
//! too; a few that older clients call with GET have a row for that as well.

mod access;
mod agent;
mod bot;
mod group;
mod license;
mod person;
mod registration;
mod tag;
mod template;
mod webhook;

use super::table::rows;

pub(in crate::platform::livechat) use self::bot::TOKEN_TIMER;

rows! {
    "configuration", "management/configuration-api";
    [Open] Get "get_license_id" => license::get_license_id: "tells the license of an organization; under v3.4 only";
    [Open] Get "get_organization_id" => license::get_organization_id: "tells the organization of a license; under v3.4 only";
    "register_webhook" => webhook::register_webhook: "registers a webhook for an action";
    "list_webhooks" => webhook::list_webhooks: "lists the webhooks of an app";
    "unregister_webhook" => webhook::unregister_webhook: "removes a webhook";
    "enable_license_webhooks" => webhook::enable_license_webhooks: "enables the license webhooks of an app";
    "disable_license_webhooks" => webhook::disable_license_webhooks: "disables the license webhooks of an app";
    "get_license_webhooks_state" => webhook::get_license_webhooks_state: "tells whether license webhooks are enabled";
    [Open] "list_webhook_names" => webhook::list_webhook_names: "lists the actions that webhooks can be registered for";
    "create_bot" => bot::create_bot: "creates a bot, which begins offline";
    [Batch] "batch_create_bots" => bot::create_bot: "creates bots";
    "update_bot" => bot::update_bot: "changes a bot";
    [Batch] "batch_update_bots" => bot::update_bot: "changes bots";
    "delete_bot" => bot::delete_bot: "deletes a bot";
    [Batch] "batch_delete_bots" => bot::delete_bot: "deletes bots";
    "get_bot" => bot::get_bot: "gets a bot";
    "list_bots" => bot::list_bots: "lists the bots of an app, or all";
    "reset_bot_secret" => bot::reset_bot_secret: "gives a bot a new secret";
    [Open] "issue_bot_token" => bot::issue_bot_token: "gives a token for the secret of a bot";
    "create_bot_template" => template::create_bot_template: "creates a template of bots";
    "update_bot_template" => template::update_bot_template: "changes a template of bots";
    "delete_bot_template" => template::delete_bot_template: "deletes a template of bots";
    "list_bot_templates" => template::list_bot_templates: "lists the templates of an app";
    "reset_bot_template_secret" => template::reset_bot_template_secret: "gives a template a new secret";
    "create_agent" => agent::create_agent: "creates an agent";
    [Batch] "batch_create_agents" => agent::create_agent: "creates agents";
    "get_agent" => agent::get_agent: "gets an agent";
    "list_agents" => agent::list_agents: "lists agents";
    "update_agent" => agent::update_agent: "changes an agent";
    [Batch] "batch_update_agents" => agent::update_agent: "changes agents";
    "delete_agent" => agent::delete_agent: "deletes an agent";
    [Batch] "batch_delete_agents" => agent::delete_agent: "deletes agents";
    "suspend_agent" => agent::suspend_agent: "suspends an agent";
    [Batch] "batch_suspend_agents" => agent::suspend_agent: "suspends agents";
    "unsuspend_agent" => agent::unsuspend_agent: "ends the suspension of an agent";
    [Batch] "batch_unsuspend_agents" => agent::unsuspend_agent: "ends the suspension of agents";
    "approve_agent" => agent::approve_agent: "approves an agent";
    [Batch] "batch_approve_agents" => agent::approve_agent: "approves agents";
    "request_agent_unsuspension" => agent::request_agent_unsuspension: "asks the owners to end one's own suspension";
    "create_group" => group::create_group: "creates a group";
    "update_group" => group::update_group: "changes a group and who is in it";
    "delete_group" => group::delete_group: "deletes a group";
    "get_group" => group::get_group: "gets a group";
    "list_groups" => group::list_groups: "lists groups";
    "create_tag" => tag::create_tag: "creates a tag";
    "update_tag" => tag::update_tag: "says which groups a tag is for";
    "delete_tag" => tag::delete_tag: "deletes a tag";
    "list_tags" => tag::list_tags: "lists tags";
    "add_auto_access" => access::add_auto_access: "adds a rule of access";
    "update_auto_access" => access::update_auto_access: "changes or moves a rule of access";
    "delete_auto_access" => access::delete_auto_access: "deletes a rule of access";
    "list_auto_accesses" => access::list_auto_accesses: "lists the rules of access in the order in which they are tried";
}
