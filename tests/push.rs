//! Pushes: what faults do to them on their way out, and what becomes of those that meet none.

use std::collections::BTreeSet;

use bytes::Bytes;
use http::{HeaderMap, Method};
use rehearsal::base::id::SocketId;
use rehearsal::base::time::{WallLimit, WallTime};
use rehearsal::engine::World;
use rehearsal::engine::port::{Effect, Errand, Happening, Input};
use rehearsal::fault::FAULTS;
use rehearsal::journal::lines::{Wall, lines};
use rehearsal::platform::cx::Identities;
use rehearsal::platform::route::{Body, Call};
use rehearsal::platform::socket::Inbound;
use rehearsal::server::Limits;
use serde_json::{Value, json};

use crate::support::stagehand::START;
use crate::support::websocket::{House, journal, world};

const AGENT: &str = "Bearer dal:agent-token";
const OTHER: &str = "Bearer dal:agent2-token";
/// The socket that is told of what the other one does.
const HEARER: SocketId = SocketId(1);
const DOER: SocketId = SocketId(2);

/// A license without a network: one agent does things, the other hears of them.
struct Told {
    world: World,
    chat: Value,
}

fn at(seconds: u64) -> WallTime {
    START + WallLimit::from_secs(seconds)
}

/// What effects do to the socket of whoever hears, in a few words each.
fn heard(effects: Vec<Effect>) -> Vec<String> {
    let told = effects.into_iter().filter_map(|effect| match effect {
        Effect::Socket(HEARER, errand) => Some(errand),
        _ => None,
    });
    let word = |errand| match errand {
        Errand::Say(text) => match serde_json::from_slice::<Value>(&text) {
            Ok(frame) => frame["payload"]["event"]["text"].as_str().or(frame["action"].as_str()).unwrap().to_owned(),
            Err(_) => "no JSON".to_owned(),
        },
        Errand::Half(text, bytes) => format!("{bytes} of {}", text.len()),
        Errand::HangUp(farewell) => format!("{} {}", farewell.code, farewell.reason),
        Errand::Reset => "reset".to_owned(),
        Errand::Wait(_) => "wait".to_owned(),
    };
    told.map(word).filter(|word| word != "wait").collect()
}

impl Told {
    /// Both agents log in and a chat begins; these faults are planned after that.
    fn of(faults: &[Value]) -> Self {
        let mut told = Self { world: world(&json!({}), &json!([])), chat: Value::Null };
        told.world.handle(START, Input::Begin);
        for (socket, token) in [(HEARER, OTHER), (DOER, AGENT)] {
            let call = Call {
                method: Method::GET,
                path: "/v3.6/agent/rtm/ws".to_owned(),
                query: String::new(),
                headers: HeaderMap::new(),
                body: Body::Whole(Bytes::new()),
                params: Vec::new(),
            };
            told.world.handle(START, Input::Socket(socket, Happening::Opened(Box::new(call))));
            told.ask(socket, START, "login", json!({"token": token}));
        }
        let chat = json!({"users": [{"id": "agent2@example.com", "type": "agent"}]});
        told.ask(DOER, START, "start_chat", json!({"chat": chat, "continuous": true, "active": true}));
        let started = told.journal().into_iter().rfind(|entry| entry["kind"] == "called").unwrap();
        told.chat = started["reply"]["chat_id"].clone();
        assert!(told.chat.is_string(), "{started}");
        told.plan(faults);
        told
    }

    fn plan(&mut self, faults: &[Value]) {
        self.play(&faults.iter().map(|fault| json!({"fault": fault})).collect());
    }

    fn play(&mut self, steps: &Value) -> Vec<String> {
        let customers = json!({"alice": {}, "ben": {}});
        let document = json!({"platform": "livechat", "customers": customers, "steps": steps}).to_string();
        let vocabularies: Vec<_> = rehearsal::platform::PLATFORMS.iter().map(|vendor| vendor.vocabulary).collect();
        let steps = rehearsal::scenario::load_setup(&document, &vocabularies).unwrap().steps;
        heard(self.world.handle(START, Input::Play { ticket: rehearsal::base::id::Ticket(0), steps, from: None }))
    }

