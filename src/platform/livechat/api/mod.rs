//! The operations of all APIs, and the order of checks that all of them share: version, credential, body, then their own.

mod accounts;
mod agent;
mod archive;
mod archive_filter;
mod archive_survey;
mod batch;
mod broadcast;
mod configuration;
mod customer;
mod document;
mod draft;
mod event;
mod follow;
mod list;
mod multipart;
mod opening;
mod page;
mod patron;
mod property;
mod read;
mod routing;
pub(super) mod session;
mod table;
mod tag;
mod upload;
mod users;
pub(super) mod visit;

use bytes::Bytes;
use http::Method;
use serde_json::{Map, Value};

pub(super) use self::configuration::TOKEN_TIMER;
use self::document::Fields;
pub(super) use self::table::Form;
use self::table::routes;
pub(super) use self::upload::credential as file_credential;
use super::Livechat;
use super::auth::{self, Caller};
use super::codes::{self, Denial};
use super::cors;
use super::events::Cause;
use super::model::registry::Side;
use super::model::{Chat, Event, Role, Staffer, Thread};
use super::region;
use super::scope;
use super::version::Version;
use super::wire::{Erased, View};
use crate::base::percent::decoded;
use crate::journal::entry::Party;
use crate::platform::cx::Cx;
use crate::platform::route::{Answer, Body, Call, Reply, Route, pairs};

/// The operations of all APIs.
pub(super) const ROUTES: &[Route<Livechat>] = &routes::<
    { agent::ROWS.len() + upload::ROWS.len() + configuration::ROWS.len() + accounts::ROWS.len() + patron::ROWS.len() },
>(&[
    agent::ROWS,
    upload::ROWS,
    configuration::ROWS,
    accounts::ROWS,
    patron::ROWS,
]);

/// A call that has a known version, a known caller and a JSON object.
pub(super) struct Request {
    /// The operation.
    route: &'static str,
    /// The version.
    version: Version,
    /// Who calls.
    caller: Caller,
    /// The body.
    document: Value,
    /// Whether it has been admitted already.
    admission: Admission,
}

/// Whether a request has been admitted: a planned fault may take over once, when all checks are passed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Admission {
    /// It is yet to be.
    Pending,
    /// It was, as part of a batch.
    Granted,
}

/// Why a handler ends early.
pub(super) enum Stop {
    /// The call is refused.
    Denied(Denial),
    /// A planned fault has taken over.
    Planned(Reply),
}

impl From<Denial> for Stop {
    fn from(denial: Denial) -> Self {
        Self::Denied(denial)
    }
}

/// How a handler ends.
pub(super) type Outcome = Result<Reply, Stop>;
/// What an operation does with its request.
pub(super) type Handler = fn(&mut Livechat, &mut Cx<'_>, &Request) -> Outcome;

/// The status of every success; there is no other.
const OK: u16 = 200;

/// An answer with this document.
fn done(document: &impl serde::Serialize) -> Outcome {
    Ok(Reply::json(OK, None, document))
}

/// The answer of operations that have nothing to say.
fn nothing() -> Outcome {
    done(&serde_json::json!({}))
}

/// Runs an operation that sockets alone have. Nothing of it depends on dates that answers over HTTP carry.
pub(super) fn serve_action(
    platform: &mut Livechat,
    cx: &mut Cx<'_>,
    call: &Call,
    action: &'static str,
    form: Form,
    handler: Handler,
) -> Answer {
    serve(platform, cx, call, action, form, handler)
}

/// Whether an operation is for customers, with a token of theirs.
pub(super) fn is_customers(route: &str) -> bool {
    accounts::FOR_CUSTOMERS.contains(&route) || patron::has(route)
}

/// Whether callers of an operation name their organization in the query.
pub(super) fn names_organization(route: &str) -> bool {
    patron::has(route)
}

/// The path of the method of the Customer Chat API that sockets have under this name, too.
pub(super) fn customer_method(action: &str) -> Option<&'static str> {
    patron::on_sockets(action)
}

/// The path of a method of the Agent Chat API that sockets have, too.
pub(super) fn agent_method(action: &str) -> Option<&'static str> {
    agent::ROWS.iter().find(|row| row.name == action).map(|row| row.path)
}

/// Runs an operation.
fn serve(
    platform: &mut Livechat,
    cx: &mut Cx<'_>,
    call: &Call,
    route: &'static str,
    form: Form,
    handler: Handler,
) -> Answer {
    let request = Request::read(platform, cx, call, route, form);
    let outcome = request.map_err(Stop::from).and_then(|request| match form {
        Form::Batch => batch::batch(platform, cx, &request, handler),
        Form::Plain | Form::Open | Form::Customer | Form::Visitor => handler(platform, cx, &request),
    });
    settle(platform, cx, call, route, outcome)
}

