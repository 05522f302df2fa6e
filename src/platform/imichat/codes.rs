//! The codes of imi.chat, and the answers that carry them.
//!
//! Where the public pages name no code for a situation, the answer has the HTTP status as its `status_code` and a text that
//! begins with `simulator:`, so that it can never be taken for one of the vendor's own.

use std::borrow::Cow;

use super::wire::reply::{Envelope, NOTHING};
use crate::base::doc_ref::{DocRef, Mark};
use crate::platform::route::Reply;
use crate::platform::{Code, State};
use crate::recipe;

const CREATE: DocRef = DocRef::new(Mark::Seed, "docs.imi.chat/reference/create-chat");
const USER: DocRef = DocRef::new(Mark::Docs, "docs.imi.chat/reference/get-individual-user");
const TRANSFER: DocRef = DocRef::new(Mark::Docs, "docs.imi.chat/reference/transfer-api-private-beta");

const fn ours(reason: &'static str) -> DocRef {
    DocRef::new(Mark::Inferred, reason)
}

macro_rules! codes {
    ($( $name:ident = $code:literal, $status:literal, $text:literal, $cause:literal, $doc:expr, $recipe:literal $(, $state:expr)?; )*) => {
        $( #[doc = $cause] pub(super) const $name: Code = Code {
            code: $code, status: $status, text: $text, cause: $cause, doc: $doc,
            recipe: recipe!(concat!("imichat/errors/", $recipe, ".yaml")), state: [$($state,)? State::Recipe][0],
        }; )*

        /// All codes this tenant can answer with, by number.
        pub(super) const CODES: &[Code] = &[ $( $name ),* ];
    };
}

codes! {
    MISSING_HEADER = "2002", 400, "Invalid header param - could not find mandatory header parameters",
        "`access_token` is missing or empty, or `teamid` is where the call needs one", CREATE,
        "2002_missing_header";
    INVALID_TOKEN = "2003", 400, "Invalid Access Token",
        "the access token was never issued", CREATE,
        "2003_invalid_access_token";
    EXPIRED_TOKEN = "2004", 401, "Access Token expired",
        "the access token is older than its life", CREATE,
        "2004_access_token_expired";
    INTERNAL_ERROR = "2007", 500, "Internal Server Error",
        "only a planned fault", CREATE,
        "2007_internal_server_error", State::Nothing("only the vendor itself can fail");
    UNKNOWN_TEAM = "2010", 404, "Could not find details of team based on the teamid passed in the header",
        "the team does not exist or the API key is not shared with it", CREATE,
        "2010_unknown_team";
    UNKNOWN_CHAT = "2031", 404, "Provided Chat ID does not exist",
        "no chat has this id or alias", CREATE,
        "2031_unknown_chat";
    METHOD_NOT_ALLOWED = "2099", 405, "Method not allowed",
        "the path is known, but not with this method", CREATE,
        "2099_method_not_allowed";
    NO_CHAT_DETAILS = "4108", 500, "Unable to get the chat details",
        "only a planned fault", CREATE,
        "4108_unable_to_get_the_chat", State::Nothing("the vendor has a chat and cannot read it, and this one always can");
    CHAT_DETAILS = "4304", 200, "The chat details retrieved successfully",
        "a chat was created, read, changed or got a message, or chats were listed", CREATE,
        "4304_chat_details";
    USER_DETAILS = "4306", 200, "The user details retrieved successfully",
        "a user was created or read, or users were listed", USER,
        "4306_user_details";
    TRANSFERRED = "4342", 202, "Chat has been transferred successfully",
        "a chat went to another team", TRANSFER,
        "4342_transferred";
    DONE = "200", 200, "simulator: done",
        "a token was issued, or teams were listed", ours("no code is published for the success of these operations"),
        "200_no_published_code";
    INVALID = "400", 400, "simulator: the request is not valid",
        "a credential, a body or a member of it is missing or wrong", ours("no code is published for invalid requests"),
        "400_invalid_request";
    NOT_FOUND = "404", 404, "simulator: there is no such path",
        "the path is unknown, or not under this version, or no user has the id in it",
        ours("no code is published for unknown paths and users"),
        "404_unknown_path";
    TOO_SLOW = "408", 408, "simulator: the body did not arrive in time",
        "the body did not end in time", ours("no code is published for slow requests"),
        "408_slow_body", State::SlowBody;
    CONFLICT = "409", 409, "simulator: the chat is closed",
        "a closed chat was to be changed, or a user was to be added whose login is taken",
        ours("no code is published for changes to closed chats, nor for taken logins; no reopening is documented"),
        "409_chat_is_closed";
    TOO_LARGE = "413", 413, "simulator: the body is too large",
        "the body is larger than what is read", ours("no code is published for large requests"),
        "413_large_body", State::LargeBody;
    QUOTA_SPENT = "429", 429, "simulator: the daily quota is spent",
        "`daily_quota` is set and spent", ours("the quota is documented, what happens beyond it is not"),
        "429_quota_spent";
}

