//! Users: whom lists show, who can be found and added, and what those who were added can do.

use http::Method;
use serde_json::{Value, json};

use crate::base::time::VirtualSpan;
use crate::platform::imichat::stage::Stage;
use crate::platform::route::{Body, Reply};

/// Two teams: noa and dan in the first, eve in the second.
fn open() -> Stage {
    Stage::open(json!({
        "teams": [{"id": 672, "name": "Team BOT"}, {"id": 7, "name": "Humans"}],
        "agents": [
            {"login": "noa", "accepting_chats": false}, {"login": "dan", "status": "inactive"},
            {"login": "eve", "team": 7},
        ],
    }))
}

/// Somebody new, with nothing but what must be there.
fn newcomer() -> Value {
    json!({
        "first_name": "Ziv", "login_id": "ziv", "email_id": "ziv@acme.example", "password": "pa55word",
        "privileges": [{"teamid": 672, "role": "Team Agent"}],
    })
}

fn changed(mut body: Value, change: &Value) -> Value {
    for (key, value) in change.as_object().unwrap() {
        body[key] = value.clone();
    }
    body
}

fn for_team(stage: &mut Stage, method: Method, path: &str, team: &str, body: &Value) -> (Reply, Value) {
    let headers = [("access_token", "imi-access-token"), ("teamid", team)];
    stage.send(method, path, &headers, Body::Whole(body.to_string().into()))
}

/// The logins of all users in an answer.
fn logins(document: &Value) -> Vec<&str> {
    let users = document["response"]["users"].as_array().unwrap();
    users.iter().map(|user| user["login_id"].as_str().unwrap()).collect()
}

#[test]
fn users_are_those_of_the_team() {
    let mut stage = open();
    let mut check = |team: &str, listed: &[&str], readable: &[u32]| {
        let (reply, document) = for_team(&mut stage, Method::GET, "/v3.1/users", team, &json!({}));
        assert_eq!((reply.status, reply.code.as_deref(), logins(&document)), (200, Some("4306"), listed.to_vec()));
        let found: Vec<u32> = (1_000..1_005)
            .filter(|id| {
                for_team(&mut stage, Method::GET, &format!("/v3.0/users/{id}"), team, &json!({})).0.status == 200
            })
            .collect();
        assert_eq!(found, readable, "{team}");
    };
    check("672", &["noa", "dan"], &[1_001, 1_002]);
    check("7", &["eve"], &[1_003]);
}

#[test]
fn users_cannot_be_reached_without_a_team() {
    for (method, path) in [
        (Method::GET, "/v3.1/users"),
        (Method::GET, "/v3.1/users/1001"),
        (Method::POST, "/v3.1/users"),
        (Method::POST, "/v3.1/users/search"),
    ] {
        for (team, expected) in [(None, (400, "2002")), (Some("x"), (404, "2010")), (Some("8"), (404, "2010"))] {
            let mut headers = vec![("access_token", "imi-access-token")];
            headers.extend(team.map(|team| ("teamid", team)));
            let (reply, _) = open().send(method.clone(), path, &headers, Body::TooSlow);
            assert_eq!((reply.status, reply.code.as_deref().unwrap()), expected, "{method} {path} {team:?}");
        }
    }
}

#[test]
fn a_user_who_is_not_there_is_not_found() {
    for id in ["1004", "1003", "0", "-1", "01001", "noa"] {
        let mut stage = open();
        let (reply, document) = stage.call(Method::GET, &format!("/v3.1/users/{id}"), &json!({}));
        let why = format!("no user of team 672 has the id {id}");
        let expected = json!({"status_code": 404, "description": format!("simulator: {why}"), "response": ""});
        assert_eq!((reply.status, document), (404, expected));
        assert_eq!(stage.told(), [format!("violation: {why}")]);
    }
}

