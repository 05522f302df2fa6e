//! The versions of the API and of webhook payloads, and which methods they have.
//!
//! Pages: platform.text.com/docs/messaging/agent-chat-api and platform.text.com/docs/management/configuration-api, each
//! with one page per version.

use std::collections::BTreeMap;

use http::HeaderName;

use crate::platform::route::{Call, Reply};

/// A version that is served.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Version {
    /// Deprecated, but what published clients still speak.
    V3_4,
    /// Legacy.
    V3_5,
    /// Stable.
    V3_6,
    /// Developer preview.
    V3_7,
}

/// The version that clients use unless they have a reason, as paths have it.
pub(super) const USUAL: &str = "v3.6";

impl Version {
    /// The one that clients use unless they have a reason.
    pub(super) const STABLE: Self = Self::V3_6;

    /// The words for them in `setup:`.
    pub(super) const WORDS: &'static [&'static str] = &["3.4", "3.5", "3.6", "3.7"];

    /// The word for it, as paths have it.
    pub(super) fn segment(self) -> &'static str {
        match self {
            Self::V3_4 => "v3.4",
            Self::V3_5 => "v3.5",
            Self::V3_6 => "v3.6",
            Self::V3_7 => "v3.7",
        }
    }

    /// The version with this name, without the `v`.
    pub(super) fn named(word: &str) -> Option<Self> {
        match word {
            "3.4" => Some(Self::V3_4),
            "3.5" => Some(Self::V3_5),
            "3.6" => Some(Self::V3_6),
            "3.7" => Some(Self::V3_7),
            _ => None,
        }
    }
}

/// When versions leave a stage of their life, as answers tell: the vendor documents the headers and publishes no dates.
#[derive(Clone, Debug, Default)]
pub(super) struct Ends {
    /// Until when versions are legacy ones.
    pub(super) legacy: BTreeMap<Version, String>,
    /// Until when versions are deprecated ones.
    pub(super) deprecation: BTreeMap<Version, String>,
}

impl Ends {
    /// Puts the dates of a version on an answer.
    pub(super) fn put(&self, version: Version, reply: Reply) -> Reply {
        let dates = [("legacy", self.legacy.get(&version)), ("deprecation", self.deprecation.get(&version))];
        dates.into_iter().fold(reply, |reply, (name, date)| match date {
            Some(date) => reply.header(HeaderName::from_static(name), date),
            None => reply,
        })
    }
}

/// The header that names the version where the path does not. The pages of the Agent Chat API and the Reports API have it.
const HEADER: &str = "x-api-version";

/// How paths begin that name no version.
const UNVERSIONED: [&str; 3] = ["/agent/action/", "/configuration/action/", "/customer/action/"];

/// Writes the version into the path of a call that has it in a header. If what comes first only looked like the beginning,
/// and a version follows, then that is the beginning: the version in a path wins.
pub(super) fn into_path(call: &mut Call) {
    if !UNVERSIONED.iter().any(|root| call.path.starts_with(root)) {
        return;
    }
    let named =
        |rest: &str| rest.split('/').next().and_then(|segment| segment.strip_prefix('v')).and_then(Version::named);
    let begins = call.path.match_indices('/').find(|(at, _)| named(&call.path[at + 1..]).is_some());
    match (begins.map(|(at, _)| at), call.header(HEADER)) {
        (Some(at), _) => call.path.replace_range(..at, ""),
        (None, Some(version)) => call.path = format!("/v{}{}", version.trim().trim_start_matches('v'), call.path),
        (None, None) => {}
    }
}

/// What the method `ban_customer` of the Configuration API is called here, because the Agent Chat API has one of that name.
pub(super) const BAN_CUSTOMER: &str = "configuration/ban_customer";