/// What an operation answers with when it succeeds: its row of the table, or what the set-up says instead.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Success {
    code: Cow<'static, str>,
    number: u16,
    status: u16,
    text: Cow<'static, str>,
}

macro_rules! successes {
    ($( $(#[doc = $doc:literal])* $operation:ident = $code:expr; )*) => {
        /// What all operations answer with when they succeed.
        #[derive(Clone, Debug)]
        pub(super) struct Successes {
            $( $(#[doc = $doc])* pub(super) $operation: Success ),*
        }

        impl Default for Successes {
            /// As the tables have it.
            fn default() -> Self {
                Self { $( $operation: $code.into() ),* }
            }
        }

        impl Successes {
            /// The names of the operations.
            pub(super) const OPERATIONS: &'static [&'static str] = &[ $( stringify!($operation) ),* ];

            /// That of the operation with this name.
            pub(super) fn of(&mut self, operation: &str) -> Option<&mut Success> {
                match operation {
                    $( stringify!($operation) => Some(&mut self.$operation), )*
                    _ => None,
                }
            }

            /// The codes in it that are in no table.
            pub(super) fn codes_of_its_own(&self) -> impl Iterator<Item = &str> {
                let all = [ $( &self.$operation ),* ];
                all.into_iter().filter(|success| row(success.number).is_none()).map(|success| &*success.code)
            }
        }
    };
}

successes! {
    /// No code is published, and nobody needs one, because the token is in a header.
    authorize = DONE;
    /// The vendor's table says "retrieved" for a created chat, and we follow it to the letter.
    create_chat = CHAT_DETAILS;
    /// Its wording fits the vendor's table exactly.
    get_chat = CHAT_DETAILS;
    /// Answers with the same object as `create_chat`, so presumably with the same code.
    update_chat = CHAT_DETAILS;
    /// For the same reason.
    append_message = CHAT_DETAILS;
    /// As documented.
    transfer_chat = TRANSFERRED;
    /// No code is published, but what is given are details of chats.
    list_chats = CHAT_DETAILS;
    /// For the same reason.
    search_chats = CHAT_DETAILS;
    /// No code is published, and none that is fits teams.
    list_teams = DONE;
    /// As documented.
    get_user = USER_DETAILS;
    /// No code is published, but what is given are details of users.
    list_users = USER_DETAILS;
    /// For the same reason.
    search_users = USER_DETAILS;
    /// Answers with the same object as `get_user`, as `create_chat` does with that of `get_chat`.
    create_user = USER_DETAILS;
}

impl From<Code> for Success {
    fn from(row: Code) -> Self {
        Self { code: row.code.into(), number: number(row), status: row.status, text: row.text.into() }
    }
}

impl Success {
    /// Gives it another code, and perhaps another text.
    pub(super) fn change(&mut self, number: u16, text: Option<String>) {
        self.code = number.to_string().into();
        self.number = number;
        if let Some(text) = text {
            self.text = text.into();
        }
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
