//! Lists, their order, their scope and their pages.

use http::Method;
use serde_json::{Value, json};

use crate::base::time::VirtualSpan;
use crate::platform::imichat::stage::Stage;
use crate::platform::imichat::tests::{chat, message};
use crate::platform::route::Body;

/// Begins a chat of a team under an alias.
fn begin(stage: &mut Stage, team: &str, alias: &str) {
    let (asset, customer) = (json!({"id": "im15102452"}), json!({"destination_id": "d"}));
    let chat = json!({"alias_id": alias, "channel": "livechat", "asset": asset, "customer": customer});
    let headers = [("access_token", "imi-access-token"), ("teamid", team)];
    let (reply, _) = stage.send(Method::POST, "/v3.1/chats", &headers, Body::Whole(chat.to_string().into()));
    assert_eq!(reply.status, 200);
}

/// Lists without a team in the header: the answer's status, and one member of each entry.
fn listed(stage: &mut Stage, path: &str, member: &str) -> (u16, Vec<Value>) {
    let headers = [("access_token", "imi-access-token")];
    let (reply, document) = stage.send(Method::GET, path, &headers, Body::TooSlow);
    let lists = document["response"].as_object().into_iter().flat_map(|response| response.values());
    let entries = lists.flat_map(|list| list.as_array().unwrap()).map(|entry| entry[member].clone()).collect();
    (reply.status, entries)
}

#[test]
fn chats_are_listed_the_latest_first_ten_on_a_page() {
    let mut stage = Stage::open(json!({}));
    for number in 1..=11 {
        // Every other chat begins at the same instant as the one before.
        stage.now = stage.now + VirtualSpan::from_secs(number % 2);
        begin(&mut stage, "672", &number.to_string());
    }
    let mut check = |path: &str, expected: &[u32]| {
        let expected = expected.iter().map(|number| json!(number.to_string())).collect();
        assert_eq!(listed(&mut stage, path, "alias_id"), (200, expected), "{path}");
    };
    let first = [11, 10, 9, 8, 7, 6, 5, 4, 3, 2];
    check("/v3.1/chats", &first);
    check("/v3.0/chats?page=1", &first);
    check("/v3.1/chats?page=2", &[1]);
    check("/v3.1/chats?page=3", &[]);
    check("/v3.1/chats?page=99999999999999999999999", &[]);
}

#[test]
fn a_page_that_cannot_be_is_refused_or_overlooked() {
    for list in ["/v3.1/chats", "/v3.1/teams"] {
        for page in ["0", "-1", "x", ""] {
            let path = format!("{list}?page={page}");
            let told = ["violation: page must be a whole number from 1 on"];
            let mut strict = Stage::open(json!({}));
            let (reply, document) = strict.call(Method::GET, &path, &json!({}));
            let expected = json!({
                "status_code": 400, "description": "simulator: page must be a whole number from 1 on", "response": "",
            });
            assert_eq!((reply.status, document), (400, expected), "{path}");
            assert_eq!(strict.told(), told, "{path}");
            let mut lenient = Stage::open(json!({"lenient": true}));
            let (reply, document) = lenient.call(Method::GET, &path, &json!({}));
            let first = lenient.call(Method::GET, list, &json!({})).1;
            assert_eq!((reply.status, document), (200, first), "{path}");
            assert_eq!(lenient.told(), told, "{path}");
        }
        let mut stage = Stage::open(json!({}));
        assert_eq!(stage.call(Method::GET, &format!("{list}?limit=5"), &json!({})).0.status, 200);
        let noted = "violation: limit is not a documented parameter of the query; it is ignored";
        assert_eq!(stage.told(), [noted], "{list}");
    }
}

#[test]
fn a_team_in_the_header_narrows_the_list_of_chats() {
    let mut stage = Stage::open(json!({"teams": [{"id": 672, "name": "Bots"}, {"id": 7, "name": "Humans"}]}));
    for (team, alias) in [("672", "a"), ("7", "b"), ("672", "c")] {
        begin(&mut stage, team, alias);
    }
    assert_eq!(listed(&mut stage, "/v3.1/chats", "alias_id").1, ["c", "b", "a"]);
    for (team, expected) in [("672", json!(["c", "a"])), ("7", json!(["b"]))] {
        let headers = [("access_token", "imi-access-token"), ("teamid", team)];
        let (_, document) = stage.send(Method::GET, "/v3.1/chats", &headers, Body::TooSlow);
        let chats = document["response"]["chats"].as_array().unwrap();
        assert_eq!(chats.iter().map(|chat| chat["alias_id"].clone()).collect::<Value>(), expected, "{team}");
    }
}