/// The methods that not every version has: the first and the last that has them.
const SPANS: &[(&str, Version, Version)] = &[
    ("create_customer", Version::V3_4, Version::V3_5),
    ("list_customers", Version::V3_4, Version::V3_5),
    ("get_license_info", Version::V3_5, Version::V3_5),
    ("customer/delete_event", Version::V3_6, Version::V3_7),
    ("customer/request_welcome_message", Version::V3_6, Version::V3_7),
    ("customer/send_greeting_button_clicked", Version::V3_6, Version::V3_7),
    ("customer/get_predicted_agent", Version::V3_4, Version::V3_6),
    ("send_event_preview", Version::V3_6, Version::V3_7),
    ("send_thinking_indicator", Version::V3_6, Version::V3_7),
    ("request_thread_summary", Version::V3_6, Version::V3_7),
    ("update_session", Version::V3_6, Version::V3_7),
    ("subscribe_customers", Version::V3_6, Version::V3_7),
    ("unsubscribe_customers", Version::V3_6, Version::V3_7),
    ("get_license_id", Version::V3_4, Version::V3_4),
    ("get_organization_id", Version::V3_4, Version::V3_4),
    ("list_group_properties", Version::V3_4, Version::V3_4),
    ("list_groups_properties", Version::V3_5, Version::V3_7),
    ("batch_create_agents", Version::V3_5, Version::V3_7),
    ("batch_update_agents", Version::V3_5, Version::V3_7),
    ("batch_delete_agents", Version::V3_5, Version::V3_7),
    ("batch_suspend_agents", Version::V3_5, Version::V3_7),
    ("batch_unsuspend_agents", Version::V3_5, Version::V3_7),
    ("batch_approve_agents", Version::V3_5, Version::V3_7),
    ("batch_create_bots", Version::V3_5, Version::V3_7),
    ("batch_update_bots", Version::V3_5, Version::V3_7),
    ("batch_delete_bots", Version::V3_5, Version::V3_7),
    ("issue_bot_token", Version::V3_5, Version::V3_7),
    ("reset_bot_secret", Version::V3_5, Version::V3_7),
    ("create_bot_template", Version::V3_5, Version::V3_7),
    ("update_bot_template", Version::V3_5, Version::V3_7),
    ("delete_bot_template", Version::V3_5, Version::V3_7),
    ("list_bot_templates", Version::V3_5, Version::V3_7),
    ("reset_bot_template_secret", Version::V3_5, Version::V3_7),
    ("create_tag", Version::V3_5, Version::V3_7),
    ("update_tag", Version::V3_5, Version::V3_7),
    ("delete_tag", Version::V3_5, Version::V3_7),
    ("list_tags", Version::V3_5, Version::V3_7),
    ("list_channels", Version::V3_5, Version::V3_7),
    ("check_product_limits_for_plan", Version::V3_5, Version::V3_7),
    ("get_product_source", Version::V3_5, Version::V3_7),
    ("list_customer_bans", Version::V3_6, Version::V3_7),
    ("unban_customer", Version::V3_6, Version::V3_7),
    (BAN_CUSTOMER, Version::V3_7, Version::V3_7),
    ("create_greeting", Version::V3_6, Version::V3_7),
    ("update_greeting", Version::V3_6, Version::V3_7),
    ("delete_greeting", Version::V3_6, Version::V3_7),
    ("get_greeting", Version::V3_6, Version::V3_7),
    ("list_greetings", Version::V3_6, Version::V3_7),
    ("reactivate_email", Version::V3_6, Version::V3_7),
    ("update_company_details", Version::V3_6, Version::V3_7),
    ("add_allowed_domain", Version::V3_7, Version::V3_7),
    ("list_allowed_domains", Version::V3_7, Version::V3_7),
    ("delete_allowed_domain", Version::V3_7, Version::V3_7),
    ("create_canned_response", Version::V3_7, Version::V3_7),
    ("update_canned_response", Version::V3_7, Version::V3_7),
    ("list_canned_responses", Version::V3_7, Version::V3_7),
    ("delete_canned_response", Version::V3_7, Version::V3_7),
    ("update_translations", Version::V3_7, Version::V3_7),
    ("batch_update_translations", Version::V3_7, Version::V3_7),
    ("list_translations", Version::V3_7, Version::V3_7),
];

impl Version {
    /// Whether this version has a method.
    pub(super) fn has(self, method: &str) -> bool {
        let span = SPANS.iter().find(|(name, ..)| *name == method);
        span.is_none_or(|(_, first, last)| (*first..=*last).contains(&self))
    }
}
