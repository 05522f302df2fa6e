//! The operations, and the order of checks that all of them share: token, scopes, body, then their own.

mod chat;
pub(super) mod draft;
mod fields;
mod file;
mod health;
mod label;
mod message;
mod phone;
mod query;
mod quick_reply;
mod scenario;
mod template;

use http::header::CONTENT_TYPE;
use http::{HeaderName, HeaderValue, Method};
use serde_json::Value as Json;

use self::fields::Fields;
pub(super) use self::file::credential as file_credential;
use self::query::Query;
pub(super) use self::template::{is_language, is_name as is_template_name};
use super::Texter;
use super::codes::{self, Denial};
use super::scope::{
    ACTIVATE_SCENARIOS, CREATE_SCENARIOS, DELETE_SCENARIOS, EDIT_SCENARIOS, LIST_CHATS, MANAGE_CHANNELS, MANAGE_CHATS,
    MANAGE_LABELS, MANAGE_QUICK_REPLIES, MANAGE_TEMPLATES, ON_BEHALF, SEND_MESSAGES, SEND_TEMPLATES, VIEW_CHATS,
    VIEW_FILES, VIEW_QUICK_REPLIES, VIEW_RUNS, VIEW_SCENARIOS, VIEW_TEMPLATES,
};
use crate::base::doc_ref::{DocRef, Mark};
use crate::platform::cx::Cx;
use crate::platform::route::{Answer, Body, Call, Reply, Route};

/// Tells that the path of an operation is a guess.
const INFERRED: HeaderName = HeaderName::from_static("x-mock-inferred");

/// The vendor's page on an operation.
macro_rules! page {
    (Docs $page:literal) => {
        DocRef::new(Mark::Docs, concat!("help.texterchat.com/api-reference/", $page))
    };
    (Seed $page:literal) => {
        DocRef::new(Mark::Seed, concat!("help.texterchat.com/api-reference/", $page))
    };
    (Inferred $reason:literal) => {
        DocRef::new(Mark::Inferred, $reason)
    };
}

/// Writes the table of operations: `"name" METHOD "path" [SCOPES] source => handler: "what it does";`.
macro_rules! routes {
    ($( $name:literal $method:ident $path:literal [$($scope:ident),*] $mark:ident $source:literal => $handler:path : $summary:literal; )*) => {
        /// All operations.
        pub(super) const ROUTES: &[Route<Texter>] = &[ $( Route {
            name: $name,
            method: Method::$method,
            path: concat!("/server/api/v2", $path),
            summary: $summary,
            doc: page!($mark $source),
            handle: |texter, cx, call| serve(texter, cx, call, &Operation {
                name: $name, scopes: &[$($scope),*], source: page!($mark $source), handler: $handler,
            }),
        }, )* Route {
            name: "read_shared_file",
            method: Method::GET,
            path: "/server/files/shared/{fileId}/{token}",
            summary: "gives a file to whoever has its address",
            doc: page!(Docs "files/generate-public-media-url"),
            handle: file::read_shared,
        } ];
    };
}

