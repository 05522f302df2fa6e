//! Lists, their order, their scope and their pages.

use http::Method;
use serde_json::{Value, json};

use crate::base::time::VirtualSpan;
use crate::platform::imichat::stage::Stage;
use crate::platform::route::Body;

/// Begins a chat of a team under an alias.
fn begin(stage: &mut Stage, team: &str, alias: &str) {
    let chat = json!({"alias_id": alias, "channel": "livechat", "asset": {"id": "im15102452"}, "customer": {"destination_id": "d"}});
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
fn teams_are_those_of_the_key() {
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
    check(json!({"key": "k", "teams": [12, 3]}), "/v3.1/teams", &[3, 12]);
    check(json!({"key": "k", "teams": []}), "/v3.0/teams", &[]);
}
