//! The control port over real sockets: every operation, and what nobody should send.

use std::time::Duration;

use crate::support::client::{Client, exchange};
use crate::support::controlled::{Controlled, TOKEN};
use crate::support::receiver::{Line, OK, Receiver, Sight};
use rehearsal::control::route::ROUTES;
use serde_json::{Value as Json, json};

async fn start(script: impl IntoIterator<Item = Line>) -> (Controlled, Receiver) {
    let receiver = Receiver::start(script).await;
    (Controlled::start(receiver.address).await, receiver)
}

async fn quiet() -> Controlled {
    start([]).await.0
}

const HI: &str = "start_chat: {as: alice, text: Hi}";

/// What the journal has of one kind.
async fn journal(stand_in: &Controlled, query: &str) -> Vec<Json> {
    let (status, entries) = stand_in.ask(&format!("GET /worlds/toy/journal{query}"), "").await;
    assert_eq!(status, 200, "{entries}");
    entries.as_array().unwrap().clone()
}

#[tokio::test]
async fn only_programs_of_this_machine_that_know_the_token_are_answered() {
    let stand_in = quiet().await;
    let check = async |line: &str, headers: &str, expected: u16| {
        let answer = stand_in.send(line, headers, "").await;
        assert_eq!(answer.status, expected, "{line} {headers}: {}", answer.text());
        assert_eq!(answer.header("access-control-allow-origin"), None);
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        if expected != 200 {
            assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{line}");
            let problem: Json = serde_json::from_slice(&answer.body).unwrap();
            assert_eq!(problem["status"], expected, "{problem}");
        }
    };
    let bearer = format!("authorization: Bearer {TOKEN}\r\n");
    check("GET /health", "", 200).await;
    check("GET /worlds", &bearer, 200).await;
    check("GET /worlds", "", 401).await;
    check("GET /worlds", "authorization: Bearer t0keN\r\n", 401).await;
    check("GET /worlds", "authorization: Bearer t0ken2\r\n", 401).await;
    check("GET /worlds", "authorization: Bearer\r\n", 401).await;
    check("GET /worlds", "authorization: Basic t0ken\r\n", 401).await;
    check("GET /worlds", "x-key: toy-key\r\n", 401).await;
    check("GET /worlds", "authorization: Bearer toy-key\r\n", 401).await;
    check("GET /worlds", &format!("{bearer}x-rehearsal-hops: 1\r\n"), 403).await;
    check("GET /healthy", "", 401).await;
    check("POST /health", "", 401).await;
    check("GET /nothing", &bearer, 404).await;
    check("DELETE /worlds", &bearer, 405).await;
    check("OPTIONS /worlds", &bearer, 405).await;
    for origin in ["http://evil.example", "http://127.0.0.1:4601", "null"] {
        check("GET /health", &format!("origin: {origin}\r\n"), 403).await;
        check("GET /worlds", &format!("{bearer}origin: {origin}\r\n"), 403).await;
    }
    let other = |host: &str| format!("GET /worlds HTTP/1.1\r\nhost: {host}\r\n{bearer}content-length: 0\r\n\r\n");
    for (host, expected) in [("evil.example:4601", 403), ("", 403), ("localhost:1", 200), ("[::1]:4601", 200)] {
        assert_eq!(exchange(stand_in.address, other(host)).await.status, expected, "{host}");
    }
    let absolute = format!("GET http://evil.example/worlds HTTP/1.1\r\nhost: localhost\r\n{bearer}\r\n");
    assert_eq!(exchange(stand_in.address, absolute).await.status, 403);
}

#[tokio::test]
async fn whoever_is_not_let_in_uploads_nothing() {
    let stand_in = quiet().await;
    let mut client = Client::connect(stand_in.address).await;
    client.send("POST /worlds HTTP/1.1\r\nhost: localhost\r\nexpect: 100-continue\r\ncontent-length: 9\r\n\r\n").await;
    assert_eq!(client.answer().await.unwrap().status, 401);
    let huge = format!("wait: {}", "x".repeat(2 << 20));
    let (status, problem) = stand_in.ask("POST /worlds/toy/steps", &huge).await;
    assert_eq!((status, &problem["status"]), (413, &json!(413)), "{problem}");
}

