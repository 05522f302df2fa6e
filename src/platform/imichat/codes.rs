//! The codes of imi.chat, and the answers that carry them.
//!
//! Where the public pages name no code for a situation, the answer has the HTTP status as its `status_code` and a text that
//! begins with `simulator:`, so that it can never be taken for one of the vendor's own.

use std::borrow::Cow;

use super::wire::reply::{Envelope, NOTHING};
use crate::base::doc_ref::{DocRef, Mark};
use crate::platform::Code;
use crate::platform::route::Reply;

const CREATE: DocRef = DocRef::new(Mark::Seed, "docs.imi.chat/reference/create-chat");
const TRANSFER: DocRef = DocRef::new(Mark::Docs, "docs.imi.chat/reference/transfer-api-private-beta");

const fn ours(reason: &'static str) -> DocRef {
    DocRef::new(Mark::Inferred, reason)
}

macro_rules! codes {
    ($( $name:ident = $code:literal, $status:literal, $text:literal, $cause:literal, $doc:expr; )*) => {
        $( #[doc = $cause] pub(super) const $name: Code =
            Code { code: $code, status: $status, text: $text, cause: $cause, doc: $doc }; )*

        /// All codes this tenant can answer with, by number.
        pub(super) const CODES: &[Code] = &[ $( $name ),* ];
    };
}

codes! {
    MISSING_HEADER = "2002", 400, "Invalid header param - could not find mandatory header parameters",
        "`access_token` is missing or empty, or `teamid` is where the call needs one", CREATE;
    INVALID_TOKEN = "2003", 400, "Invalid Access Token",
        "the access token was never issued", CREATE;
    EXPIRED_TOKEN = "2004", 401, "Access Token expired",
        "the access token is older than its life", CREATE;
    INTERNAL_ERROR = "2007", 500, "Internal Server Error",
        "only a planned fault", CREATE;
    UNKNOWN_TEAM = "2010", 404, "Could not find details of team based on the teamid passed in the header",
        "the team does not exist or the API key is not shared with it", CREATE;
    UNKNOWN_CHAT = "2031", 404, "Provided Chat ID does not exist",
        "no chat has this id or alias", CREATE;
    METHOD_NOT_ALLOWED = "2099", 405, "Method not allowed",
        "the path is known, but not with this method", CREATE;
    NO_CHAT_DETAILS = "4108", 500, "Unable to get the chat details",
        "only a planned fault", CREATE;
    CHAT_DETAILS = "4304", 200, "The chat details retrieved successfully",
        "a chat was created, read, changed or got a message", CREATE;
    TRANSFERRED = "4342", 202, "Chat has been transferred successfully",
        "a chat went to another team", TRANSFER;
    AUTHORIZED = "200", 200, "simulator: authorized",
        "a token was issued", ours("no code is published for authorize; the token is in a header");
    INVALID = "400", 400, "simulator: the request is not valid",
        "a credential, a body or a member of it is missing or wrong", ours("no code is published for invalid requests");
    NOT_FOUND = "404", 404, "simulator: there is no such path",
        "the path is unknown", ours("no code is published for unknown paths");
    TOO_SLOW = "408", 408, "simulator: the body did not arrive in time",
        "the body did not end in time", ours("no code is published for slow requests");
    CONFLICT = "409", 409, "simulator: the chat is closed",
        "a closed chat was to be changed", ours("no code is published for changes to closed chats; no reopening is documented");
    TOO_LARGE = "413", 413, "simulator: the body is too large",
        "the body is larger than what is read", ours("no code is published for large requests");
    QUOTA_SPENT = "429", 429, "simulator: the daily quota is spent",
        "`daily_quota` is set and spent", ours("the quota is documented, what happens beyond it is not");
}

/// Success of `create_chat`. The vendor's table says "retrieved" for a created chat, and we follow it to the letter.
pub(super) const CREATE_SUCCESS: Code = CHAT_DETAILS;
/// Success of `get_chat`, whose wording fits the vendor's table exactly.
pub(super) const GET_SUCCESS: Code = CHAT_DETAILS;
/// Success of `update_chat`: answers with the same object as `create_chat`, so presumably with the same code.
pub(super) const PATCH_SUCCESS: Code = CHAT_DETAILS;
/// Success of `append_message`, for the same reason.
pub(super) const APPEND_SUCCESS: Code = CHAT_DETAILS;
/// Success of `transfer_chat`.
pub(super) const TRANSFER_SUCCESS: Code = TRANSFERRED;
/// Success of `authorize`.
pub(super) const AUTHORIZE_SUCCESS: Code = AUTHORIZED;

