//! What calls are refused with.
//!
//! No error body is published; what is known is that a bad token is answered 401 and an invalid request 400. So the HTTP
//! status is the code, the body is the one that the vendor's own examples use for what could not be done, and everything but
//! those two statuses is inferred from the habits of the framework that the vendor's sample code uses.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::Serialize;

use crate::base::doc_ref::{DocRef, Mark};
use crate::openapi::of;
use crate::platform::route::Reply;
use crate::platform::{Code, Part, Shape, State};
use crate::recipe;

/// The vendor's tool for importing templates, which goes by these statuses.
const TOOL: DocRef = DocRef::new(Mark::Docs, "github.com/whatsper/texterdocs, src/lib/templatesJsonToTexter.ts");

const fn ours(reason: &'static str) -> DocRef {
    DocRef::new(Mark::Inferred, reason)
}

macro_rules! codes {
    ($( $name:ident = $code:literal, $status:literal, $text:literal, $cause:literal, $doc:expr, $recipe:literal $(, $state:expr)?; )*) => {
        $( #[doc = $cause] pub(super) const $name: &str = $code; )*

        /// All statuses of refusals.
        pub(super) const CODES: &[Code] = &[ $( Code {
            code: $code, status: $status, text: $text, cause: $cause, doc: $doc,
            recipe: recipe!(concat!("texter/errors/", $recipe, ".yaml")), state: [$($state,)? State::Recipe][0],
        } ),* ];
    };
}

codes! {
    INVALID = "400", 400, "Invalid request",
        "the body or the query is not as documented, a free message comes more than a day after the contact's last, or the active version of a subscription is to be deleted",
        TOOL, "400_invalid_request";
    UNAUTHORIZED = "401", 401, "Unauthorized",
        "the token is missing or unknown", TOOL, "401_unauthorized";
    FORBIDDEN = "403", 403, "Forbidden",
        "the token lacks a scope, or a label of the vendor's own is to be deleted",
        ours("scopes are documented, what happens without them is not"), "403_missing_scope";
    NOT_FOUND = "404", 404, "Not found",
        "there is no such chat, label, template, quick reply, subscription, file or path",
        ours("no answer is published for what is not there"), "404_not_found";
    CONFLICT = "409", 409, "Already exists",
        "a label or template with this id is there already",
        ours("no answer is published for ids that are taken"), "409_already_exists";
    TOO_LARGE = "413", 413, "Payload too large",
        "the body is larger than what is read",
        ours("no answer is published for large bodies"), "413_too_large", State::LargeBody;
}

/// The types of bodies.
pub(super) const SHAPES: &[Shape] = &[Shape { of: Part::Refusal, schema: of::<Failure<'static>> }];

/// Why a call is refused.
#[derive(Clone, Debug)]
pub(super) struct Denial {
    row: &'static Code,
    message: Cow<'static, str>,
}

impl Denial {
    /// A refusal with the usual words. A code that is not in the table is an invalid request.
    pub(super) fn of(code: &str) -> Self {
        let row = CODES.iter().find(|row| row.code == code).unwrap_or(&CODES[0]);
        Self { row, message: row.text.into() }
    }

    /// The request is not as it must be.
    pub(super) fn invalid(message: impl Into<Cow<'static, str>>) -> Self {
        Self::of(INVALID).saying(message)
    }

    /// There is no such thing.
    pub(super) fn unknown(what: &str) -> Self {
        Self::of(NOT_FOUND).saying(format!("{what} not found"))
    }

    /// The same in other words.
    pub(super) fn saying(self, message: impl Into<Cow<'static, str>>) -> Self {
        Self { message: message.into(), ..self }
    }

    /// What a well-behaved client would not have done, if that is why the call is refused.
    pub(super) fn mistake(&self) -> Option<&str> {
        (self.row.code == INVALID).then_some(&*self.message)
    }

    /// As it goes out.
    pub(super) fn reply(&self) -> Reply {
        Reply::json(self.row.status, Some(self.row.code), &Failure::new(&self.message))
    }
}

impl std::fmt::Display for Denial {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

/// What could not be done, as the vendor's examples tell it.
#[derive(Serialize, JsonSchema)]
pub(super) struct Failure<'a> {
    success: bool,
    error: &'a str,
}

impl<'a> Failure<'a> {
    pub(super) const fn new(error: &'a str) -> Self {
        Self { success: false, error }
    }
}