routes! {
    "search_chats" GET "/chats/search" [LIST_CHATS] Docs "chats/search-chats" => chat::search: "lists chats, the latest first";
    "get_chat" GET "/chats/{chatId}" [SEND_MESSAGES] Docs "chats/get-chat-by-chat-id" => chat::get: "gives what is public of a chat";
    "update_chat" PATCH "/chats/{chatId}" [MANAGE_CHATS] Docs "chats/update-chat-properties" => chat::update: "changes a name, the external bot, CRM data";
    "update_crm_data" POST "/chats/{chatId}/crm-data" [MANAGE_CHATS] Docs "chats/update-crm-data" => chat::update_crm: "merges CRM data into those of a chat";
    "manage_chat_labels" POST "/chats/{chatId}/labels" [MANAGE_CHATS] Docs "labels/manage-labels-in-chat" => chat::labels: "adds, removes or sets the labels of a chat";
    "assign_chat" POST "/chats/assign" [MANAGE_CHATS] Docs "chats/assign-chat" => chat::assign: "lets a chat wait for an agent or a department";
    "resolve_chat" POST "/chats/{chatId}/resolve" [MANAGE_CHATS] Docs "chats/resolve-chat" => chat::resolve: "ends a chat until its contact writes again";
    "send_message" POST "/messages/send/{chatId}" [SEND_MESSAGES] Docs "messages/send-a-message-to-chat" => message::send: "sends a message to a contact who has written within a day";
    "get_messages" GET "/messages/chat/{chatId}" [VIEW_CHATS] Docs "messages/get-messages-of-a-chat" => message::list: "gives the messages of a bot session, or those before a time";
    "share_file" POST "/files/share/{fileId}" [VIEW_CHATS, VIEW_FILES] Docs "files/generate-public-media-url" => file::share: "makes an address under which everybody can read a file";
    "list_labels" GET "/labels" [] Docs "labels/list-all-labels" => label::list: "lists the labels";
    "get_label" GET "/labels/{labelId}" [] Docs "labels/get-label-data" => label::get: "gives a label";
    "create_label" POST "/labels" [MANAGE_LABELS] Docs "labels/create-label" => label::create: "makes a label";
    "update_label" PATCH "/labels/{labelId}" [MANAGE_LABELS] Docs "labels/update-existing-label" => label::update: "renames or recolours a label";
    "delete_label" DELETE "/labels/{labelId}" [MANAGE_LABELS] Inferred "the operation is named by its scope; its path is that of its siblings" => label::delete: "deletes a label";
    "send_template" POST "/whatsapp/templates/send" [SEND_TEMPLATES] Docs "manage-templates/send-template-message" => template::send: "sends a template, also to contacts who have never written";
    "list_templates" GET "/whatsapp/templates" [VIEW_TEMPLATES] Docs "manage-templates/list-all-templates" => template::list: "lists the templates, approved ones by default";
    "create_template" POST "/whatsapp/templates/{accountId}" [MANAGE_TEMPLATES] Docs "manage-templates/create-new-template" => template::create: "makes a template that says nothing yet";
    "put_localization" POST "/whatsapp/templates/{accountId}/{templateName}/localizations" [MANAGE_TEMPLATES] Docs "manage-templates/create-or-update-localization" => template::put: "writes what a template says in one language";
    "submit_localization" POST "/whatsapp/templates/{accountId}/{templateName}/localizations/{language}/submit" [MANAGE_TEMPLATES] Docs "manage-templates/submit-template-for-approval" => template::submit: "hands in what a template says in one language";
    "delete_template" DELETE "/whatsapp/templates/{accountId}/{templateName}" [MANAGE_TEMPLATES] Docs "manage-templates/delete-template" => template::delete: "deletes a template";
    "unsubscribe" POST "/whatsapp/templates/unsubscribe" [MANAGE_CHATS] Docs "templates-subscriptions/unsubscribe-from-templates" => phone::unsubscribe: "notes that a contact wants no more templates";
    "resubscribe" POST "/whatsapp/templates/resubscribe" [MANAGE_CHATS] Inferred "the page is known by name; its path is that of its sibling" => phone::resubscribe: "notes that a contact wants templates again";
    "list_unsubscribed" GET "/whatsapp/templates/unsubscribed" [LIST_CHATS] Docs "templates-subscriptions/list-all-unsubscribed-users" => phone::list: "lists contacts who want no templates";
    "list_unsubscribed_of_account" GET "/whatsapp/templates/unsubscribed/{accountId}" [LIST_CHATS] Docs "templates-subscriptions/unsubscribed-from-specific-account" => phone::list: "lists contacts who want no templates of one account";
    "list_quick_replies" GET "/quick-replies" [VIEW_QUICK_REPLIES] Docs "quick-replies/get-existing-quick-replies" => quick_reply::list: "lists the quick replies, the latest first";
    "create_quick_reply" POST "/quick-replies" [MANAGE_QUICK_REPLIES] Docs "quick-replies/create-quick-reply" => quick_reply::create: "makes a quick reply";
    "update_quick_reply" PATCH "/quick-replies/{quickReplyId}" [MANAGE_QUICK_REPLIES] Docs "quick-replies/update-existing-quick-reply" => quick_reply::update: "changes a quick reply, operation by operation";
    "delete_quick_reply" DELETE "/quick-replies/{quickReplyId}" [MANAGE_QUICK_REPLIES] Inferred "the operation is named by its scope; its path is that of its siblings" => quick_reply::delete: "deletes a quick reply";
    "list_scenarios" GET "/scenarios/manage" [VIEW_SCENARIOS, ON_BEHALF] Docs "subscribe-to-events/list-all-subscriptions" => scenario::list: "lists the subscriptions";
    "import_scenario" POST "/scenarios/manage/import" [CREATE_SCENARIOS, ON_BEHALF] Seed "webhooks/chat-events/chat-taken" => scenario::import: "subscribes";
    "create_scenario" POST "/scenarios/manage" [CREATE_SCENARIOS, ON_BEHALF] Inferred "the page is known; its path and fields are those of its siblings" => scenario::create: "begins to write a subscription";
    "copy_scenario" POST "/scenarios/manage/{scenarioId}/copy" [CREATE_SCENARIOS, ON_BEHALF] Docs "scenarios-advanced/copy-scenario" => scenario::copy: "makes a subscription of a version of another one";
    "activate_scenario" POST "/scenarios/manage/{scenarioId}/activate" [ACTIVATE_SCENARIOS, ON_BEHALF] Inferred "the page is known by name; its path is that of its siblings" => scenario::activate: "lets a version run, the latest by default";
    "activate_scenario_by_put" PUT "/scenarios/manage/{scenarioId}/activate" [ACTIVATE_SCENARIOS, ON_BEHALF] Inferred "the method is as unknown as the path" => scenario::activate: "the same by another method";
    "activate_scenario_by_patch" PATCH "/scenarios/manage/{scenarioId}/activate" [ACTIVATE_SCENARIOS, ON_BEHALF] Inferred "the method is as unknown as the path" => scenario::activate: "the same by another method";
    "inactivate_scenario" POST "/scenarios/manage/{scenarioId}/inactivate" [ACTIVATE_SCENARIOS, ON_BEHALF] Inferred "the page is known by name; its path is that of its siblings" => scenario::inactivate: "lets the version that runs rest";
    "inactivate_scenario_by_put" PUT "/scenarios/manage/{scenarioId}/inactivate" [ACTIVATE_SCENARIOS, ON_BEHALF] Inferred "the method is as unknown as the path" => scenario::inactivate: "the same by another method";
    "inactivate_scenario_by_patch" PATCH "/scenarios/manage/{scenarioId}/inactivate" [ACTIVATE_SCENARIOS, ON_BEHALF] Inferred "the method is as unknown as the path" => scenario::inactivate: "the same by another method";
    "delete_scenario" DELETE "/scenarios/manage/{scenarioId}" [DELETE_SCENARIOS, ON_BEHALF] Inferred "the page is known by name; its path is that of its siblings" => scenario::delete: "unsubscribes";
    "update_draft" PATCH "/scenarios/manage/{scenarioId}/draft" [EDIT_SCENARIOS, ON_BEHALF] Inferred "the page tells the operations; the path is that of its siblings" => scenario::update_draft: "goes on writing a subscription";
    "create_revision" POST "/scenarios/manage/{scenarioId}/revisions" [EDIT_SCENARIOS, ON_BEHALF] Inferred "the page is known by name; its path is that of its siblings" => scenario::create_revision: "makes a version of the draft";
    "delete_revision" DELETE "/scenarios/manage/{scenarioId}/revisions/{version}" [EDIT_SCENARIOS, ON_BEHALF] Inferred "the page is known; its path is that of its siblings" => scenario::delete_revision: "deletes a version that does not run";
    "list_runs" GET "/scenarios/runs" [VIEW_RUNS, ON_BEHALF] Inferred "the page is known by name; path and filters are as those of other lists" => scenario::runs: "lists what subscriptions did, the latest first";
    "list_problems" GET "/channels/health/problems" [] Inferred "the page is known by name, and nothing tells its path" => health::list: "lists what is wrong with channels";
    "resolve_problem" POST "/channels/health/problems/{problemId}/resolve" [MANAGE_CHANNELS] Inferred "the page is known by name, and nothing tells its path" => health::resolve: "notes that a problem is mended";
}