#[test]
fn teams_are_all_there_are_whatever_the_key() {
    let teams: Vec<Value> = (1..=12).map(|id| json!({"id": id, "name": format!("Team {id}")})).collect();
    let open = |key: Value| {
        Stage::open(json!({
            "teams": teams, "virtual_agents": [], "api_keys": [key], "access_tokens": [{"token": "imi-access-token"}],
        }))
    };
    let check = |key: Value, path: &str, expected: &[u32]| {
        let expected = expected.iter().map(|id| json!(id)).collect();
        assert_eq!(listed(&mut open(key), path, "team_id"), (200, expected), "{path}");
    };
    let all = || json!({"key": "k"});
    check(all(), "/v3.1/teams", &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    check(all(), "/v3.1/teams?page=2", &[11, 12]);
    check(all(), "/v3.1/teams?page=3", &[]);
    check(json!({"key": "k", "teams": [12, 3]}), "/v3.1/teams?page=2", &[11, 12]);
    check(json!({"key": "k", "teams": []}), "/v3.0/teams?page=2", &[11, 12]);
}

#[test]
fn a_key_knows_the_chats_of_its_own_teams_only() {
    let mut stage = Stage::open(json!({
        "teams": [{"id": 672, "name": "A"}, {"id": 7, "name": "B"}], "virtual_agents": [],
        "api_keys": [{"key": "all"}, {"key": "some", "teams": [7]}],
        "access_tokens": [{"token": "imi-access-token", "key": "all"}, {"token": "some", "key": "some"}],
    }));
    let ids = ["672", "7"].map(|team| {
        let headers = [("access_token", "imi-access-token"), ("teamid", team)];
        let body = Body::Whole(chat("livechat", &json!({})).to_string().into());
        let (_, document) = stage.send(Method::POST, "/v3.1/chats", &headers, body);
        document["response"]["chat_id"].as_str().unwrap().to_owned()
    });
    let message = message("outbound", "Hi");
    for (method, path, body) in [
        (Method::GET, "/v3.1/chats/{}", json!({})),
        (Method::PATCH, "/v3.1/chats/{}", json!({"tags": ["a"]})),
        (Method::POST, "/v3.1/chats/{}/messages", message),
        (Method::PATCH, "/v3.1/internal/chats/{}", json!({"transfer": {"teamid": 672}})),
    ] {
        for (id, expected) in ids.iter().zip([404, 200]) {
            let sent = Body::Whole(body.to_string().into());
            let (reply, _) = stage.send(method.clone(), &path.replace("{}", id), &[("access_token", "some")], sent);
            assert_eq!(reply.status / 100, expected / 100, "{method} {path} {expected}");
            assert_eq!(reply.code.as_deref() == Some("2031"), expected == 404);
        }
    }
    let listed = |stage: &mut Stage, token: &str, method: Method, path: &str| {
        let (_, document) = stage.send(method, path, &[("access_token", token)], Body::Whole("{}".into()));
        document["response"]["chats"].as_array().unwrap().len()
    };
    // The transfer above has taken its only chat away.
    for (token, expected) in [("some", 0), ("imi-access-token", 2)] {
        assert_eq!(listed(&mut stage, token, Method::GET, "/v3.1/chats"), expected, "{token}");
        assert_eq!(listed(&mut stage, token, Method::POST, "/v3.0/chats/search"), expected, "{token}");
    }
}

#[test]
fn a_team_under_a_name_that_no_header_has_is_noted_on_every_call() {
    for path in ["/v3.1/chats", "/v3.1/users"] {
        let mut stage = Stage::open(json!({}));
        let headers = [("access_token", "imi-access-token"), ("team_id", "672")];
        stage.send(Method::GET, path, &headers, Body::TooSlow);
        assert_eq!(stage.told(), ["violation: the header is spelled teamid, not team_id"], "{path}");
    }
}

/// A tenant with a chat on each channel, one per second from the opening on, each with an alias of its channel's name.
fn with_every_channel() -> Stage {
    let mut stage = Stage::open(json!({"agents": [{"login": "noa"}]}));
    for (channel, change) in [
        ("sms", json!({"customer": {"destination_id": "447926251422"}, "assignee": "support_bot"})),
        ("facebook", json!({"tag": ["vip", "order"]})),
        ("twitter", json!({"route_params": {"intent": "billing"}})),
        ("livechat", json!({"assignee": "noa"})),
        ("email", json!({"subject": "Order", "customer": {"destination_id": "ada@example.com"}})),
        ("abc", json!({"route_params": {"intent": "billing", "group": "retail"}})),
        ("whatsapp", json!({"customer": {"destination_id": "447926251422"}, "tag": ["order"]})),
        ("api", json!({})),
    ] {
        let mut chat = json!({
            "alias_id": channel, "channel": channel, "asset": {"id": "a"}, "customer": {"destination_id": "d"},
        });
        for (key, value) in change.as_object().unwrap() {
            chat[key] = value.clone();
        }
        assert_eq!(stage.call(Method::POST, "/v3.1/chats", &chat).0.status, 200);
        stage.now = stage.now + VirtualSpan::from_secs(1);
    }
    for (chat, patch) in [
        ("whatsapp", json!({"status": "closed"})),
        ("livechat", json!({"status": "onhold"})),
        ("api", json!({"alias_id": "api"})),
    ] {
        assert_eq!(stage.call(Method::PATCH, &format!("/v3.1/chats/{chat}"), &patch).0.status, 200);
        stage.now = stage.now + VirtualSpan::from_secs(1);
    }
    stage.told();
    stage
}

#[test]
fn chats_are_found_by_every_operator_of_every_field() {
    let mut stage = with_every_channel();
    let mut check = |body: Value, expected: &[&str]| {
        let (reply, document) = stage.call(Method::POST, "/v3.0/chats/search", &body);
        assert_eq!(reply.status, 200, "{document}");
        let chats = document["response"]["chats"].as_array().unwrap();
        let found: Vec<&str> = chats.iter().map(|chat| chat["alias_id"].as_str().unwrap()).collect();
        assert_eq!(found, expected, "{body}");
        assert_eq!(stage.told(), [""; 0], "{body}");
    };
    let all = ["api", "whatsapp", "abc", "email", "livechat", "twitter", "facebook", "sms"];
    check(json!({}), &all);
    check(json!({"status": {"eq": "queued"}}), &["api", "abc", "email", "twitter", "facebook"]);
    check(json!({"status": {"eq": "picked"}}), &["sms"]);
    check(json!({"status": {"eq": "onhold"}}), &["livechat"]);
    check(json!({"status": {"eq": "closed"}}), &["whatsapp"]);
    check(json!({"status": {"not_eq": "queued"}}), &["whatsapp", "livechat", "sms"]);
    let third = "2026-01-05T09:00:02.000Z";
    check(json!({"created_at": {"eq": third}}), &["twitter"]);
    check(json!({"created_at": {"lt": third}}), &["facebook", "sms"]);
    check(json!({"created_at": {"lte": third}}), &["twitter", "facebook", "sms"]);
    check(json!({"created_at": {"gt": third}}), &all[..5]);
    check(json!({"created_at": {"gte": third}}), &all[..6]);
    let patched = "2026-01-05T09:00:09.000Z";
    check(json!({"updated_at": {"eq": patched}}), &["livechat"]);
    check(json!({"updated_at": {"lt": patched}}), &["whatsapp", "abc", "email", "twitter", "facebook", "sms"]);
    check(json!({"updated_at": {"lte": third}}), &["twitter", "facebook", "sms"]);
    check(json!({"updated_at": {"gt": patched}}), &["api"]);
    check(json!({"updated_at": {"gte": patched}}), &["api", "livechat"]);
    for channel in all {
        check(json!({"channel": {"eq": channel}}), &[channel]);
    }
    check(json!({"tag": {"eq": "order"}}), &["whatsapp", "facebook"]);
    check(json!({"tag": {"eq": "vip"}}), &["facebook"]);
    check(json!({"assignee": {"eq": "noa"}}), &["livechat"]);
    check(json!({"assignee": {"eq": "support_bot"}}), &["sms"]);
    check(json!({"assignee": {"eq": "nobody"}}), &[]);
    check(json!({"facebook_psid": {"eq": "d"}}), &["facebook"]);
    check(json!({"twitter_id": {"eq": "d"}}), &["twitter"]);
    check(json!({"email_id": {"eq": "ada@example.com"}}), &["email"]);
    check(json!({"mobile": {"eq": "447926251422"}}), &["sms"]);
    check(json!({"livechat_id": {"eq": "d"}}), &["livechat"]);
    check(json!({"abc_user_id": {"eq": "d"}}), &["abc"]);
    check(json!({"whatsapp_mobile_number": {"eq": "447926251422"}}), &["whatsapp"]);
    check(json!({"mobile": {"eq": "d"}}), &[]);
    check(json!({"intent": {"eq": "billing"}}), &["abc"]);
    check(json!({"group": {"eq": "retail"}}), &["abc"]);
    check(json!({"group": {"eq": "billing"}}), &[]);
    let span = json!({"gte": third, "lt": "2026-01-05T09:00:05Z"});
    check(json!({"created_at": span}), &["email", "livechat", "twitter"]);
    check(json!({"created_at": span, "status": {"not_eq": "onhold"}}), &["email", "twitter"]);
    check(json!({"created_at": {"lt": third, "gt": third}}), &[]);
}

#[test]
fn a_search_that_cannot_be_is_refused_or_done_without_what_is_wrong() {
    let check = |body: Value, expected: &[&str]| {
        let told: Vec<String> = expected.iter().map(|fault| format!("violation: {fault}")).collect();
        for lenient in [false, true] {
            let mut stage = Stage::open(json!({"lenient": lenient}));
            begin(&mut stage, "672", "it");
            stage.told();
            let (reply, document) = stage.call(Method::POST, "/v3.0/chats/search", &body);
            if lenient {
                assert_eq!((reply.status, &document["response"]["chats"][0]["alias_id"]), (200, &json!("it")));
            } else {
                let description = format!("simulator: {}", expected[0]);
                let refusal = json!({"status_code": 400, "description": description, "response": ""});
                assert_eq!((reply.status, document), (400, refusal), "{body}");
            }
            assert_eq!(stage.told(), told, "{body}");
        }
    };
    let eq_only = [
        "channel",
        "tag",
        "assignee",
        "facebook_psid",
        "twitter_id",
        "email_id",
        "mobile",
        "livechat_id",
        "abc_user_id",
        "whatsapp_mobile_number",
        "intent",
        "group",
    ];
    for field in eq_only {
        for word in ["not_eq", "lt", "gt", "lte", "gte", "in"] {
            let wrong = format!("{word} is no operator of {field}; it must be eq");
            check(json!({field: {word: "x"}}), &[&wrong]);
        }
        let wanted = match field {
            "channel" => "sms, facebook, twitter, livechat, email, abc, whatsapp or api",
            _ => "a text",
        };
        check(json!({field: {"eq": 1}}), &[&format!("{field}.eq must be {wanted}")]);
    }
    check(
        json!({"channel": {"eq": "LiveChat"}}),
        &["channel.eq must be sms, facebook, twitter, livechat, email, abc, whatsapp or api"],
    );
    check(json!({"status": {"gt": "queued"}}), &["gt is no operator of status; it must be eq or not_eq"]);
    check(json!({"status": {"eq": "open"}}), &["status.eq must be queued, picked, onhold or closed"]);
    for field in ["created_at", "updated_at"] {
        let wrong = format!("not_eq is no operator of {field}; it must be eq, lt, gt, lte or gte");
        check(json!({field: {"not_eq": "2026-01-05T09:00:00Z"}}), &[&wrong]);
        let wrong = format!("{field}.lt must be an ISO 8601 instant such as 2019-08-16T22:02:13.842Z");
        check(json!({field: {"lt": "yesterday"}}), &[&wrong]);
        check(json!({field: {"lt": 1_767_603_600}}), &[&wrong]);
    }
    let unknown = "alias_id is no field of this search; it must be status, created_at, updated_at, channel, tag, \
                   assignee, facebook_psid, twitter_id, email_id, mobile, livechat_id, abc_user_id, \
                   whatsapp_mobile_number, intent or group";
    check(
        json!({"alias_id": {"eq": "it"}, "tag": "order", "status": {"eq": 1, "lt": 2}}),
        &[
            unknown,
            "tag must be an object of operators and values",
            "status.eq must be queued, picked, onhold or closed",
            "lt is no operator of status; it must be eq or not_eq",
        ],
    );
    check(json!([]), &["the body must be an object"]);
}

#[test]
fn chats_are_searched_page_by_page_and_team_by_team() {
    let mut stage = Stage::open(json!({"teams": [{"id": 672, "name": "Bots"}, {"id": 7, "name": "Humans"}]}));
    begin(&mut stage, "7", "human's");
    for number in 1..=11 {
        begin(&mut stage, "672", &number.to_string());
    }
    let mut check = |path: &str, team: &str, expected: &[&str]| {
        let headers = [("access_token", "imi-access-token"), ("teamid", team)];
        let headers = if team.is_empty() { &headers[..1] } else { &headers };
        let (_, document) = stage.send(Method::POST, path, headers, Body::Whole("{}".into()));
        let chats = document["response"]["chats"].as_array().unwrap();
        let found: Vec<&str> = chats.iter().map(|chat| chat["alias_id"].as_str().unwrap()).collect();
        assert_eq!(found, expected, "{path} {team}");
    };
    check("/v3.0/chats/search", "672", &["11", "10", "9", "8", "7", "6", "5", "4", "3", "2"]);
    check("/v3.0/chats/search?page=2", "672", &["1"]);
    check("/v3.0/chats/search?page=2", "", &["1", "human's"]);
    check("/v3.0/chats/search?page=3", "", &[]);
    check("/v3.0/chats/search", "7", &["human's"]);
    let (reply, document) = stage.call(Method::POST, "/v3.0/chats/search?page=0", &json!({"a": 1}));
    assert_eq!(
        (reply.status, &document["description"]),
        (400, &json!("simulator: page must be a whole number from 1 on"))
    );
}

#[test]
fn chats_are_searched_under_the_older_version_unless_the_tenant_says_otherwise() {
    let mut stage = Stage::open(json!({}));
    // Even a caller without a token learns that there is nothing here.
    let (reply, document) = stage.send(Method::POST, "/v3.1/chats/search", &[], Body::Whole("{}".into()));
    let expected = json!({"status_code": 404, "description": "simulator: chats can be searched under v3.0 only, not under v3.1", "response": ""});
    assert_eq!((reply.status, document), (404, expected));
    assert_eq!(stage.told(), ["violation: chats can be searched under v3.0 only, not under v3.1"]);
    let mut stage = Stage::open(json!({"search": {"on_v31": true}}));
    for version in ["v3.1", "v3.0"] {
        let (reply, document) = stage.call(Method::POST, &format!("/{version}/chats/search"), &json!({}));
        assert_eq!((reply.status, &document["response"]), (200, &json!({"chats": []})));
    }
    assert_eq!(stage.told(), [""; 0]);
}

#[test]
fn the_path_of_the_search_is_no_chat() {
    let mut stage = Stage::open(json!({}));
    let mut check = |method: Method, path: &str, expected: (u16, &str)| {
        let (reply, _) = stage.call(method.clone(), path, &json!({}));
        assert_eq!((reply.status, reply.code.as_deref().unwrap()), expected, "{method} {path}");
    };
    check(Method::GET, "/v3.0/chats/search", (405, "2099"));
    check(Method::PATCH, "/v3.1/chats/search", (405, "2099"));
    check(Method::GET, "/v3.1/chats/searches", (404, "2031"));
    check(Method::GET, "/v3.1/chats/sea", (404, "2031"));
    check(Method::PATCH, "/v3.1/internal/chats/search", (400, "400"));
    check(Method::PUT, "/v3.1/chats/search/messages", (405, "2099"));
    check(Method::POST, "/v3.1/teams", (405, "2099"));
}
