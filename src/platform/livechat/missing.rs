//! What the vendor documents about configuration, authorization and archives and is not played here.
//!
//! Methods of the API among it have a route, answer an error that says so, and are noted as a mistake of the caller. Its
//! webhooks can be registered and are never sent. Filters are accepted and find that there is nothing. Webhooks about apps,
//! and calls to accounts, have no place here at all.
//!
//! Pages: platform.text.com/docs/messaging/agent-chat-api, …/customer-chat-api, platform.text.com/docs/management/configuration-api,
//! platform.text.com/docs/management/webhooks and platform.text.com/docs/authorization, with the pages below them.

use crate::base::doc_ref::{DocRef, Mark};
use crate::platform::Missing;

/// All of it: methods and their filters, then webhooks, then what is not part of the API itself.
pub(super) const MISSING: &[Missing] = &[
    row(
        "get_product_source",
        "no license is bought here, so none has a source",
        "platform.text.com/docs/management/configuration-api#get-product-source",
    ),
    row("customer/request_welcome_message", "nobody is welcomed here before they have a chat", CUSTOMERS),
    row("customer/get_url_info", "no pages are visited, so nothing is known of them", CUSTOMERS),
    row("customer/accept_greeting", GREETINGS, CUSTOMERS),
    row("customer/cancel_greeting", GREETINGS, CUSTOMERS),
    row("customer/send_greeting_button_clicked", GREETINGS, CUSTOMERS),
    row("customer/request_email_verification", "no mail is sent", CUSTOMERS),
    row("list_archives: filters.sales", SALES, ARCHIVES),
    row("list_archives: filters.goals", GOALS, ARCHIVES),
    row("chat_deleted", DELETED, PUSHES),
    row("thread_deleted", DELETED, PUSHES),
    row("threads_deleted", DELETED, PUSHES),
    row("incoming_error", "what is promised for later never fails", PUSHES),
    row("customer_transferred", "customers are moved with their chats only", PUSHES),
    row("incoming_greeting", GREETINGS, CUSTOMERS_PUSHES),
    row("greeting_accepted", GREETINGS, CUSTOMERS_PUSHES),
    row("greeting_canceled", GREETINGS, CUSTOMERS_PUSHES),
    row("incoming_welcome_message", "a push to customers; nobody can be asked to welcome them", CUSTOMERS_PUSHES),
    row("ticket_created", TICKETS, PUSHES),
    row("ticket_deleted", TICKETS, PUSHES),
    row("change_push_notifications", "an action that went with v3.5, though clients still have it", RTM),
    row("auto_access_added", RULE, WEBHOOKS_3_4),
    row("auto_access_updated", RULE, WEBHOOKS_3_4),
    row("auto_access_deleted", RULE, WEBHOOKS_3_4),
    row("application_installed", APP, APP_WEBHOOKS),
    row("application_uninstalled", APP, APP_WEBHOOKS),
    row("payment_trialstarted", PAYMENT, APP_WEBHOOKS),
    row("payment_cancelled", PAYMENT, APP_WEBHOOKS),
    row("payment_activated", PAYMENT, APP_WEBHOOKS),
    row("payment_collected", PAYMENT, APP_WEBHOOKS),
    row("accounts.livechat.com/", ACCOUNTS, OAUTH),
    row("accounts.livechat.com/v2/token", ACCOUNTS, OAUTH),
    row("accounts.livechat.com/v2/info", ACCOUNTS, OAUTH),
];

const CUSTOMERS: &str = "platform.text.com/docs/messaging/customer-chat-api";
const GREETINGS: &str = "greetings are kept, but shown to nobody";
const PUSHES: &str = "platform.text.com/docs/messaging/agent-chat-api/rtm-pushes";
const CUSTOMERS_PUSHES: &str = "platform.text.com/docs/messaging/customer-chat-api/rtm-pushes";
const RTM: &str = "platform.text.com/docs/messaging/agent-chat-api/rtm-reference";
const DELETED: &str = "a push; no method deletes chats or threads";
const TICKETS: &str = "a push; there are no tickets here";
const SALES: &str = "accepted, and no thread has any, since nobody sells here";
const GOALS: &str = "accepted, and no thread has any, since nobody reaches goals here";
const ARCHIVES: &str = "platform.text.com/docs/messaging/agent-chat-api#list-archives";
const RULE: &str = "under v3.4; registered and never sent, since later versions have `auto_accesses_updated` for it";
const WEBHOOKS_3_4: &str = "platform.text.com/docs/management/webhooks/v3.4";
const APP: &str = "a webhook of another kind; apps are installed from the beginning here";
const PAYMENT: &str = "a webhook of another kind; nobody pays here";
const APP_WEBHOOKS: &str = "platform.text.com/docs/guides/console-guides/app-webhooks";
const ACCOUNTS: &str = "tokens come from the set-up and nobody has to ask for them";
const OAUTH: &str = "platform.text.com/docs/authorization/oauth-authorization";

const fn row(name: &'static str, reason: &'static str, source: &'static str) -> Missing {
    Missing { name, reason, doc: DocRef::new(Mark::Docs, source) }
}

/// Why a method is not played.
pub(super) fn reason(method: &str) -> Option<&'static str> {
    MISSING.iter().find(|missing| missing.name == method).map(|missing| missing.reason)
}

#[cfg(test)]
mod tests {
    use super::super::action::ACTIONS;
    use super::super::events::EVENTS;
    use super::*;

    #[test]
    fn an_action_is_sent_or_missing() {
        for action in ACTIONS {
            let sent = EVENTS.iter().any(|event| event.name == action.name);
            assert_ne!(sent, reason(action.name).is_some(), "{}", action.name);
        }
    }
}
