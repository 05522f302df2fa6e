//! What an imi.chat bot can do wrong, code by code.

use super::provoke::{Prior, Provocation, Sent};

const KNOWN: &[(&str, &str)] =
    &[("access_token", "imi-access-token"), ("teamid", "672"), ("content-type", "application/json")];
const CHAT: &str =
    r#"{"channel":"livechat","asset":{"id":"im15102452"},"customer":{"destination_id":"d-1","name":"Ada"}}"#;
const CREATE: Prior = Prior { call: "POST /v3.1/chats", headers: KNOWN, body: CHAT, take: "/response/chat_id" };
const CLOSE: Prior = Prior { call: "PATCH /v3.1/chats/<id>", headers: KNOWN, body: r#"{"status":"closed"}"#, take: "" };

const LIST: Prior = Prior { call: "GET /v3.1/chats?page=1", headers: KNOWN, body: "", take: "" };
const SEARCH: Prior =
    Prior { call: "POST /v3.0/chats/search", headers: KNOWN, body: r#"{"status":{"eq":"queued"}}"#, take: "" };
const TEAMS: Prior = Prior { call: "GET /v3.1/teams", headers: KNOWN, body: "", take: "" };
const READ: Prior = Prior { call: "GET /v3.1/chats/<id>", headers: KNOWN, body: "", take: "" };

const USER: &str = r#"{"first_name":"Ziv","login_id":"ziv","email_id":"ziv@acme.example","password":"x",
    "privileges":[{"teamid":672,"role":"Team Agent"}]}"#;
const ADD: Prior = Prior { call: "POST /v3.1/users", headers: KNOWN, body: USER, take: "" };
const FIND: Prior =
    Prior { call: "POST /v3.1/users/search", headers: KNOWN, body: r#"{"active_chats":{"lt":1}}"#, take: "" };
const STAFF: Prior = Prior { call: "GET /v3.1/users", headers: KNOWN, body: "", take: "" };

const fn row(
    code: &'static str,
    call: &'static str,
    headers: &'static [(&'static str, &'static str)],
    body: &'static str,
) -> Provocation {
    Provocation { code, call, headers, body: Sent::Text(body), setup: "", planned_at: None, before: &[] }
}

pub(crate) const ROWS: &[Provocation] = &[
    row("4304", "POST /v3.0/chats", KNOWN, CHAT),
    row("2002", "POST /v3.1/chats", &[("access_token", "imi-access-token")], CHAT),
    row("2003", "POST /v3.1/chats", &[("access_token", "nobody's"), ("teamid", "672")], CHAT),
    Provocation {
        setup: "access_tokens: [{token: old, life: 0s}]",
        ..row("2004", "POST /v3.1/chats", &[("access_token", "old"), ("teamid", "672")], CHAT)
    },
    row("2010", "POST /v3.1/chats", &[("access_token", "imi-access-token"), ("teamid", "999")], CHAT),
    Provocation { before: &[CREATE, READ, LIST, SEARCH, TEAMS], ..row("2031", "GET /v3.1/chats/CSRNONE", KNOWN, "") },
    row("2099", "DELETE /v3.1/chats", KNOWN, ""),
    Provocation { before: &[ADD, FIND, STAFF], ..row("4306", "GET /v3.1/users/1001", KNOWN, "") },
    row("400", "POST /v3.1/chats", KNOWN, "{"),
    row("404", "GET /v3.1/nothing/here", KNOWN, ""),
    Provocation { body: Sent::TooSlow, ..row("408", "POST /v3.1/chats", KNOWN, "") },
    Provocation { before: &[CREATE, CLOSE], ..row("409", "PATCH /v3.1/chats/<id>", KNOWN, r#"{"status":"picked"}"#) },
    Provocation { body: Sent::TooLarge, ..row("413", "POST /v3.1/chats", KNOWN, "") },
    Provocation { setup: "daily_quota: 1", before: &[CREATE], ..row("429", "POST /v3.1/chats", KNOWN, CHAT) },
];