#[test]
fn the_path_of_the_search_is_no_user() {
    let check = |method: Method, path: &str, expected: &str| {
        assert_eq!(open().call(method, path, &json!({})).0.code.as_deref(), Some(expected), "{path}");
    };
    check(Method::GET, "/v3.1/users/search", "2099");
    check(Method::POST, "/v3.1/users/search", "4306");
    check(Method::POST, "/v3.1/users/1001", "2099");
    check(Method::PATCH, "/v3.1/users", "2099");
    check(Method::GET, "/v3.1/users/1001/chats", "404");
}

#[test]
fn users_come_ten_on_a_page() {
    let agents: Vec<Value> = (1..=11).map(|number| json!({"login": format!("agent{number}")})).collect();
    let mut stage = Stage::open(json!({"agents": agents}));
    for (method, path) in [(Method::GET, "/v3.1/users"), (Method::POST, "/v3.1/users/search")] {
        let mut on = |page: &str| stage.call(method.clone(), &format!("{path}?page={page}"), &json!({}));
        assert_eq!(logins(&on("1").1).len(), 10);
        assert_eq!(logins(&on("2").1), ["agent11"]);
        assert_eq!(logins(&on("3").1), [""; 0]);
        for wrong in ["0", "-1", "x"] {
            let (reply, document) = on(wrong);
            assert_eq!((reply.status, &document["status_code"]), (400, &json!(400)), "{path} {wrong}");
        }
        stage.told();
        assert_eq!(stage.call(method.clone(), &format!("{path}?team=7"), &json!({})).0.status, 200);
        assert_eq!(stage.told(), ["violation: team is not a documented parameter of the query; it is ignored"]);
    }
}

#[test]
fn users_are_found_by_every_operator_of_every_field() {
    let mut stage = Stage::open(json!({"agents": [
        {"login": "noa", "accepting_chats": false}, {"login": "dan", "status": "inactive"},
    ]}));
    stage.now = stage.now + VirtualSpan::from_secs(1);
    assert_eq!(stage.call(Method::POST, "/v3.1/users", &newcomer()).0.status, 200);
    for (alias, assignee) in [("a", "noa"), ("b", "noa"), ("c", "dan")] {
        let chat = json!({
            "alias_id": alias, "channel": "api", "asset": {"id": "a"}, "customer": {"destination_id": "d"},
            "assignee": assignee,
        });
        assert_eq!(stage.call(Method::POST, "/v3.1/chats", &chat).0.status, 200);
    }
    stage.told();
    let mut check = |body: Value, expected: &[&str]| {
        let (reply, document) = stage.call(Method::POST, "/v3.1/users/search", &body);
        assert_eq!(reply.status, 200, "{document}");
        assert_eq!(logins(&document), expected, "{body}");
        assert_eq!(stage.told(), [""; 0], "{body}");
    };
    let all = ["noa", "dan", "ziv"];
    check(json!({}), &all);
    check(json!({"status": {"eq": "active"}}), &["noa", "ziv"]);
    check(json!({"status": {"eq": "inactive"}}), &["dan"]);
    for field in ["created_at", "updated_at"] {
        let (first, second) = ("2026-01-05T09:00:00.000Z", "2026-01-05T09:00:01.000Z");
        check(json!({field: {"eq": first}}), &["noa", "dan"]);
        check(json!({field: {"lt": second}}), &["noa", "dan"]);
        check(json!({field: {"gt": first}}), &["ziv"]);
        check(json!({field: {"lte": second}}), &all);
        check(json!({field: {"gte": second}}), &["ziv"]);
    }
    check(json!({"accepting_chats": {"eq": true}}), &["dan"]);
    check(json!({"accepting_chats": {"eq": false}}), &["noa", "ziv"]);
    check(json!({"active_chats": {"lt": 1}}), &["ziv"]);
    check(json!({"active_chats": {"gt": 1}}), &["noa"]);
    check(json!({"active_chats": {"lte": 1}}), &["dan", "ziv"]);
    check(json!({"active_chats": {"gte": 1}}), &["noa", "dan"]);
    check(json!({"active_chats": {"gt": 0, "lt": 2}}), &["dan"]);
    check(json!({"active_chats": {"gt": -1}, "status": {"eq": "active"}}), &["noa", "ziv"]);
}