#[tokio::test]
async fn every_operation_needs_a_world_that_is_there() {
    let stand_in = quiet().await;
    for route in ROUTES.iter().filter(|route| route.path.contains("{id}")) {
        let line = format!("{} {}", route.method, route.path.replace("{id}", "none"));
        let (status, problem) = stand_in.ask(&line, "advance: 1s").await;
        assert_eq!((status, problem["title"].as_str()), (404, Some("Not Found")), "{line}: {problem}");
        assert!(problem["detail"].as_str().unwrap().contains("`none`"), "{problem}");
    }
}

#[tokio::test]
async fn the_apis_of_platforms_are_told_as_openapi() {
    let stand_in = quiet().await;
    let (status, document) = stand_in.ask("GET /platforms/toy/openapi", "").await;
    assert_eq!((status, &document["openapi"]), (200, &json!("3.1.0")), "{document}");
    assert_eq!(document["servers"][0]["url"], format!("http://{}", stand_in.vendor));
    assert_eq!(document["paths"]["/toy/{who}/answer"]["post"]["operationId"], "answer");
    let (status, problem) = stand_in.ask("GET /platforms/livechat/openapi", "").await;
    assert_eq!((status, problem["detail"].as_str()), (404, Some("there is no platform `livechat`; known: toy")));
    assert_eq!(stand_in.send("GET /platforms/toy/openapi", "", "").await.status, 401);
}

#[tokio::test]
async fn worlds_are_listed_shown_opened_and_closed() {
    let stand_in = quiet().await;
    assert_eq!(stand_in.ask("GET /ready", "").await.0, 200);
    let (_, list) = stand_in.ask("GET /worlds", "").await;
    assert_eq!(list, json!([{"id": "toy", "platform": "toy", "name": "toy"}]));
    let (_, shown) = stand_in.ask("GET /worlds/toy", "").await;
    assert_eq!(shown["url"], format!("http://{}", stand_in.vendor));
    assert_eq!(shown["exports"], json!({"TOY_KEY": "toy-key"}));
    assert_eq!(shown["customers"]["alice"]["name"], "Alice");
    // The toy's key is the same in all its worlds, and belongs to one at a time.
    let text = "platform: toy\nname: Second\ncustomers: {bob: {}}\n";
    let (status, problem) = stand_in.ask("POST /worlds", text).await;
    assert_eq!(status, 409, "{problem}");
    assert_eq!(stand_in.ask("DELETE /worlds/toy", "").await, (204, Json::Null));
    assert_eq!(stand_in.ask("GET /worlds/toy", "").await.0, 404);
    let (status, opened) = stand_in.ask("POST /worlds", text).await;
    assert_eq!((status, opened["name"].as_str()), (201, Some("Second")), "{opened}");
    let path = format!("/worlds/{}", opened["id"].as_str().unwrap());
    assert_eq!(stand_in.ask(&format!("GET {path}"), "").await.1, opened);
    let json = r#"{"say": {"as": "bob", "text": "Hi"}}"#;
    let (status, problem) = stand_in.ask(&format!("POST {path}/steps"), json).await;
    assert_eq!((status, problem["title"].as_str()), (422, Some("Step refused")), "{problem}");
}

#[tokio::test]
async fn a_wrong_scenario_is_answered_with_its_mistakes() {
    let stand_in = quiet().await;
    let check = async |line: &str, body: &str, code: &str, place: (u64, u64)| {
        let (status, problem) = stand_in.ask(line, body).await;
        assert_eq!(status, 400, "{problem}");
        let first = &problem["diagnostics"][0];
        let found = (first["line"].as_u64().unwrap(), first["column"].as_u64().unwrap());
        assert_eq!((first["code"].as_str().unwrap(), found), (code, place), "{problem}");
    };
    check("POST /worlds", "", "E0006", (0, 0)).await;
    check("POST /worlds", "platform: tyo\n", "E0201", (1, 11)).await;
    check("POST /worlds", "platform: toy\nsteps: [{include: /etc/passwd}]\n", "E0116", (2, 19)).await;
    check("POST /worlds/toy/steps", "[", "E0001", (2, 1)).await;
    check("POST /worlds/toy/steps", "sya: {as: alice}", "E0108", (1, 1)).await;
    check("POST /worlds/toy/steps", "say: {as: alice, text: Hi, chat: bob}", "E0204", (1, 34)).await;
    check("POST /worlds/toy/faults", "", "E0006", (0, 0)).await;
    check("POST /worlds/toy/faults", "[]", "E0109", (1, 1)).await;
    check("POST /worlds/toy/faults", "{on: {event: nite}, do: {drop: true}}", "E0206", (1, 14)).await;
    check("POST /worlds/toy/faults", "{on: {event: note}, do: {hang: true}}", "E0101", (1, 26)).await;
    check("POST /worlds/toy/clock", "advance: soon", "E0105", (1, 10)).await;
    check("POST /worlds/toy/clock", "mode: x0", "E0104", (1, 7)).await;
    check("POST /worlds/toy/clock", "{}", "E0106", (1, 1)).await;
    check("POST /worlds/toy/clock", "- advance", "E0103", (1, 1)).await;
    let answer = stand_in.send("GET /worlds", &format!("authorization: Bearer {TOKEN}\r\n"), "").await;
    assert_eq!(answer.status, 200, "the stand-in goes on");
}

