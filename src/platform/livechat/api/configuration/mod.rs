//! The table of the Configuration API.
//!
//! Page: platform.text.com/docs/management/configuration-api. Every method is a POST to a path of its own name, reads
//! too; a few that older clients call with GET have a row for that as well.

mod license;
mod registration;
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
}