/// What an operation ends with, as it goes out.
fn settle(platform: &Livechat, cx: &mut Cx<'_>, call: &Call, route: &'static str, outcome: Outcome) -> Answer {
    let answer = outcome.map_err(|stop| match stop {
        Stop::Denied(denial) => {
            if let Some(mistake) = denial.mistake() {
                cx.violation(format!("{route}: {mistake}"));
            }
            platform.refuse(&denial)
        }
        Stop::Planned(reply) => reply,
    });
    let version = version(call.param("version")).ok();
    let put = |reply| match version {
        Some(version) => cors::allow(call, platform.tenant.ends.put(version, reply)),
        None => cors::allow(call, reply),
    };
    answer.map(put).map_err(put)
}

impl Request {
    /// Reads a call whose body is a JSON object.
    fn read(platform: &Livechat, cx: &Cx<'_>, call: &Call, route: &'static str, form: Form) -> Result<Self, Denial> {
        let (mut request, bytes) = Self::identify(platform, cx, call, route, form)?;
        // Some clients send a body with a query, too.
        let queried_only = bytes.is_empty() || form == Form::Visitor;
        request.document = match queried_only && call.method == Method::GET {
            true => Value::Object(queried(&call.query)),
            false => serde_json::from_slice(&bytes).map_err(|_| Denial::of(codes::VALIDATION))?,
        };
        if !request.document.is_object() {
            return Err(Denial::of(codes::VALIDATION));
        }
        Ok(request)
    }

    /// Finds out in which version and by whom a call is made, and gives its body as it is.
    fn identify(
        platform: &Livechat,
        cx: &Cx<'_>,
        call: &Call,
        route: &'static str,
        form: Form,
    ) -> Result<(Self, Bytes), Denial> {
        let version = version(call.param("version"))?;
        region::check(platform.tenant.region.as_deref(), auth::secret(call).as_deref(), call)?;
        if !version.has(route) {
            let mistake = format!("there is no such method in {}", call.param("version"));
            return Err(Denial::of(codes::NOT_FOUND).blaming(mistake));
        }
        let agent = || platform.auth.caller(&platform.organization, call, version);
        let caller = match form {
            Form::Open => agent().unwrap_or_else(|_| Caller::nobody()),
            Form::Plain | Form::Batch => agent()?,
            Form::Customer => patron::caller(platform, cx, call, route)?,
            Form::Visitor => patron::visitor(platform, call, route)?,
        };
        caller.grant.meet(scope::need(route)).map_err(missing)?;
        let bytes = match &call.body {
            Body::Whole(bytes) => bytes,
            Body::TooLarge(_) => return Err(Denial::of(codes::ENTITY_TOO_LARGE)),
            Body::TooSlow => return Err(Denial::of(codes::REQUEST_TIMEOUT)),
        };
        Ok((Self { route, version, caller, document: Value::Null, admission: Admission::Pending }, bytes.clone()))
    }

    /// Checks that the caller's scopes are for what belongs to others: that takes the widest of those that will do.
    fn reaches_others(&self) -> Result<(), Denial> {
        self.caller.grant.lacks(scope::need(self.route)).map_or(Ok(()), |scope| Err(missing(scope)))
    }

    /// The fields of the body. Bodies are objects, but what stands in a batch may be anything, and it has no name.
    fn fields(&self) -> Result<Fields<'_>, Denial> {
        Fields::of(&self.document, "").map_err(|_| Denial::of(codes::VALIDATION))
    }
}

/// The parameters of a query as a document; all of them are texts, since a query knows no types.
fn queried(query: &str) -> Map<String, Value> {
    pairs(query).map(|(key, value)| (decoded(key), decoded(value).into())).collect()
}

/// The refusal of a token that lacks a scope. The text was seen in the log of a public client.
fn missing(scope: &str) -> Denial {
    Denial::of(codes::AUTHORIZATION).saying(format!("Missing scope `{scope}`."))
}

/// The version that a path names.
pub(super) fn version(segment: &str) -> Result<Version, Denial> {
    let named = segment.strip_prefix('v').and_then(Version::named);
    named.ok_or_else(|| Denial::of(codes::UNSUPPORTED_VERSION))
}

impl Livechat {
    /// A refusal as it goes out.
    pub(super) fn refuse(&self, denial: &Denial) -> Reply {
        denial.reply(|code| self.tenant.statuses.get(code).copied())
    }

    /// All checks are passed: from here on a planned fault may take over.
    fn admit(&self, cx: &mut Cx<'_>, request: &Request) -> Result<(), Stop> {
        match request.admission {
            Admission::Pending => cx.admit(request.route, |code| self.refuse(&Denial::of(code))).map_err(Stop::Planned),
            Admission::Granted => Ok(()),
        }
    }