/// What an operation answers with when it succeeds: its row of the table, or what the set-up says instead.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Success {
    code: Cow<'static, str>,
    number: u16,
    status: u16,
    text: Cow<'static, str>,
}

/// What all operations answer with when they succeed.
#[derive(Clone, Debug)]
pub(super) struct Successes {
    /// For `authorize`.
    pub(super) authorize: Success,
    /// For `create_chat`.
    pub(super) create: Success,
    /// For `get_chat`.
    pub(super) get: Success,
    /// For `update_chat`.
    pub(super) update: Success,
    /// For `append_message`.
    pub(super) append: Success,
    /// For `transfer_chat`.
    pub(super) transfer: Success,
}

impl Default for Successes {
    /// As the tables have it.
    fn default() -> Self {
        Self {
            authorize: AUTHORIZE_SUCCESS.into(),
            create: CREATE_SUCCESS.into(),
            get: GET_SUCCESS.into(),
            update: PATCH_SUCCESS.into(),
            append: APPEND_SUCCESS.into(),
            transfer: TRANSFER_SUCCESS.into(),
        }
    }
}

impl Successes {
    /// The codes in it that are in no table.
    pub(super) fn codes_of_its_own(&self) -> impl Iterator<Item = &str> {
        let Self { authorize, create, get, update, append, transfer } = self;
        let all = [authorize, create, get, update, append, transfer];
        all.into_iter().filter(|success| row(success.number).is_none()).map(|success| &*success.code)
    }
}

impl From<Code> for Success {
    fn from(row: Code) -> Self {
        Self { code: row.code.into(), number: number(row), status: row.status, text: row.text.into() }
    }
}

impl Success {
    /// The same with another code, and perhaps another text.
    pub(super) fn with(self, number: u16, text: Option<String>) -> Self {
        let text = text.map_or(self.text, Cow::Owned);
        Self { code: number.to_string().into(), number, status: self.status, text }
    }

    /// Answers with this resource.
    pub(super) fn reply(&self, response: &impl serde::Serialize) -> Reply {
        let reply = Reply::json(self.status, None, &Envelope::new(self.number, &self.text, response));
        Reply { code: Some(self.code.clone()), ..reply }
    }
}

/// The row of a code that is in the table.
pub(super) fn row(number: u16) -> Option<Code> {
    CODES.iter().copied().find(|row| self::number(*row) == number)
}

/// Whether a row of the table says that something was done.
pub(super) fn succeeds(row: Code) -> bool {
    row.status < 300
}

/// Answers with this code and nothing in `response`.
pub(super) fn refuse(code: Code) -> Reply {
    Reply::json(code.status, Some(code.code), &Envelope::new(number(code), code.text, &NOTHING))
}

/// Answers with this code and a text of our own, because the vendor has none for this case.
pub(super) fn explain(code: Code, why: &str) -> Reply {
    let description = format!("simulator: {why}");
    Reply::json(code.status, Some(code.code), &Envelope::new(number(code), &description, &NOTHING))
}

/// Answers as a planned fault says. A code that is none of ours cannot be planned, so the fallback is never seen.
pub(super) fn planned(code: &str) -> Reply {
    refuse(CODES.iter().copied().find(|row| row.code == code).unwrap_or(INTERNAL_ERROR))
}

/// The code as the number that stands in the envelope.
fn number(code: Code) -> u16 {
    code.code.parse().expect("a test reads every row's code as a number")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_stands_once_and_is_a_number() {
        let numbers: std::collections::BTreeSet<u16> = CODES.iter().map(|row| number(*row)).collect();
        assert_eq!(numbers.len(), CODES.len());
    }

    #[test]
    fn codes_of_our_own_cannot_be_taken_for_the_vendors() {
        for row in CODES {
            let ours = row.text.starts_with("simulator: ");
            assert_eq!(ours, row.doc.mark == Mark::Inferred, "{}", row.code);
            assert_eq!(ours, number(*row) == row.status, "{}", row.code);
        }
    }

    #[test]
    fn an_answer_has_exactly_three_members_in_order() {
        let body = refuse(UNKNOWN_CHAT).body;
        let expected = r#"{"status_code":2031,"description":"Provided Chat ID does not exist","response":""}"#;
        assert_eq!(body, expected.as_bytes());
    }
}
