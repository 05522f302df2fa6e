//! What a LiveChat bot can do wrong, error type by error type, and what only the vendor can do.

use super::provoke::{Prior, Provocation, Sent};

const AGENT: &[(&str, &str)] = &[("authorization", "Bearer dal:agent-token")];
const SECOND: &[(&str, &str)] = &[("authorization", "Bearer dal:agent2-token")];
/// The well-known personal access token.
const PAT: &[(&str, &str)] = &[("authorization", "Basic YWdlbnQtYWNjb3VudDpkYWw6YWdlbnQtcGF0")];
const PROPERTY: &str = r#"{"name":"level","owner_client_id":"0805e283233042b37f460ed8fbf22160","type":"int","access":{"license":{"agent":["read"]}}}"#;
const START: Prior = Prior {
    call: "POST /v3.6/agent/action/start_chat",
    headers: AGENT,
    body: r#"{"continuous":true}"#,
    take: "/chat_id /thread_id",
};
const CLOSE: Prior =
    Prior { call: "POST /v3.6/agent/action/deactivate_chat", headers: AGENT, body: r#"{"id":"<id>"}"#, take: "" };
const SEND: &str = "POST /v3.6/agent/action/send_event";
const HELLO: &str = r#"{"chat_id":"<id>","event":{"type":"message","text":"Hi"}}"#;
const LIST: &str = "POST /v3.6/agent/action/list_chats";

const fn row(
    code: &'static str,
    call: &'static str,
    headers: &'static [(&'static str, &'static str)],
    body: &'static str,
    before: &'static [Prior],
) -> Provocation {
    Provocation { code, call, headers, body: Sent::Text(body), setup: "", planned_at: None, before }
}

const fn planned(code: &'static str) -> Provocation {
    Provocation { planned_at: Some("list_chats"), ..row(code, LIST, AGENT, "{}", &[]) }
}

const fn step(call: &'static str, body: &'static str) -> Prior {
    Prior { call, headers: AGENT, body, take: "" }
}

/// Every operation once, each in a state in which it succeeds.
const LIFE: &[Prior] = &[
    START,
    step(
        SEND,
        r#"{"chat_id":"<id>","event":{"type":"rich_message","template_id":"cards","elements":[{"buttons":[{"text":"Yes","postback_id":"y"}]}]}}"#,
    ),
    step(
        "POST /v3.6/agent/action/send_rich_message_postback",
        r#"{"chat_id":"<id>","thread_id":"<second>","event_id":"<second>_1","postback":{"id":"y","toggled":true}}"#,
    ),
    step("POST /v3.6/agent/action/get_chat", r#"{"chat_id":"<id>"}"#),
    step("POST /v3.6/agent/action/list_chats", r#"{"filters":{"active":true}}"#),
    step("POST /v3.6/agent/action/list_threads", r#"{"chat_id":"<id>"}"#),
    step(
        "POST /v3.6/agent/action/add_user_to_chat",
        r#"{"chat_id":"<id>","user_id":"agent2@example.com","user_type":"agent","visibility":"agents"}"#,
    ),
    step(
        "POST /v3.6/agent/action/remove_user_from_chat",
        r#"{"chat_id":"<id>","user_id":"agent2@example.com","user_type":"agent"}"#,
    ),
    step(SEND, HELLO),
    step("POST /v3.6/agent/action/tag_thread", r#"{"chat_id":"<id>","thread_id":"<second>","tag":"vip"}"#),
    step("POST /v3.6/agent/action/untag_thread", r#"{"chat_id":"<id>","thread_id":"<second>","tag":"vip"}"#),
    step(
        "POST /v3.6/agent/action/transfer_chat",
        r#"{"id":"<id>","target":{"type":"agent","ids":["agent2@example.com"]},"ignore_agents_availability":true}"#,
    ),
    Prior {
        call: "POST /v3.6/agent/action/deactivate_chat",
        headers: SECOND,
        body: r#"{"id":"<id>","ignore_requester_presence":true}"#,
        take: "",
    },
    step("POST /v3.6/agent/action/resume_chat", r#"{"chat":{"id":"<id>"},"continuous":true}"#),
];

pub(crate) const ROWS: &[Provocation] = &[
    row("validation", SEND, AGENT, "{", &[]),
    row("authentication", LIST, &[("authorization", "Bearer dal:nobody")], "{}", &[]),
    row("authorization", SEND, SECOND, HELLO, &[START]),
    row("not_found", SEND, AGENT, r#"{"chat_id":"NONE","event":{"type":"message","text":"Hi"}}"#, LIFE),
    row("chat_inactive", SEND, AGENT, HELLO, &[START, CLOSE]),
    row("unsupported_version", "POST /v3.2/agent/action/list_chats", AGENT, "{}", &[]),
    Provocation { body: Sent::TooLarge, ..row("entity_too_large", LIST, AGENT, "", &[]) },
    Provocation { body: Sent::TooSlow, ..row("request_timeout", LIST, AGENT, "", &[]) },
    Provocation {
        setup: "groups: [{id: 7, name: A}, {id: 8, name: B}], agents: [{id: a@example.com, token: \"dal:a\", groups: [8]}, {id: b@example.com, token: \"dal:b\", groups: [7]}]",
        ..row(
            "missing_access",
            "POST /v3.6/agent/action/get_chat",
            &[("authorization", "Bearer dal:b")],
            r#"{"chat_id":"<id>"}"#,
            &[Prior {
                call: "POST /v3.6/agent/action/start_chat",
                headers: &[("authorization", "Bearer dal:a")],
                body: r#"{"continuous":true,"chat":{"access":{"group_ids":[8]}}}"#,
                take: "/chat_id",
            }],
        )
    },
    row(
        "limit_reached",
        "POST /v3.6/agent/action/add_user_to_chat",
        AGENT,
        r#"{"chat_id":"<id>","user_id":"agent2@example.com","user_type":"agent","visibility":"all"}"#,
        &[START],
    ),
    Provocation {
        setup: "groups: [{id: 7, name: A}]",
        ..row(
            "agent_offline",
            "POST /v3.6/agent/action/transfer_chat",
            AGENT,
            r#"{"id":"<id>","target":{"type":"group","ids":[7]}}"#,
            &[START],
        )
    },
    row(
        "group_not_found",
        "POST /v3.6/configuration/action/update_group_properties",
        PAT,
        r#"{"group_id":5,"properties":{}}"#,
        &[],
    ),
    row(
        "already_exists",
        "POST /v3.6/configuration/action/register_property",
        PAT,
        PROPERTY,
        &[Prior { call: "POST /v3.6/configuration/action/register_property", headers: PAT, body: PROPERTY, take: "" }],
    ),
    Provocation {
        setup: "pat_scopes: []",
        ..row("authorization", "POST /v3.6/configuration/action/list_properties", PAT, "{}", &[])
    },
    row("not_found", "POST /v3.5/configuration/action/list_greetings", PAT, "{}", &[]),
    row("service_unavailable", "POST /v3.6/configuration/action/get_product_source", PAT, "{}", &[]),
    Provocation { setup: "region: fra", ..row("misdirected_request", LIST, AGENT, "{}", &[]) },
    planned("ownership_transfer"),
    planned("too_many_requests"),
    planned("internal"),
    planned("service_unavailable"),
    planned("misdirected_request"),
    planned("license_expired"),
    planned("license_not_found"),
    planned("wrong_product_version"),
];