    /// Who causes what a request changes. Whoever calls from outside is the software under test, whatever its token.
    fn cause(&self, cx: &Cx<'_>, request: &Request) -> Cause {
        let caller = &request.caller;
        if caller.side == Side::Customer {
            return self.customers_cause(cx, &caller.id, caller.client.as_deref());
        }
        Cause { by: Party::new(cx.caller_role(), &caller.id, self.name_of(&caller.id)), client: caller.client.clone() }
    }

    /// The chat with this id, if the caller may see it.
    fn chat(&self, request: &Request, id: &str) -> Result<&Chat, Denial> {
        let chat = self.chats.get(id).ok_or_else(|| Denial::of(codes::NOT_FOUND))?;
        match (self.sees(request, chat), request.caller.side) {
            (true, _) => Ok(chat),
            (false, Side::Agent) => Err(Denial::of(codes::MISSING_ACCESS)),
            (false, Side::Customer) => Err(Denial::of(codes::AUTHORIZATION)),
        }
    }

    /// Everything as the caller sees it. Bots have no role; that they see no more than those of the lowest one is inferred.
    fn view_for(&self, request: &Request) -> View<'_> {
        let role = self.organization.staffer(&request.caller.id).and_then(Staffer::role);
        let erased = match role {
            Some(Role::Viceowner | Role::Administrator) => Erased::Whole,
            Some(Role::Normal) | None => Erased::Place,
        };
        View { erased, ..self.view(request.version) }
    }

    /// A thread as the caller sees it.
    fn thread_for(&self, request: &Request, chat: &Chat, thread: &Thread) -> Value {
        match request.caller.side {
            Side::Agent => serde_json::json!(self.view_for(request).thread(chat, thread)),
            Side::Customer => self.customers_view(request.version).thread(chat, thread),
        }
    }

    /// Whether the caller may see an event of a chat that they see.
    fn shows(&self, request: &Request, event: &Event) -> bool {
        match request.caller.side {
            Side::Agent => true,
            Side::Customer => self.customers_view(request.version).sees(event),
        }
    }

    /// Whether the caller may see a chat: because of a group, or for being in it. Customers see their own.
    fn sees(&self, request: &Request, chat: &Chat) -> bool {
        if request.caller.side == Side::Customer {
            return chat.customer().is_some_and(|member| member.id == request.caller.id);
        }
        self.covers(request, &chat.access) || chat.present(&request.caller.id).is_some()
    }

    /// Whether the caller may read a thread: because of its groups, or for being in the chat.
    fn reads(&self, request: &Request, chat: &Chat, thread: &Thread) -> bool {
        self.covers(request, &thread.access) || chat.present(&request.caller.id).is_some()
    }

    /// Whether the caller is in one of these groups, or has the scope for what is everybody's.
    fn covers(&self, request: &Request, groups: &[u64]) -> bool {
        let grouped = self.organization.staffer(&request.caller.id).is_some_and(|staffer| staffer.covers(groups));
        grouped || request.caller.grant.is_wide(scope::need(request.route))
    }

    /// The chat with this id, if it has an active thread and the caller may change it. Presence is asked for before
    /// access, because the real service tells a bot that has handed its chat over that it is not in there, whatever the
    /// groups are.
    fn open_chat(&self, request: &Request, id: &str, presence: PresenceRule) -> Result<(&Chat, &Thread), Denial> {
        let chat = self.chats.get(id).ok_or_else(|| Denial::of(codes::NOT_FOUND))?;
        let thread = chat.active().ok_or_else(|| Denial::of(codes::CHAT_INACTIVE))?;
        presence.check(request, chat)?;
        self.chat(request, id)?;
        Ok((chat, thread))
    }
}

/// Whether the caller must be in the chat.
#[derive(Clone, Copy, PartialEq, Eq)]
enum PresenceRule {
    /// They must.
    Required,
    /// They said that it does not matter.
    Waived,
}

impl PresenceRule {
    fn read(fields: &Fields<'_>) -> Result<Self, Denial> {
        Ok(match fields.flag("ignore_requester_presence")? {
            Some(true) => Self::Waived,
            Some(false) | None => Self::Required,
        })
    }

    fn check(self, request: &Request, chat: &Chat) -> Result<(), Denial> {
        match self {
            Self::Required if chat.present(&request.caller.id).is_none() => {
                Err(Denial::of(codes::AUTHORIZATION).saying("Requester is not user of the chat"))
            }
            Self::Required | Self::Waived => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_a_document_of_texts() {
        let check = |query: &str, expected: Value| assert_eq!(Value::Object(queried(query)), expected, "{query}");
        check("", serde_json::json!({}));
        check("a=1&b=x%20y+z&c", serde_json::json!({"a": "1", "b": "x y z", "c": ""}));
        check("a=%C3%BC%zz%+1%4", serde_json::json!({"a": "\u{fc}%zz% 1%4"}));
    }
}