#[tokio::test]
async fn a_wrong_query_is_answered_with_what_is_known() {
    let stand_in = quiet().await;
    let check = async |query: &str, needle: &str| {
        let (status, problem) = stand_in.ask(&format!("GET /worlds/toy/{query}"), "").await;
        assert_eq!(status, 400, "{query}: {problem}");
        assert!(problem["detail"].as_str().unwrap().contains(needle), "{needle:?} is not in {problem}");
    };
    check("journal?since=1", "after, kind, wait, limit").await;
    check("journal?after=x", "`after=x`").await;
    check("journal?after=-1", "`after=-1`").await;
    check("journal?kind=sad", "said").await;
    check("journal?limit=0", "1 to 10000").await;
    check("journal?wait=5", "unit").await;
    check("idle?within=soon", "`within`").await;
    check("clock?now", "known: none").await;
}

#[tokio::test]
async fn steps_are_played_and_judged() {
    let (stand_in, mut receiver) = start([]).await;
    let (status, met) = stand_in.ask("POST /worlds/toy/steps", HI).await;
    assert_eq!((status, &met["result"]), (200, &json!("met")), "{met}");
    assert!(receiver.request().await.ends_with(r#""text":"Hi"}"#));
    let answer = "POST /toy/alice/answer HTTP/1.1\r\nhost: x\r\nx-key: toy-key\r\ncontent-length: 5\r\n\r\nHello";
    assert_eq!(exchange(stand_in.vendor, answer).await.status, 200);
    let expected = "- expect: {message: {from: bot, text: Hello}}\n- let: {name: n, from: {event: note}, at: /n}\n";
    assert_eq!(stand_in.ask("POST /worlds/toy/steps", expected).await.0, 200);
    // What was kept is known to later steps.
    assert_eq!(stand_in.ask("POST /worlds/toy/steps", "say: {as: alice, text: '${n} it is'}").await.0, 200);
    assert!(receiver.request().await.ends_with(r#""text":"1 it is"}"#));
    let (status, missed) = stand_in
        .ask(
            "POST /worlds/toy/steps",
            "- expect: {message: {text: Bye}, within: 20ms}\n- say: {as: alice, text: Never}\n",
        )
        .await;
    assert_eq!((status, missed["title"].as_str()), (422, Some("Expectation missed")), "{missed}");
    assert!(missed["step"]["source"].as_str().unwrap().contains("Bye"), "{missed}");
    assert!(missed["miss"]["expected"].as_str().unwrap().contains("Bye"), "{missed}");
    let (status, refused) = stand_in.ask("POST /worlds/toy/steps", "read: {as: alice}").await;
    assert_eq!((status, refused["detail"].as_str()), (422, Some("a postbox knows no read")), "{refused}");
    let after = met["after"].as_u64().unwrap();
    let kinds: Vec<Json> = journal(&stand_in, &format!("?after={after}&limit=3"))
        .await
        .iter()
        .map(|entry| entry["kind"].clone())
        .collect();
    assert_eq!(kinds, ["step", "changed", "queued"]);
    assert!(!serde_json::to_string(&journal(&stand_in, "").await).unwrap().contains("Never"));
}

#[tokio::test]
async fn clocks_leap_and_change_their_pace() {
    let stand_in = quiet().await;
    let clock = async |body: &str| {
        let (status, clock) = stand_in.ask("POST /worlds/toy/clock", body).await;
        assert_eq!(status, 200, "{clock}");
        assert_eq!(stand_in.ask("GET /worlds/toy/clock", "").await.1["mode"], clock["mode"]);
        (clock["mode"].as_str().unwrap().to_owned(), clock["now"].as_str().unwrap().to_owned())
    };
    stand_in.ask("POST /worlds/toy/steps", HI).await;
    let (mode, before) = clock("mode: real").await;
    assert_eq!(mode, "real");
    let (_, after) = clock("advance: 20m").await;
    assert!(after > before, "{before} {after}");
    assert_eq!(journal(&stand_in, "?kind=changed").await.len(), 1);
    clock(r#"{"advance": "20m"}"#).await;
    assert_eq!(journal(&stand_in, "?kind=changed").await[1]["outcome"], "idle");
    let (mode, stood) = clock("mode: virtual").await;
    assert_eq!((mode.as_str(), clock("mode: virtual").await.1), ("virtual", stood));
    assert_eq!(clock("{mode: x60, advance: 1s}").await.0, "x60");
}

#[tokio::test]
async fn faults_are_planned_listed_and_ended() {
    let (stand_in, mut receiver) = start([]).await;
    let faults = async |line: &str, body: &str| stand_in.ask(&format!("{line} /worlds/toy/faults"), body).await;
    assert_eq!(faults("GET", "").await, (200, json!([])));
    let written = "- {on: {event: note, every: 2}, do: {drop: true}}\n- {on: {event: note, chat: ben, probability: 0.5, after: 5m, during: 10m}, do: {delay: {median: 1s, p99: 20s}}, times: 3}\n";
    let (status, planned) = faults("POST", written).await;
    let first = json!({"rule": 1, "on": {"event": "note", "every": 2}, "do": {"drop": true}, "seen": 0, "fired": 0});
    let on = json!({"event": "note", "chat": "ben", "probability": 0.5, "after": "5m", "during": "10m"});
    let delay = json!({"delay": {"median": "1s", "p99": "20s"}});
    let second = json!({"rule": 2, "on": on, "do": delay, "times": 3, "seen": 0, "fired": 0});
    assert_eq!((status, &planned), (201, &json!([first, second])));
    // What is listed can be planned again as it is.
    let again = json!({"on": planned[1]["on"], "do": planned[1]["do"], "times": planned[1]["times"]});
    let (_, three) = faults("POST", &again.to_string()).await;
    assert_eq!((&three[2]["rule"], &three[2]["on"], &three[2]["do"]), (&json!(3), &on, &delay));
    for text in ["one", "two", "three"] {
        let step = format!("start_chat: {{as: alice, text: {text}}}");
        assert_eq!(stand_in.ask("POST /worlds/toy/steps", &step).await.0, 200);
    }
    assert!(receiver.request().await.ends_with(r#""text":"one"}"#));
    assert!(receiver.request().await.ends_with(r#""text":"three"}"#));
    let (_, list) = faults("GET", "").await;
    assert_eq!((&list[0]["seen"], &list[0]["fired"], &list[1]["seen"]), (&json!(3), &json!(1), &json!(0)));
    let fired = journal(&stand_in, "?kind=faulted").await;
    assert_eq!((fired.len(), &fired[0]["rule"], &fired[0]["fault"]), (1, &json!(1), &json!("drop")));
    let clear = async |query: &str| stand_in.ask(&format!("DELETE /worlds/toy/faults{query}"), "").await;
    let numbers = |list: &Json| list.as_array().unwrap().iter().map(|rule| rule["rule"].clone()).collect::<Vec<_>>();
    assert_eq!(clear("?rule=9").await.0, 404);
    assert_eq!(clear("?rule=x").await.0, 400);
    assert_eq!(clear("?rule=1&event=note").await.0, 400);
    assert_eq!(numbers(&clear("?rule=2").await.1), [1, 3]);
    assert_eq!(numbers(&clear("?route=answer").await.1), [1, 3]);
    assert_eq!(numbers(&clear("?event=note").await.1), Vec::<i32>::new());
    faults("POST", "{on: {route: answer}, do: {hang: true}}").await;
    assert_eq!(clear("").await, (200, json!([])));
    let steps = journal(&stand_in, "?kind=step").await;
    assert_eq!(steps.last().unwrap()["source"], "clear_faults: {}");
}

#[tokio::test]
async fn a_journal_can_be_waited_for() {
    let (stand_in, mut receiver) = start([]).await;
    assert_eq!(journal(&stand_in, "?kind=said,queued&wait=10ms").await, Vec::<Json>::new());
    let waiting = journal(&stand_in, "?kind=queued&wait=60s&after=0");
    let acting = async {
        assert_eq!(stand_in.ask("POST /worlds/toy/steps", HI).await.0, 200);
        receiver.request().await;
    };
    let (entries, ()) = tokio::join!(waiting, acting);
    assert_eq!((entries.len(), entries[0]["event"].as_str()), (1, Some("note")), "{entries:?}");
    assert!(entries[0]["seq"].as_u64() > Some(0) && entries[0]["wall_ms"].is_number(), "{entries:?}");
}

#[tokio::test]
async fn a_world_that_rests_is_told_from_one_that_does_not() {
    let (stand_in, mut receiver) = start([Line::Hang]).await;
    assert_eq!(stand_in.ask("GET /worlds/toy/idle", "").await, (200, json!({"idle": true})));
    assert_eq!(stand_in.ask("POST /worlds/toy/steps", HI).await.0, 200);
    receiver.request().await;
    let (status, problem) = stand_in.ask("GET /worlds/toy/idle?within=20ms", "").await;
    assert_eq!(status, 408, "{problem}");
    // The toy gives up after a second.
    assert_eq!(stand_in.ask("GET /worlds/toy/idle?within=30s", "").await.0, 200);
}

#[tokio::test]
async fn a_reset_world_is_as_new_and_nothing_of_before_shows_up() {
    let (stand_in, mut receiver) = start([Line::Hang, Line::Answer(OK)]).await;
    let (_, before) = stand_in.ask("GET /worlds/toy", "").await;
    assert_eq!(stand_in.ask("POST /worlds/toy/steps", HI).await.0, 200);
    receiver.request().await;
    let playing = stand_in.ask("POST /worlds/toy/steps", "wait: 9h");
    let waiting = stand_in.ask("GET /worlds/toy/journal?kind=ended&wait=9h", "");
    let resting = stand_in.ask("GET /worlds/toy/idle?within=9h", "");
    let resetting = async {
        journal(&stand_in, "?kind=step&after=4&wait=10s").await;
        stand_in.ask("POST /worlds/toy/reset", "").await
    };
    let (played, waited, rested, (status, after)) = tokio::join!(playing, waiting, resting, resetting);
    assert_eq!((played.0, waited.0, rested.0, status), (409, 409, 409, 200), "{played:?} {waited:?} {rested:?}");
    assert_eq!(after, before, "its credentials and people are the same");
    // The delivery that was on its way is dropped.
    while receiver.sight().await != Sight::Closed {}
    assert_eq!(stand_in.ask("POST /worlds/toy/clock", "advance: 2h").await.0, 200);
    let kinds: Vec<Json> = journal(&stand_in, "").await.iter().map(|entry| entry["kind"].clone()).collect();
    assert_eq!(kinds, ["opened"]);
    assert_eq!(stand_in.ask("POST /worlds/toy/steps", HI).await.0, 200);
    assert!(receiver.request().await.contains(r#""n":1"#));
}

#[tokio::test]
async fn steps_without_end_are_played_even_if_nobody_waits_for_them() {
    let (stand_in, mut receiver) = start([]).await;
    let steps = "- start_chat: {as: alice, text: one}\n- wait: 9h\n- say: {as: alice, text: two}\n";
    let asked = stand_in.ask("POST /worlds/toy/steps", steps);
    assert!(tokio::time::timeout(Duration::from_millis(50), asked).await.is_err(), "it takes nine hours");
    receiver.request().await;
    let (status, _) = stand_in.ask("POST /worlds/toy/clock", "advance: 10h").await;
    assert_eq!(status, 200);
    assert!(receiver.request().await.ends_with(r#""text":"two"}"#));
}

#[tokio::test]
async fn steps_can_be_waited_for_a_while_and_expectations_told_where_to_look_from() {
    let (stand_in, mut receiver) = start([]).await;
    let steps = "POST /worlds/toy/steps";
    let (_, met) = stand_in.ask(steps, HI).await;
    let after = met["after"].as_u64().unwrap();
    receiver.request().await;
    let (status, problem) = stand_in.ask(&format!("{steps}?within=10ms"), "wait: 9h").await;
    assert_eq!((status, problem["detail"].as_str().unwrap().contains("they go on")), (408, true), "{problem}");
    assert_eq!(stand_in.ask(steps, "say: {as: alice, text: Bye}").await.0, 200);
    let note = "expect: {event: {name: note, body: {text: Hi}}, within: 20ms}";
    assert_eq!(stand_in.ask(steps, note).await.0, 422, "it was before the last act");
    assert_eq!(stand_in.ask(&format!("{steps}?after={after}"), note).await.0, 200);
    assert_eq!(stand_in.ask(&format!("{steps}?after={}", u64::MAX), note).await.0, 422);
    assert_eq!(stand_in.ask(&format!("{steps}?after=first"), note).await.0, 400);
}