#[test]
fn a_search_that_cannot_be_is_refused() {
    let check = |body: Value, expected: &str| {
        let mut stage = open();
        let (reply, document) = stage.call(Method::POST, "/v3.1/users/search", &body);
        assert_eq!((reply.status, &document["description"]), (400, &json!(format!("simulator: {expected}"))), "{body}");
        assert_eq!(stage.told(), [format!("violation: {expected}")]);
    };
    let fields = "status, created_at, updated_at, accepting_chats or active_chats";
    check(json!({"login_id": {"eq": "noa"}}), &format!("login_id is no field of this search; it must be {fields}"));
    check(json!({"status": {"not_eq": "active"}}), "not_eq is no operator of status; it must be eq");
    check(json!({"status": {"eq": "Active"}}), "status.eq must be active or inactive");
    check(json!({"accepting_chats": {"eq": "true"}}), "accepting_chats.eq must be true or false");
    check(json!({"accepting_chats": {"gt": true}}), "gt is no operator of accepting_chats; it must be eq");
    check(json!({"active_chats": {"eq": 1}}), "eq is no operator of active_chats; it must be lt, gt, lte or gte");
    check(json!({"active_chats": {"lt": "1"}}), "active_chats.lt must be a whole number");
    check(
        json!({"created_at": {"not_eq": "2026-01-05T09:00:00Z"}}),
        "not_eq is no operator of created_at; it must be eq, lt, gt, lte or gte",
    );
    check(
        json!({"updated_at": {"lt": 0}}),
        "updated_at.lt must be an ISO 8601 instant such as 2019-08-16T22:02:13.842Z",
    );
}

#[test]
fn whoever_is_added_is_an_agent_like_any_other() {
    let mut stage = Stage::with_bot();
    let (reply, document) = stage.call(Method::POST, "/v3.1/users", &newcomer());
    assert_eq!((reply.status, &document["response"]["id"]), (200, &json!(1_003)));
    let chat = stage.start("livechat");
    let path = format!("/v3.1/chats/{chat}");
    let assigned = stage.call(Method::PATCH, &path, &json!({"assignee": "ziv"})).1;
    assert_eq!(assigned["response"]["assignee"], "ziv");
    stage.told();
    // The owner of the chat is the one who acts, and is taken for one of the people.
    for (act, told, active) in [
        (json!({"hold": {}}), "agent held", 1),
        (json!({"resume": {}}), "agent resumed", 1),
        (json!({"transfer": {"to": "noa"}}), "agent assigned", 0),
        (json!({"assign": {"to": "support_bot"}}), "system assigned", 0),
    ] {
        stage.act(act).unwrap();
        assert_eq!(stage.told(), [told]);
        let (_, document) = stage.call(Method::GET, "/v3.1/users/1003", &json!({}));
        assert_eq!(document["response"]["active_chats"], active, "{told}");
    }
    assert_eq!(stage.call(Method::PATCH, &path, &json!({"assignee": "ziv", "status": "closed"})).0.status, 200);
    let (_, document) = stage.call(Method::GET, "/v3.1/users", &json!({}));
    assert_eq!(logins(&document), ["noa", "dan", "ziv"]);
    assert_eq!(document["response"]["users"][2]["active_chats"], 0, "a closed chat is work no more");
}