    fn ask(&mut self, socket: SocketId, at: WallTime, action: &str, payload: Value) -> Vec<String> {
        let frame = json!({"request_id": action, "action": action, "payload": payload}).to_string();
        heard(self.world.handle(at, Input::Socket(socket, Happening::Heard(Inbound::Text(frame.into())))))
    }

    fn say(&mut self, at: WallTime, text: &str) -> Vec<String> {
        let event = json!({"type": "message", "text": text});
        let chat = self.chat.clone();
        self.ask(DOER, at, "send_event", json!({"chat_id": chat, "event": event}))
    }

    /// What is heard once real time has come so far.
    fn pass(&mut self, to: WallTime) -> Vec<String> {
        heard(self.world.handle(to, Input::Alarm(rehearsal::base::id::AlarmId(0))))
    }

    fn journal(&self) -> Vec<Value> {
        let text = lines(self.world.journal(), Wall::Masked);
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

/// A fault that meets the socket of whoever hears, as it is told first.
fn fault(deed: Value) -> Value {
    json!({"on": {"push": "incoming_event"}, "do": deed, "times": 1})
}

#[test]
fn every_fault_of_a_push_takes_effect() {
    let mut seen = BTreeSet::new();
    // What is heard at once, when somebody says the next thing a second later, and what half a minute later.
    let mut check = |deed: Value, detail: Option<&str>, one: &[&str], two: &[&str], later: &[&str]| {
        let mut told = Told::of(&[fault(deed.clone())]);
        assert_eq!(told.say(at(1), "one"), one, "{deed}");
        assert_eq!(told.say(at(2), "two"), two, "{deed}");
        assert_eq!(told.pass(at(30)), later, "{deed}");
        let journal = told.journal();
        let fired: Vec<&Value> = journal.iter().filter(|entry| entry["kind"] == "faulted").collect();
        assert_eq!(fired.len(), 1, "{deed}");
        assert_eq!(
            (&fired[0]["on"], &fired[0]["socket"], &fired[0]["rule"]),
            (&json!("incoming_event"), &json!(1), &json!(1))
        );
        assert_eq!(fired[0]["detail"].as_str(), detail, "{deed}");
        seen.insert(fired[0]["fault"].as_str().unwrap().to_owned());
        // Frames in the journal are those that went out.
        let framed = journal.iter().filter(|entry| {
            entry["kind"] == "framed" && entry["push"] == "incoming_event" && entry["to"] == "agent2@example.com"
        });
        let whole = |words: &[&str]| words.iter().filter(|word| ["one", "two", "no JSON"].contains(word)).count();
        assert_eq!(framed.count(), whole(one) + whole(two) + whole(later), "{deed}");
        let ends: Vec<&Value> = journal.iter().filter(|entry| entry["kind"] == "disconnected").collect();
        assert!(ends.iter().all(|end| end["by"] == "fault"), "{deed}");
        assert_eq!(ends.len(), usize::from(two.is_empty() && later.is_empty()), "{deed}");
    };
    check(json!({"drop": true}), None, &[], &["two"], &[]);
    check(json!({"delay": "10s"}), Some("10s"), &[], &["two"], &["one"]);
    check(json!({"duplicate": {"gap": "5s"}}), Some("after 5s"), &["one"], &["two"], &["one"]);
    check(json!({"malformed": true}), None, &["no JSON"], &["two"], &[]);
    check(json!({"truncate": 10}), Some("after 10 bytes"), &["10 of 344"], &[], &[]);
    check(json!({"truncate": 100_000}), Some("after 100000 bytes"), &["one"], &["two"], &[]);
    check(json!({"reset": true}), None, &["reset"], &[], &[]);
    check(json!({"stall": "20s"}), Some("for 20s"), &[], &[], &["one", "two"]);
    check(json!({"close": {}}), Some("with 1011"), &["1011 "], &[], &[]);
    check(json!({"close": {"code": 4000, "reason": "later"}}), Some("with 4000"), &["4000 later"], &[], &[]);
    let possible: BTreeSet<&str> = FAULTS.iter().filter(|fault| fault.meets_pushes).map(|fault| fault.name).collect();
    assert_eq!(seen.iter().map(String::as_str).collect::<BTreeSet<_>>(), possible);
}

#[test]
fn faults_of_pushes_are_selected_like_all_others() {
    let check = |on: Value, expected: &[&str]| {
        let mut told = Told::of(&[]);
        // Steps know the chats that steps have started.
        told.plan(&[json!({"on": on, "do": {"drop": true}})]);
        let heard: Vec<String> = ["a", "b", "c"].iter().flat_map(|text| told.say(at(1), text)).collect();
        assert_eq!(heard, expected, "{on}");
    };
    check(json!({"push": "incoming_event"}), &[]);
    check(json!({"push": "incoming_typing_indicator"}), &["a", "b", "c"]);
    // What is said goes out twice, to whoever hears first.
    check(json!({"push": "incoming_event", "nth": 3}), &["a"]);
    check(json!({"push": "incoming_event", "every": 4}), &["a", "b", "c"]);
    check(json!({"push": "incoming_event", "after": "1h"}), &["a", "b", "c"]);
    check(json!({"push": "incoming_event", "during": "1ms"}), &["a", "b", "c"]);
}

#[test]
fn a_fault_can_be_for_the_pushes_of_one_chat() {
    let setup = json!({"faults": [{"on": {"push": "incoming_event", "chat": "alice"}, "do": {"drop": true}}]});
    let steps = json!([
        {"start_chat": {"as": "alice"}},
        {"start_chat": {"as": "ben"}},
        {"say": {"as": "alice", "text": "lost"}},
        {"say": {"as": "ben", "text": "there"}},
        {"clear_faults": {"push": "incoming_event"}},
        {"say": {"as": "alice", "text": "there, too"}},
    ]);
    let mut told = Told::of(&[]);
    told.play(&json!([{"fault": setup["faults"][0]}]));
    told.play(&steps);
    let journal = told.journal();
    let mut texts: Vec<&Value> = journal
        .iter()
        .filter(|entry| entry["push"] == "incoming_event")
        .map(|entry| &entry["text"]["payload"]["event"]["text"])
        .collect();
    texts.dedup();
    assert_eq!(texts, ["there", "there, too"]);
    assert!(journal.iter().filter(|entry| entry["push"] == "incoming_event").all(|entry| entry["chat"].is_string()));
}

#[test]
fn nothing_goes_out_on_a_stalled_socket() {
    let mut told = Told::of(&[
        fault(json!({"stall": "20s"})),
        // What has waited meets the plan when it goes out.
        json!({"on": {"push": "incoming_event", "nth": 5}, "do": {"malformed": true}, "times": 1}),
    ]);
    assert_eq!(told.say(at(1), "one"), [""; 0]);
    assert_eq!(told.ask(HEARER, at(2), "ping", json!({})), [""; 0]);
    assert_eq!(told.say(at(3), "two"), [""; 0]);
    assert_eq!(told.ask(DOER, at(4), "ping", json!({})), [""; 0], "that is the other one's");
    assert_eq!(told.pass(at(20)), [""; 0]);
    assert_eq!(told.pass(at(22)), ["one", "ping", "two"]);
    assert_eq!(told.say(at(23), "three"), ["no JSON"]);
}

#[test]
fn a_socket_that_is_stalled_for_too_long_is_cut_off_like_one_that_is_not_read() {
    let mut told = Told::of(&[fault(json!({"stall": "2h"}))]);
    let mut heard = Vec::new();
    for n in 0..1_001 {
        heard.extend(told.say(at(1 + n), "more"));
    }
    assert_eq!(heard, ["agent_disconnected", "1000 agent_disconnected_by_server"]);
}

#[test]
fn a_push_that_is_late_for_its_socket_goes_nowhere() {
    let mut told = Told::of(&[fault(json!({"delay": "10s"}))]);
    told.say(at(1), "one");
    told.world.handle(at(2), Input::Socket(HEARER, Happening::Gone(None)));
    assert_eq!(told.pass(at(20)), [""; 0]);
}

#[tokio::test]
async fn sockets_of_real_clients_break_as_planned() {
    let house = House::start(Limits::default()).await;
    let plan = |nth: u32, deed: Value| json!({"fault": {"on": {"push": "incoming_multicast", "nth": nth}, "do": deed, "times": 1}});
    let steps = json!([
        plan(1, json!({"truncate": 30})),
        plan(2, json!({"reset": true})),
        plan(3, json!({"close": {"code": 4001, "reason": "moved"}})),
        plan(4, json!({"malformed": true})),
    ]);
    let world = house.stage(&json!({}), &steps, "license", Identities::WellKnown).await;
    let (mut doer, _) = house.agent(AGENT).await;
    let mut ends = Vec::new();
    for text in ["half", "reset", "close", "spoiled", "sound"] {
        let (mut hearer, _) = house.agent(OTHER).await;
        assert_eq!(hearer.next().await["action"], "incoming_customers");
        let content = json!({"content": text, "recipients": {"agents": {"ids": ["agent2@example.com"]}}});
        assert_eq!(doer.ask("multicast", content).await["success"], true);
        ends.push(hearer.raw().await);
    }
    assert_eq!(&ends[..3], ["gone", "gone", "4001 moved"]);
    assert!(serde_json::from_str::<Value>(&ends[3]).is_err(), "{}", ends[3]);
    assert_eq!(serde_json::from_str::<Value>(&ends[4]).unwrap()["payload"]["content"], "sound");
    let journal = journal(&world);
    let of_kind = |kind: &'static str| journal.iter().filter(move |entry| entry["kind"] == kind);
    let faults: Vec<&Value> = of_kind("faulted").map(|entry| &entry["fault"]).collect();
    assert_eq!(faults, ["truncate", "reset", "close", "malformed"]);
    let closed = of_kind("disconnected").find(|entry| entry["code"] == 4001).unwrap();
    assert_eq!((&closed["by"], &closed["reason"]), (&json!("fault"), &json!("moved")));
}

#[test]
fn pushes_are_expected_by_what_they_say_and_whom_they_are_for() {
    let check = |step: Value, miss: Option<[&str; 2]>| {
        let mut told = Told::of(&[]);
        told.play(
            &json!([{"start_chat": {"as": "alice", "text": "Hi"}}, {"say": {"as": "alice", "text": "one"}}, step]),
        );
        // Nothing else happens, so what is not there by then never comes.
        (1..=8).for_each(|seconds| drop(told.pass(at(seconds))));
        let judged = told.journal().into_iter().find(|entry| entry["kind"] == "judged").unwrap();
        let verdict = judged["verdict"].to_string();
        match miss {
            None => assert_eq!(judged["verdict"]["result"], "met", "{step}: {verdict}"),
            Some(words) => {
                assert_eq!(judged["verdict"]["result"], "missed", "{step}: {verdict}");
                assert!(words.iter().all(|word| verdict.contains(word)), "{step}: {verdict}");
            }
        }
    };
    let one = |more: Value| {
        let mut pattern = json!({"name": "incoming_event"});
        pattern.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({"push": pattern})
    };
    let said = |text: &str| json!({"body": {"payload": {"event": {"text": text}}}});
    check(json!({"expect": {"push": "incoming_event"}}), None);
    check(json!({"expect": one(said("one"))}), None);
    check(json!({"expect": one(json!({"chat": "alice", "to": "agent@example.com"}))}), None);
    check(json!({"expect": {"push": "incoming_event", "times": 1}}), None);
    check(json!({"expect_none": {"push": "chat_deactivated"}}), None);
    let twice = json!([one(said("one")), {"push": "incoming_event"}]);
    check(json!({"expect": {"in_order": twice}}), Some(["1 of 2 happened", "push incoming_event"]));
    check(json!({"expect": one(said("two"))}), Some(["a push incoming_event with body", "\"at\":\"body"]));
    let elsewhere = json!({"to": "alice"});
    check(json!({"expect": one(elsewhere)}), Some(["push incoming_event to alice", "agent@example.com"]));
    check(
        json!({"expect": {"push": "chat_deactivated"}}),
        Some(["a push chat_deactivated", "push incoming_event (socket"]),
    );
    check(json!({"expect": {"push": "incoming_event", "times": 2}}), Some(["exactly 2", "it happened 1 time"]));
    check(json!({"expect_none": {"push": "incoming_event"}}), Some(["no push incoming_event", "it happened"]));
}

#[tokio::test]
async fn a_scenario_sees_what_a_real_client_is_told() {
    let house = House::start(Limits::default()).await;
    let event = json!({"action": "incoming_event", "payload": {"event": {"text": "Hello"}}});
    let steps = json!([
        {"expect": {"push": {"name": "incoming_event", "to": "agent2@example.com", "body": event}, "within": "10s"}},
    ]);
    let world = house.stage(&json!({}), &steps, "license", Identities::WellKnown).await;
    let (mut hearer, _) = house.agent(OTHER).await;
    let (mut doer, _) = house.agent(AGENT).await;
    let users = json!([{"id": "agent2@example.com", "type": "agent"}]);
    let started = doer.ask("start_chat", json!({"chat": {"users": users}, "continuous": true, "active": true})).await;
    let said = json!({"chat_id": started["payload"]["chat_id"], "event": {"type": "message", "text": "Hello"}});
    assert_eq!(doer.ask("send_event", said).await["success"], true);
    assert_eq!(hearer.until("incoming_event").await["payload"]["event"]["text"], "Hello");
    world.finished().await;
    let journal = journal(&world);
    let judged = journal.iter().find(|entry| entry["kind"] == "judged").unwrap();
    assert_eq!(judged["verdict"]["result"], "met", "{judged}");
}

#[test]
fn the_platform_closes_sockets_for_the_reason_that_a_step_names() {
    let check = |step: Value, expected: &[&str], refusal: Option<&str>| {
        let mut told = Told::of(&[]);
        told.play(&json!([{"start_chat": {"as": "alice"}}]));
        assert_eq!(told.play(&json!([{"disconnect": step}])), expected, "{step}");
        let journal = told.journal();
        let refused = journal.iter().find(|entry| entry["kind"] == "refused");
        assert_eq!(refused.and_then(|entry| entry["reason"].as_str()), refusal, "{step}");
        let closed = journal.iter().filter(|entry| entry["kind"] == "disconnected" && entry["by"] == "platform");
        assert_eq!(closed.count(), usize::from(!expected.is_empty()), "{step}");
    };
    let who = "agent2@example.com";
    check(json!({"who": who}), &["agent_disconnected", "1000 agent_disconnected_by_server"], None);
    for reason in ["connection_evicted", "internal_error", "too_many_connections"] {
        let end = format!("1000 {reason}");
        check(json!({"who": who, "reason": reason}), &["agent_disconnected", &end], None);
    }
    check(json!({"who": "alice"}), &[], Some("`alice` has no socket"));
    let other = "`agent2@example.com` cannot be told `customer_banned`, which is for the other side";
    check(json!({"who": who, "reason": "customer_banned"}), &[], Some(other));
    let region = "whoever is told `misdirected_connection` is told a region, too; set `region` under `setup`";
    check(json!({"who": who, "reason": "misdirected_connection"}), &[], Some(region));
}

#[tokio::test]
async fn an_agent_who_was_evicted_comes_back() {
    let house = House::start(Limits::default()).await;
    let steps = json!([
        {"expect": {"call": {"route": "login", "status": 200}, "within": "10s"}},
        {"disconnect": {"who": "agent2@example.com", "reason": "connection_evicted"}},
        {"expect": {"push": {"name": "agent_disconnected", "body": {"payload": {"reason": "connection_evicted"}}}}},
        {"expect": {"call": {"route": "login", "status": 200}, "within": "10s"}},
    ]);
    let world = house.stage(&json!({}), &steps, "license", Identities::WellKnown).await;
    let (mut agent, _) = house.agent(OTHER).await;
    assert_eq!(agent.until("agent_disconnected").await["payload"], json!({"reason": "connection_evicted"}));
    assert_eq!(agent.next().await, "1000 connection_evicted");
    let (_agent, again) = house.agent(OTHER).await;
    assert_eq!(again["success"], true);
    world.finished().await;
    let journal = journal(&world);
    assert_eq!(journal.iter().filter(|entry| entry["verdict"]["result"] == "met").count(), 3);
}
