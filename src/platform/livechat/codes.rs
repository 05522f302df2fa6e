//! Error types, their statuses and texts, and the body they travel in.
//!
//! The vendor lists types and default texts but no HTTP status; the statuses here are those seen in clients or settled
//! here, and `setup: {statuses: …}` changes them.

use std::borrow::Cow;

use http::header::RETRY_AFTER;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::base::doc_ref::{DocRef, Mark};
use crate::openapi::of;
use crate::platform::route::Reply;
use crate::platform::{Code, Part, Shape, State};
use crate::recipe;

const PAGE: &str = "platform.text.com/docs/messaging/agent-chat-api#errors";
const SDK: &str = "github.com/livechat/lc-sdk-go, error fixtures";
const BOTS: &str =
    "status seen in a public bot integration; type and text on platform.text.com/docs/messaging/agent-chat-api";
const STATUS: &str = "status settled here; type and text on platform.text.com/docs/messaging/agent-chat-api";
const SOCKET: &str =
    "for sockets, so without a status; type and text on platform.text.com/docs/messaging/agent-chat-api";
const CHAT: &str = "status settled here; type and text on platform.text.com/docs/messaging/customer-chat-api#errors";
const CUSTOMERS: &str =
    "text settled here; status and word on platform.text.com/docs/authorization/customer-accounts-api";
const CONFIGURATION: &str =
    "status settled here; type and text on platform.text.com/docs/management/configuration-api#errors";

/// Why no call leads to an error of sockets.
const SOCKETS_ALONE: &str = "sockets alone are answered so, and scenarios open none";

/// The region that a planned `misdirected_request` names as the right one; the vendor's sample names it too.
const OTHER_REGION: &str = "fra";

/// After how many seconds callers beyond the limit may come again. The header and the number are inferred: the page says
/// "after some time".
const WAIT: &str = "1";

