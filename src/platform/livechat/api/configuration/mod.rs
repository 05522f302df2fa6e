//! The table of the Configuration API.
//!
//! Page: platform.text.com/docs/management/configuration-api. Every method is a POST to a path of its own name, reads
//! too; a few that older clients call with GET have a row for that as well.

mod ban;
mod greeting;
mod library;
mod license;
mod product;
mod property;
mod registration;
mod value;
mod webhook;

use super::table::rows;

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
    "register_property" => property::register_property: "registers a property of an app";
    "unregister_property" => property::unregister_property: "removes a property that is not published";
    "publish_property" => property::publish_property: "lets other apps read or write a property";
    "list_properties" => property::list_properties: "lists the properties of an app";
    "update_license_properties" => value::update_license_properties: "gives properties of the license values";
    "list_license_properties" => value::list_license_properties: "lists the properties of the license";
    Get "list_license_properties" => value::list_license_properties: "the same for clients that send a query";
    "delete_license_properties" => value::delete_license_properties: "takes values of the license away";
    "update_group_properties" => value::update_group_properties: "gives properties of a group values";
    "list_groups_properties" => value::list_groups_properties: "lists the properties of groups";
    "list_group_properties" => value::list_group_properties: "lists the properties of one group; under v3.4 only";
    Get "list_group_properties" => value::list_group_properties: "the same for clients that send a query";
    "delete_group_properties" => value::delete_group_properties: "takes values of a group away";
    "list_customer_bans" => ban::list_customer_bans: "lists the bans in force";
    "unban_customer" => ban::unban_customer: "lifts a ban";
    "configuration/ban_customer" at "ban_customer" => ban::ban_customer: "bans a customer or an address; from v3.7 on";
    "create_greeting" => greeting::create_greeting: "creates a greeting";
    "update_greeting" => greeting::update_greeting: "changes a greeting";
    "delete_greeting" => greeting::delete_greeting: "deletes a greeting";
    "get_greeting" => greeting::get_greeting: "gets a greeting";
    "list_greetings" => greeting::list_greetings: "lists greetings";
    "list_channels" => product::list_channels: "lists the channels that customers have used";
    "check_product_limits_for_plan" => product::check_product_limits_for_plan: "tells what a plan leaves of each resource";
    "get_product_source" => product::get_product_source: "is not played here and says so";
    "reactivate_email" => product::reactivate_email: "lets mail go to an agent again";
    "update_company_details" => product::update_company_details: "changes the details of the company";
    "add_allowed_domain" => library::add_allowed_domain: "allows a domain; from v3.7 on, as all that follow";
    "list_allowed_domains" => library::list_allowed_domains: "lists the allowed domains";
    "delete_allowed_domain" => library::delete_allowed_domain: "allows a domain no longer";
    "create_canned_response" => library::create_canned_response: "creates a canned response";
    "update_canned_response" => library::update_canned_response: "changes a canned response";
    "list_canned_responses" => library::list_canned_responses: "lists canned responses";
    "delete_canned_response" => library::delete_canned_response: "deletes a canned response";
    "update_translations" => library::update_translations: "translates phrases";
    [Batch] "batch_update_translations" => library::update_translations: "translates phrases of several groups or languages";
    "list_translations" => library::list_translations: "lists translated phrases";
}
