//! Runs over the control port: a scenario's own steps, begun, followed and broken off.

use crate::support::controlled::Controlled;
use crate::support::receiver::{Line, Receiver, Sight};
use serde_json::{Value as Json, json};

const STEPS: &str =
    "- start_chat: {as: alice, text: Hi}\n- wait: 9h\n- expect: {event: {name: note, body: {text: Hi}}}\n";

/// Opens a world for a scenario, and gives its path.
async fn open(stand_in: &Controlled, query: &str, steps: &str) -> String {
    assert_eq!(stand_in.ask("DELETE /worlds/toy", "").await.0, 204);
    let text = format!("platform: toy\ncustomers: {{alice: {{}}}}\nsteps:\n{steps}");
    let (status, opened) = stand_in.ask(&format!("POST /worlds{query}"), &text).await;
    assert_eq!(status, 201, "{opened}");
    format!("/worlds/{}", opened["id"].as_str().unwrap())
}

async fn run(stand_in: &Controlled, line: &str) -> (u16, Json) {
    stand_in.ask(line, "").await
}

#[tokio::test]
async fn a_run_is_begun_followed_and_ends() {
    let mut receiver = Receiver::start([]).await;
    let stand_in = Controlled::start(receiver.address).await;
    let world = open(&stand_in, "?mode=virtual", STEPS).await;
    let (_, waiting) = run(&stand_in, &format!("GET {world}/run?wait=9h")).await;
    assert_eq!(waiting, json!({"state": "waiting", "steps": 0, "met": 0}), "nothing is waited for that has not begun");
    let (status, begun) = run(&stand_in, &format!("POST {world}/run")).await;
    assert_eq!((status, &begun["state"]), (202, &json!("playing")), "{begun}");
    receiver.request().await;
    let (_, ended) = run(&stand_in, &format!("GET {world}/run?wait=1m")).await;
    assert_eq!(ended, json!({"state": "ended", "passed": true, "steps": 3, "met": 1}));
    assert_eq!(run(&stand_in, &format!("POST {world}/run")).await.0, 409, "it has begun already");
    assert_eq!(run(&stand_in, &format!("DELETE {world}/run")).await, (200, ended), "it has ended already");
    // A world that is reset can play them again.
    assert_eq!(run(&stand_in, &format!("POST {world}/reset")).await.0, 200);
    assert_eq!(run(&stand_in, &format!("POST {world}/run")).await.0, 202);
    assert_eq!(run(&stand_in, &format!("GET {world}/run?wait=1m")).await.1["passed"], true);
}

#[tokio::test]
async fn a_run_tells_what_went_wrong() {
    let stand_in = Controlled::start(Receiver::start([]).await.address).await;
    let steps = "- start_chat: {as: alice, text: Hi}\n- expect: {message: {text: Bye}, within: 20ms}\n- wait: 9h\n";
    let world = open(&stand_in, "?mode=virtual", steps).await;
    run(&stand_in, &format!("POST {world}/run")).await;
    let (_, ended) = run(&stand_in, &format!("GET {world}/run?wait=1m")).await;
    assert_eq!((&ended["passed"], &ended["failures"][0]["index"]), (&json!(false), &json!(1)), "{ended}");
    assert!(ended["failures"][0]["miss"]["expected"].as_str().unwrap().contains("Bye"), "{ended}");
    assert!(ended["failures"][0]["source"].as_str().unwrap().starts_with("expect"), "{ended}");
}

#[tokio::test]
async fn a_run_is_broken_off() {
    let mut receiver = Receiver::start([Line::Hang]).await;
    let stand_in = Controlled::start(receiver.address).await;
    let world = open(&stand_in, "", STEPS).await;
    run(&stand_in, &format!("POST {world}/run")).await;
    receiver.request().await;
    let (wait, cancel) = (format!("GET {world}/run?wait=9h"), format!("DELETE {world}/run"));
    let (waited, cancelled) = tokio::join!(run(&stand_in, &wait), run(&stand_in, &cancel));
    assert_eq!(waited, (200, cancelled.1.clone()));
    assert_eq!((cancelled.0, &cancelled.1["passed"]), (200, &json!(false)));
    assert_eq!(cancelled.1["failures"][0]["reason"], "the run was cancelled");
    let (_, kinds) = run(&stand_in, &format!("GET {world}/journal?kind=ended,refused")).await;
    assert_eq!(kinds.as_array().unwrap().len(), 2, "{kinds}");
    let (status, problem) = run(&stand_in, &format!("POST {world}/run")).await;
    assert_eq!(status, 409, "{problem}");
}

#[tokio::test]
async fn a_world_can_have_a_bot_of_its_own() {
    let mut elsewhere = Receiver::start([]).await;
    let mut own = Receiver::start([]).await;
    let stand_in = Controlled::start(elsewhere.address).await;
    // Clients are free to escape what they put into a query.
    let query = format!("?bot=http%3A%2F%2F{}%2Fmine&mode=virtual", own.address);
    let world = open(&stand_in, &query, STEPS).await;
    let (_, shown) = run(&stand_in, &format!("GET {world}")).await;
    assert_eq!(shown["bot"], format!("http://{}/mine", own.address));
    for _ in ["once", "and again after a reset"] {
        run(&stand_in, &format!("POST {world}/run")).await;
        assert!(own.request().await.starts_with("POST /mine/toy "));
        assert_eq!(run(&stand_in, &format!("POST {world}/reset")).await.0, 200);
    }
    assert!(elsewhere.sights.try_recv().is_err(), "nothing goes to the other");
    let check = async |query: &str, needle: &str| {
        let (status, problem) = stand_in.ask(&format!("POST /worlds?{query}"), "platform: toy\n").await;
        assert_eq!(status, 400, "{query}: {problem}");
        assert!(problem["detail"].as_str().unwrap().contains(needle), "{problem}");
    };
    check("bot=ftp://127.0.0.1", "ftp://127.0.0.1").await;
    check("bot=", "bot's address").await;
    check("mode=slow", "`mode`").await;
    check("identities=mine", "well_known").await;
    while own.sight().await != Sight::Closed {}
}

#[tokio::test]
async fn a_bot_that_nobody_allowed_gets_nothing() {
    let stand_in = Controlled::start(Receiver::start([]).await.address).await;
    let world = open(&stand_in, "?bot=http://169.254.169.254/latest&mode=virtual", STEPS).await;
    run(&stand_in, &format!("POST {world}/run")).await;
    let (_, answered) = run(&stand_in, &format!("GET {world}/journal?kind=answered&wait=10s")).await;
    assert!(answered[0]["outcome"]["forbidden"].is_string(), "{answered}");
}

#[tokio::test]
async fn a_world_without_steps_runs_nothing() {
    let stand_in = Controlled::start(Receiver::start([]).await.address).await;
    let (status, problem) = run(&stand_in, "POST /worlds/toy/run").await;
    assert_eq!(status, 409, "{problem}");
    assert!(problem["detail"].as_str().unwrap().contains("without steps"), "{problem}");
    assert_eq!(run(&stand_in, "DELETE /worlds/toy/run").await.1["state"], "waiting");
}