/// One operation, as it is served.
struct Operation {
    name: &'static str,
    scopes: &'static [&'static str],
    source: DocRef,
    handler: Handler,
}

/// A call of somebody who may make it.
struct Request<'c> {
    route: &'static str,
    call: &'c Call,
    document: Json,
}

/// Why a handler ends early.
enum Stop {
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
type Outcome = Result<Reply, Stop>;
/// What an operation does with its request.
type Handler = fn(&mut Texter, &mut Cx<'_>, &Request<'_>) -> Outcome;

/// The status of nearly every success.
const OK: u16 = 200;
/// The status of what was made.
const CREATED: u16 = 201;

/// An answer with this document.
fn done(document: &impl serde::Serialize) -> Outcome {
    Ok(Reply::json(OK, None, document))
}

/// The answer of operations that have nothing to say: two letters. That they are plain text is inferred from a sample.
fn nothing() -> Outcome {
    let headers = vec![(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"))];
    Ok(Reply { status: OK, headers, body: "OK".into(), code: None })
}

fn serve(texter: &mut Texter, cx: &mut Cx<'_>, call: &Call, operation: &Operation) -> Answer {
    let outcome = Request::read(texter, call, operation)
        .map_err(Stop::from)
        .and_then(|request| (operation.handler)(texter, cx, &request));
    texter.run_subscriptions(cx);
    let answer = outcome.map_err(|stop| match stop {
        Stop::Denied(denial) => {
            if let Some(mistake) = denial.mistake() {
                cx.violation(format!("{}: {mistake}", operation.name));
            }
            denial.reply()
        }
        Stop::Planned(reply) => reply,
    });
    let mark = |reply: Reply| match operation.source.mark {
        Mark::Inferred => reply.header(INFERRED, "1"),
        Mark::Seed | Mark::Docs | Mark::Sdk | Mark::Run | Mark::Seen => reply,
    };
    answer.map(mark).map_err(mark)
}

impl<'c> Request<'c> {
    fn read(texter: &Texter, call: &'c Call, operation: &Operation) -> Result<Self, Denial> {
        if let Some(scope) = texter.auth.grant(call)?.lacks(operation.scopes) {
            return Err(Denial::of(codes::FORBIDDEN).saying(format!("Missing scope: {scope}")));
        }
        let bytes = match &call.body {
            Body::Whole(bytes) => bytes,
            Body::TooLarge(_) => return Err(Denial::of(codes::TOO_LARGE)),
            Body::TooSlow => return Err(Denial::invalid("request aborted")),
        };
        // A body may be left out where nothing has to be said, whatever the content type promises.
        let document = match bytes.is_empty() {
            true => Json::Null,
            false => {
                serde_json::from_slice(bytes).map_err(|error| Denial::invalid(format!("body is no JSON: {error}")))?
            }
        };
        Ok(Self { route: operation.name, call, document })
    }

    /// The members of the body, which is an object.
    fn fields(&self) -> Result<Fields<'_>, Denial> {
        Fields::of(&self.document, "body")
    }

    /// The same, where the body may be left out.
    fn fields_if_any(&self) -> Result<Fields<'_>, Denial> {
        match &self.document {
            Json::Null => Ok(Fields::none()),
            document => Fields::of(document, "body"),
        }
    }

    fn query(&self) -> Query {
        Query::read(&self.call.query)
    }

    fn param(&self, name: &str) -> &str {
        self.call.param(name)
    }
}

impl Texter {
    /// All checks are passed: from here on a planned fault may take over.
    fn admit(&self, cx: &mut Cx<'_>, request: &Request<'_>) -> Result<(), Stop> {
        cx.admit(request.route, |code| Denial::of(code).reply()).map_err(Stop::Planned)
    }

    /// The id of the chat that a path names.
    fn chat_of(&self, request: &Request<'_>) -> Result<String, Denial> {
        let chat = self.chats.get(request.param("chatId"));
        chat.map(|chat| chat.id.clone()).ok_or_else(|| Denial::unknown("Chat"))
    }
}