macro_rules! codes {
    ($( $($name:ident =)? $code:literal, $status:literal, $text:literal, $mark:ident, $source:expr, $cause:literal $(, $state:expr)?; )*) => {
        $( $( #[doc = $cause] pub(super) const $name: &str = $code; )? )*

        /// All error types of the Web API.
        pub(super) const CODES: &[Code] = &[ $( Code {
            code: $code, status: $status, text: $text, cause: $cause, doc: DocRef::new(Mark::$mark, $source),
            recipe: recipe!(concat!("livechat/errors/", $code, ".yaml")), state: [$($state,)? State::Recipe][0],
        } ),* ];
    };
}

codes! {
    VALIDATION = "validation", 400, "Wrong format of request", Sdk, SDK,
        "malformed JSON, a missing or ill-typed field, an illegal combination";
    AUTHENTICATION = "authentication", 401, "Invalid access token", Sdk, SDK,
        "a missing, unknown or expired token";
    AUTHORIZATION = "authorization", 403, "Authorization error", Seen, BOTS,
        "the requester is not in the chat, or may not do this";
    MISSING_ACCESS = "missing_access", 403, "Missing access", Inferred, STATUS,
        "the groups of the requester do not cover the chat";
    NOT_FOUND = "not_found", 404, "Not found", Inferred, STATUS,
        "an unknown chat, thread, user, group or method";
    GROUP_NOT_FOUND = "group_not_found", 404, "Group not found", Inferred, CONFIGURATION,
        "an unknown group, where something is configured or a customer names it";
    ALREADY_EXISTS = "already_exists", 409, "Already exists", Inferred, CONFIGURATION,
        "a second agent with an address, or a second tag, property or domain with a name";
    OWNERSHIP_TRANSFER = "ownership_transfer", 422, "Invalid transfer ownership request", Inferred, CONFIGURATION,
        "an agent who is to be the owner";
    CHAT_INACTIVE = "chat_inactive", 422, "Chat is inactive", Seen, BOTS,
        "the chat has no active thread and the method needs one";
    LIMIT_REACHED = "limit_reached", 422, "Limit reached", Seen, BOTS,
        "one agent too many in a chat, one chat too many for an agent or a customer, or a fourth webhook for an action";
    AGENT_OFFLINE = "agent_offline", 422, "Agent offline", Inferred, STATUS,
        "nobody among the targets of a transfer can take the chat, or whoever is to join it is offline";
    ENTITY_TOO_LARGE = "entity_too_large", 413, "Upload limit exceeded (10MB).", Inferred, STATUS,
        "a body that is larger than is read", State::LargeBody;
    TOO_MANY_REQUESTS = "too_many_requests", 429, "Too many requests", Inferred, STATUS,
        "the rate limit", State::Nothing("the vendor does not say how many calls are too many, so none are counted");
    REQUEST_TIMEOUT = "request_timeout", 504, "Request timed out", Inferred, STATUS,
        "a request that takes longer than 15 s, or a body that does not end", State::SlowBody;
    INTERNAL = "internal", 500, "Internal server error", Docs, PAGE,
        "a failure of the vendor", State::Nothing("only the vendor itself can fail");
    SERVICE_UNAVAILABLE = "service_unavailable", 503, "Service unavailable", Inferred, STATUS,
        "the vendor refuses new requests for a while, or a method is asked for that is not played here";
    MISDIRECTED_REQUEST = "misdirected_request", 421, "Wrong region", Inferred, STATUS,
        "the wrong data centre; `data.region` names the right one";
    UNSUPPORTED_VERSION = "unsupported_version", 400, "Cannot call unsupported API versions.", Inferred, STATUS,
        "a version that is no longer, or not yet, served";
    PENDING_REQUESTS_LIMIT_REACHED = "pending_requests_limit_reached", 429, "Requests limit reached", Inferred, SOCKET,
        "an eleventh request on a socket while ten are unanswered", State::Nothing(SOCKETS_ALONE);
    REQUESTER_ALREADY_OFFLINE = "requester_already_offline", 422, "Requester is already offline", Inferred, SOCKET,
        "an agent who is offline sets their own status on a socket", State::Nothing(SOCKETS_ALONE);
    REQUESTER_AWAITING_APPROVAL = "requester_awaiting_approval", 403, "Requester awaiting approval", Inferred, SOCKET,
        "an agent logs in before somebody has approved them", State::Nothing(SOCKETS_ALONE);
    REQUESTER_SUSPENDED = "requester_suspended", 403, "Requester suspended", Inferred, SOCKET,
        "an agent logs in who is suspended", State::Nothing(SOCKETS_ALONE);
    "seats_limit_exceeded", 422, "Seats limit exceeded", Inferred, SOCKET,
        "an agent logs in while all seats are taken", State::Nothing(SOCKETS_ALONE);
    "license_expired", 403, "License expired", Inferred, STATUS,
        "the trial or subscription has ended", State::Nothing("a license that is played does not end");
    LICENSE_NOT_FOUND = "license_not_found", 404, "License not found", Inferred, STATUS,
        "a customer's call names no organization, or one that is not there";
    CUSTOMER_BANNED = "customer_banned", 403, "Customer is banned", Inferred, CHAT,
        "a customer who is kept out calls";
    GROUPS_OFFLINE = "groups_offline", 422, "Groups offline", Inferred, CHAT,
        "a customer's chat begins while nobody of its groups is there, and is not continuous";
    GROUP_OFFLINE = "group_offline", 422, "Group is offline", Inferred, CHAT,
        "a customer asks who would get their chat while nobody of the group is there";
    GROUP_UNAVAILABLE = "group_unavailable", 422, "No agent available for group", Inferred, CHAT,
        "a customer asks who would get their chat while nobody of the group is free, or its chats are taken by hand";
    NOT_ALLOWED = "not_allowed", 403, "Not allowed", Inferred, CHAT,
        "a customer takes back what somebody else has written";
    "chat_anonymized", 422, "Chat anonymized", Inferred, CHAT,
        "a customer resumes a chat that was made anonymous", State::Nothing("nobody makes chats anonymous here");
    BAD_REQUEST = "bad_request", 401, "The request cannot be read", Inferred, CUSTOMERS,
        "accounts are asked in a way, or with a body, that they do not read";
    INVALID_REQUEST = "invalid_request", 401, "The request is malformed", Inferred, CUSTOMERS,
        "a body for accounts that is no JSON object, or lacks something";
    UNAUTHORIZED_CLIENT = "unauthorized_client", 401, "The client may not do this", Inferred, CUSTOMERS,
        "a personal access token where customers' tokens are asked for";
    ACCESS_DENIED = "access_denied", 401, "Access denied", Inferred, CUSTOMERS,
        "an agent's token without the scope for customers' tokens";
    UNSUPPORTED_GRANT_TYPE = "unsupported_grant_type", 401, "There is no such grant type", Inferred, CUSTOMERS,
        "a grant that is none of cookie, agent_token and identity_token";
    INVALID_GRANT = "invalid_grant", 401, "The grant is invalid or has expired", Inferred, CUSTOMERS,
        "a token or a transfer that accounts do not know, or know no longer";
    INVALID_CLIENT = "invalid_client", 401, "The client id is not valid", Inferred, CUSTOMERS,
        "a client id that does not have 32 hexadecimal digits";
    RESOURCE_NOT_FOUND = "resource_not_found", 401, "Not found", Inferred, CUSTOMERS,
        "an organization, a group or a customer whom accounts do not know";
    SERVER_ERROR = "server_error", 401, "Server error", Inferred, CUSTOMERS,
        "accounts fail; the vendor's client tries again", State::Nothing("only the vendor itself can fail");
    TEMPORARILY_UNAVAILABLE = "temporarily_unavailable", 401, "Temporarily unavailable", Inferred, CUSTOMERS,
        "accounts refuse requests for a while; the vendor's client tries again",
        State::Nothing("only the vendor itself can fail");
    FORBIDDEN = "forbidden", 401, "Forbidden", Inferred, CUSTOMERS,
        "accounts do not say", State::Nothing("no page says when");
    CONFLICT = "conflict", 401, "Conflict", Inferred, CUSTOMERS,
        "accounts do not say", State::Nothing("no page says when");
    "wrong_product_version", 422, "Wrong product version", Inferred, STATUS,
        "the license has not been migrated", State::Nothing("every license that is played has been migrated");
}

/// The words of accounts, which stand in a body of another form.
const OF_ACCOUNTS: &[&str] = &[
    BAD_REQUEST,
    INVALID_REQUEST,
    UNAUTHORIZED_CLIENT,
    ACCESS_DENIED,
    UNSUPPORTED_GRANT_TYPE,
    INVALID_GRANT,
    INVALID_CLIENT,
    RESOURCE_NOT_FOUND,
    SERVER_ERROR,
    TEMPORARILY_UNAVAILABLE,
    FORBIDDEN,
    CONFLICT,
];

/// The type of every refusal's body.
pub(super) const SHAPE: Shape = Shape { of: Part::Refusal, schema: of::<Refusal<'static>> };

/// Why a call is refused, in the vendor's words.
#[derive(Clone, Debug)]
pub(super) struct Denial {
    row: &'static Code,
    message: Cow<'static, str>,
    status: Option<u16>,
    /// What the caller has done wrong, if it is not the message.
    blame: Option<String>,
    /// Where the right data centre is.
    region: Cow<'static, str>,
}

impl Denial {
    /// A refusal of this type with its default text. A type that is not in the table is a failure of the vendor.
    pub(super) fn of(code: &str) -> Self {
        let row = CODES.iter().find(|row| row.code == code);
        let row = row.or_else(|| CODES.iter().find(|row| row.code == INTERNAL)).unwrap_or(&CODES[0]);
        Self { row, message: row.text.into(), status: None, blame: None, region: OTHER_REGION.into() }
    }

    /// The request is malformed in this way.
    pub(super) fn validation(message: impl Into<Cow<'static, str>>) -> Self {
        Self::of(VALIDATION).saying(message)
    }

    /// The same with a text that says more than the default one.
    pub(super) fn saying(mut self, message: impl Into<Cow<'static, str>>) -> Self {
        self.message = message.into();
        self
    }

    /// The same with the status that was seen for just this case.
    pub(super) fn with_status(mut self, status: u16) -> Self {
        self.status = Some(status);
        self
    }

    /// The same for something that a well-behaved client does not do, which goes into the journal.
    pub(super) fn blaming(mut self, mistake: impl Into<String>) -> Self {
        self.blame = Some(mistake.into());
        self
    }

    /// The call belongs into this region.
    pub(super) fn misdirected(region: &str) -> Self {
        Self { region: region.to_owned().into(), ..Self::of(MISDIRECTED_REQUEST) }
    }

    /// What it says.
    pub(super) fn message(&self) -> &str {
        &self.message
    }

    /// What a well-behaved client would not have done, if that is why the request is refused.
    pub(super) fn mistake(&self) -> Option<&str> {
        let malformed = [VALIDATION, INVALID_REQUEST].contains(&self.row.code);
        self.blame.as_deref().or_else(|| malformed.then_some(&*self.message))
    }

    /// As it goes out; `chosen` is the status that the tenant's set-up gives to a type.
    pub(super) fn reply(&self, chosen: impl Fn(&str) -> Option<u16>) -> Reply {
        let status = chosen(self.row.code).or(self.status).unwrap_or(self.row.status);
        let reply = Reply::json(status, Some(self.row.code), &self.envelope());
        match self.row.code {
            TOO_MANY_REQUESTS => reply.header(RETRY_AFTER, WAIT),
            _ => reply,
        }
    }

    /// As it stands among the answers to a batch, where it has no status.
    pub(super) fn document(&self) -> Value {
        serde_json::json!(self.envelope())
    }

    fn envelope(&self) -> Refusal<'_> {
        if OF_ACCOUNTS.contains(&self.row.code) {
            return Refusal::Exception { oauth_exception: self.row.code, exception_description: &self.message };
        }
        let data = (self.row.code == MISDIRECTED_REQUEST).then_some(Data { region: &self.region });
        Refusal::Envelope { error: Error { r#type: self.row.code, message: &self.message, data } }
    }
}

#[derive(Serialize, JsonSchema)]
#[serde(untagged)]
enum Refusal<'a> {
    /// That of the APIs.
    Envelope { error: Error<'a> },
    /// That of accounts.
    Exception { oauth_exception: &'static str, exception_description: &'a str },
}

#[derive(Serialize, JsonSchema)]
struct Error<'a> {
    r#type: &'static str,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<Data<'a>>,
}

#[derive(Serialize, JsonSchema)]
struct Data<'a> {
    region: &'a str,
}