#[test]
fn what_must_be_there_of_a_newcomer_is_said_or_overlooked() {
    let check = |change: Value, expected: &str| {
        let body = changed(newcomer(), &change);
        for lenient in [false, true] {
            let mut stage = Stage::open(json!({
                "lenient": lenient, "teams": [{"id": 672, "name": "Team BOT"}, {"id": 7, "name": "Humans"}],
                "api_keys": [{"key": "k", "teams": [672]}], "access_tokens": [{"token": "imi-access-token"}],
            }));
            let (reply, document) = stage.call(Method::POST, "/v3.1/users", &body);
            let overlooked = lenient && !expected.starts_with("login_id");
            assert_eq!(reply.status, if overlooked { 200 } else { 400 }, "{change}");
            if !lenient {
                assert_eq!(document["description"], format!("simulator: {expected}"));
            }
            assert_eq!(stage.told(), [format!("violation: {expected}")], "{change}");
            let users = stage.call(Method::GET, "/v3.1/users", &json!({})).1;
            assert_eq!(logins(&users).len(), usize::from(overlooked), "{change}");
        }
    };
    for needed in ["first_name", "login_id", "email_id", "password"] {
        check(json!({needed: null}), &format!("{needed} is missing"));
        check(json!({needed: ""}), &format!("{needed} must not be empty"));
        check(json!({needed: 1}), &format!("{needed} must be a text"));
    }
    check(json!({"last_name": 1}), "last_name must be a text");
    check(json!({"job_description": []}), "job_description must be a text");
    check(json!({"login_using_email": "true"}), "login_using_email must be true or false");
    check(json!({"skill_attributes": []}), "skill_attributes must be an object");
    check(json!({"privileges": null}), "privileges is missing");
    let list = "privileges must be a list of at least one object";
    check(json!({"privileges": []}), list);
    check(json!({"privileges": {"teamid": 672, "role": "Team Agent"}}), list);
    let privilege = |teamid: Value, role: Value| json!({"privileges": [{"teamid": teamid, "role": role}]});
    check(privilege(json!(null), json!("Team Agent")), "privileges[0].teamid is missing");
    check(privilege(json!("672"), json!("Team Agent")), "privileges[0].teamid must be a whole number");
    let foreign = |team: u64| format!("privileges[0].teamid {team} is no team that the API key is shared with");
    for team in [7, 8, u64::MAX] {
        check(privilege(json!(team), json!("Team Agent")), &foreign(team));
    }
    check(privilege(json!(672), json!(null)), "privileges[0].role is missing");
    check(privilege(json!(672), json!("Agent")), "privileges[0].role must be Team Manager, Team Agent or Team Analyst");
}

#[test]
fn what_is_not_needed_of_a_newcomer_has_a_value() {
    let mut stage = open();
    let teams = json!([{"teamid": 672, "role": "Team Manager"}, {"teamid": 7, "role": "Team Analyst"}]);
    let body = changed(newcomer(), &json!({"privileges": teams, "role_type": "Administrative"}));
    let (_, document) = stage.call(Method::POST, "/v3.1/users", &body);
    let at = "2026-01-05T09:00:00.000Z";
    let expected = json!({
        "id": 1_004, "created_at": at, "updated_at": at, "first_name": "Ziv", "last_name": "", "login_id": "ziv",
        "email_id": "ziv@acme.example", "status": "active", "logged_in": false, "job_description": "",
        "login_using_email": false, "role_type": "Customer Care", "accepting_chats": false, "skill_attributes": {},
        "active_chats": 0,
    });
    assert_eq!(document["response"], expected);
    assert_eq!(stage.told(), ["violation: role_type is not a documented member; it is ignored"]);
    for team in ["672", "7"] {
        let (_, document) = for_team(&mut stage, Method::GET, "/v3.1/users/1004", team, &json!({}));
        assert_eq!(document["response"], expected, "{team}");
    }
}

#[test]
fn a_login_that_is_taken_is_refused() {
    for login in ["noa", "support_bot"] {
        for lenient in [false, true] {
            let mut stage = Stage::open(json!({"agents": [{"login": "noa"}], "lenient": lenient}));
            let (reply, document) =
                stage.call(Method::POST, "/v3.1/users", &changed(newcomer(), &json!({"login_id": login})));
            let why = format!("login_id {login} is taken");
            let expected = json!({"status_code": 409, "description": format!("simulator: {why}"), "response": ""});
            assert_eq!((reply.status, document), (409, expected));
            assert_eq!(stage.told(), [format!("violation: {why}")]);
            let (_, document) = stage.call(Method::GET, "/v3.1/users", &json!({}));
            assert_eq!(logins(&document), ["noa"]);
        }
    }
}
