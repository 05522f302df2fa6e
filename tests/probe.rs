//! `probe`: good receivers raise no alarm, and every bug is caught by the check that is meant for it.

#[path = "probe/receiver.rs"]
mod receiver;

use std::collections::BTreeSet;
use std::process::Command;
use std::sync::Mutex;

use rehearsal::base::secret::Secret;
use rehearsal::base::time::WallLimit;
use rehearsal::delivery::{Delivery, Egress};
use rehearsal::platform::outgoing::Acknowledged;
use rehearsal::probe::round::{Bounds, Finding, Round};
use rehearsal::probe::{Event, Proof, Source, Terms, check};
use rehearsal::report::Exit;
use serde_json::Value;
use tokio::net::TcpSocket;

use crate::support::bots::{Running, start_all_with_secret, start_program};
use crate::support::program::{Ran, folder, rehearsal};
use crate::support::receiver::nobody;
use crate::support::webhook::SECRET_KEY;
use receiver::{Bug, Receiver};

/// How many probes run at once.
const AT_ONCE: usize = 4;

const PYTHON: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/probe/receiver.py");
const NODE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/probe/receiver.mjs");

/// The bugs of the receivers in other languages, each with the check that must catch it.
const BUGS: &[(&str, &str)] = &[
    ("no signature check", "P002"),
    ("no signature is fine", "P003"),
    ("no value is fine", "P004"),
    ("compares a prefix", "P005"),
    ("accepts any version", "P006"),
    ("checks up to the brace", "P202"),
    ("id not signed", "P008"),
    ("timestamp not signed", "P009"),
    ("accepts stale", "P010"),
    ("accepts future", "P011"),
    ("crashes on timestamps", "P012"),
    ("first entry only", "P013"),
    ("headers by case", "P014"),
    ("acts twice", "P101"),
    ("remembers the last only", "P102"),
    ("races", "P103"),
    ("half a body is fine", "P201"),
    ("dies of half a body", "P201"),
    ("verifies what it parsed", "P203"),
    ("trims the body", "P205"),
    ("crashes on BOM", "P206"),
    ("crashes on words", "P208"),
    ("acknowledges anything", "P209"),
    ("crashes on null", "P209"),
    ("recurses", "P210"),
    ("crashes on length", "P211"),
    ("500 on unknown event", "P301"),
    ("strict about members", "P302"),
    ("needs every member", "P303"),
    ("crashes on null text", "P304"),
    ("crashes on numbers", "P305"),
    ("three bytes a character", "P306"),
    ("crashes on surrogates", "P307"),
    ("crashes on charsets", "P401"),
    ("wants a content-type", "P402"),
    ("crashes on content-types", "P403"),
    ("no chunks", "P404"),
    ("reads what is there", "P405"),
    ("hangs on slow bodies", "P405"),
    ("accepts GET", "P406"),
    ("accepts PUT", "P407"),
    ("hangs on HEAD", "P408"),
    ("fails on OPTIONS", "P409"),
    ("never continues", "P410"),
    ("refuses HTTP/1.0", "P411"),
    ("leaves bodies unread", "P413"),
    ("slow", "P414"),
    ("redirects", "P001"),
];

/// The bugs of the receiver in this process.
const OWN_BUGS: &[(Bug, &str)] = &[
    (Bug::ChecksNoSignature, "P002"),
    (Bug::ComparesPrefix, "P005"),
    (Bug::AcceptsStale, "P010"),
    (Bug::VerifiesWhatItParsed, "P203"),
    (Bug::ActsTwice, "P101"),
    (Bug::Races, "P103"),
    (Bug::BreaksOnNull, "P209"),
    (Bug::BreaksOnMark, "P206"),
    (Bug::FailsOnUnknownEvent, "P301"),
    (Bug::AcceptsGet, "P406"),
    (Bug::HangsOnHead, "P408"),
    (Bug::NeedsLength, "P404"),
];

/// A port for the platform that nobody else gets, though the program can listen on it: the socket is bound and does not
/// listen.
struct Port {
    number: String,
    _held: TcpSocket,
}

impl Port {
    fn take() -> Self {
        let held = TcpSocket::new_v4().unwrap();
        held.set_reuseaddr(true).unwrap();
        held.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        Self { number: held.local_addr().unwrap().port().to_string(), _held: held }
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.number)
    }
}

/// Probes a receiver; what comes back is JSON.
async fn probe(url: &str, platform: &str, port: &Port, more: &[&str]) -> Ran {
    let words = ["probe", url, "--platform", platform, "--port", &port.number, "--format", "json"];
    rehearsal(&[&words, more].concat()).await
}

fn document(ran: &Ran) -> Value {
    serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{}{}", ran.out, ran.err))
}

/// The grade and the finding of a check.
fn finding(document: &Value, id: &str) -> (String, String) {
    let row = document["checks"].as_array().unwrap().iter().find(|row| row["id"] == id);
    let text = |key: &str| row.unwrap_or_else(|| panic!("no {id}"))[key].as_str().unwrap().to_owned();
    (text("grade"), text("found"))
}

/// Whether a probe found nothing to mend.
#[track_caller]
fn assert_good(ran: &Ran, who: &str) {
    let document = document(ran);
    let alarms: Vec<&Value> = document["checks"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| row["grade"] != "good" && row["grade"] != "not_applicable")
        .collect();
    assert!(alarms.is_empty(), "{who}: {alarms:#?}");
    assert_eq!((ran.exit, document["grade"].as_str()), (Exit::Met, Some("good")), "{who}: {}", ran.err);
}

fn start(interpreter: &'static str, file: &str, bug: Option<&str>, port: &Port) -> Option<Running> {
    let words: Vec<&str> = std::iter::once(file).chain(bug.into_iter().flat_map(|bug| ["--bug", bug])).collect();
    start_program(interpreter, &words, &port.url(), &[("WEBHOOK_SECRET", SECRET_KEY)])
}

#[tokio::test(flavor = "multi_thread")]
async fn good_receivers_raise_no_alarm() {
    for (interpreter, file) in [("python3", PYTHON), ("node", NODE)] {
        let port = Port::take();
        let Some(receiver) = start(interpreter, file, None, &port) else { continue };
        assert_good(&probe(&receiver.url, "texter", &port, &["--secret", SECRET_KEY]).await, interpreter);
    }
    let port = Port::take();
    let receiver = Receiver::start(Bug::None, SECRET_KEY, &port.url()).await;
    let ran = probe(&receiver.url, "texter", &port, &["--secret", SECRET_KEY]).await;
    assert_good(&ran, "Rust");
    let document = document(&ran);
    assert_eq!(document["checks"].as_array().unwrap().len(), check::all().count());
    assert!(!format!("{}{}", ran.out, ran.err).contains(SECRET_KEY), "the secret is not shown");
}

/// A receiver with a bug.
#[derive(Clone, Copy)]
enum Mutant {
    Program { interpreter: &'static str, file: &'static str, bug: &'static str },
    Own(Bug),
}

impl Mutant {
    /// All that this machine can run, each with the check that must catch it.
    fn all() -> Vec<(Self, &'static str)> {
        let mut all: Vec<(Self, &str)> = OWN_BUGS.iter().map(|(bug, id)| (Self::Own(*bug), *id)).collect();
        for (interpreter, file) in [("python3", PYTHON), ("node", NODE)] {
            let Ok(names) = Command::new(interpreter).args([file, "--bugs"]).output() else { continue };
            for name in String::from_utf8(names.stdout).unwrap().lines() {
                let known = BUGS.iter().find(|(bug, _)| *bug == name);
                let (bug, id) = *known.unwrap_or_else(|| panic!("no check is meant for {name:?}"));
                all.push((Self::Program { interpreter, file, bug }, id));
            }
        }
        all
    }

    /// What is wrong with how a probe judges it; nothing if the check catches it.
    async fn missed(self, id: &str) -> Option<String> {
        let port = Port::take();
        let words = ["--secret", SECRET_KEY, "--only", id, "--timeout", "2s"];
        let (who, ran) = match self {
            Self::Program { interpreter, file, bug } => {
                let receiver = start(interpreter, file, Some(bug), &port).unwrap();
                (format!("{interpreter}: {bug}"), probe(&receiver.url, "texter", &port, &words).await)
            }
            Self::Own(bug) => {
                let receiver = Receiver::start(bug, SECRET_KEY, &port.url()).await;
                (format!("Rust: {bug:?}"), probe(&receiver.url, "texter", &port, &words).await)
            }
        };
        let document = document(&ran);
        let (grade, found) = finding(&document, id);
        let (first, why) = finding(&document, "P001");
        let exit = if grade == "bad" { Exit::Missed } else { Exit::Met };
        let caught = ["bad", "weak"].contains(&grade.as_str()) && (id == "P001" || first == "good") && ran.exit == exit;
        (!caught).then(|| format!("{who} · {id} {grade}: {found} · P001 {first}: {why} · {:?}", ran.exit))
    }
}

#[test]
fn every_bug_is_caught_by_the_check_that_is_meant_for_it() {
    let mutants = Mutex::new(Mutant::all());
    let work = || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let next = || mutants.lock().unwrap().pop();
        std::iter::from_fn(next).filter_map(|(mutant, id)| runtime.block_on(mutant.missed(id))).collect::<Vec<_>>()
    };
    let missed: Vec<String> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(work)).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn the_example_bots_are_good_receivers() {
    let of_platform = |platform: &str| -> Vec<&str> {
        match platform {
            "imichat" => vec!["--header", "x-bot-key: s3cret"],
            _ => vec!["--secret", SECRET_KEY],
        }
    };
    let work = |platform: &str| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let port = Port::take();
        for bot in start_all_with_secret(&port.url(), SECRET_KEY) {
            let ran =
                runtime.block_on(probe(&format!("{}/{platform}", bot.url), platform, &port, &of_platform(platform)));
            assert_good(&ran, &format!("{} at {platform}", bot.name));
        }
    };
    std::thread::scope(|scope| {
        for platform in ["imichat", "livechat", "texter"] {
            scope.spawn(move || work(platform));
        }
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn whether_a_silent_receiver_acts_is_not_known() {
    let port = Port::take();
    let receiver = Receiver::start(Bug::NeverActs, SECRET_KEY, &port.url()).await;
    let ran = probe(&receiver.url, "texter", &port, &["--secret", SECRET_KEY, "--only", "P101"]).await;
    let document = document(&ran);
    assert_eq!((ran.exit, finding(&document, "P001").0.as_str()), (Exit::Met, "good"), "{}", ran.out);
    assert_eq!(finding(&document, "P101").0, "unknown", "{}", ran.out);
    assert!(ran.err.contains("has not called the platform; is it told that it is at"), "{}", ran.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_takes_nothing_is_told_once() {
    let port = Port::take();
    let receiver = Receiver::start(Bug::None, "whsec_YW5vdGhlciBzZWNyZXQ=", &port.url()).await;
    let ran = probe(&receiver.url, "texter", &port, &["--secret", SECRET_KEY]).await;
    let document = document(&ran);
    assert_eq!(
        (ran.exit, document["grade"].as_str(), document["deliveries"].as_u64()),
        (Exit::Missed, Some("bad"), Some(1))
    );
    assert_eq!(finding(&document, "P001").1.split(',').next(), Some("refused with 401"));
    let (grade, found) = finding(&document, "P101");
    assert_eq!((grade.as_str(), found.as_str()), ("not_made", "the receiver does not take a valid delivery"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_probe_is_reported_in_every_form() {
    let folder = folder("probe");
    let port = Port::take();
    let receiver = Receiver::start(Bug::AcceptsStale, SECRET_KEY, &port.url()).await;
    let file = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let reports = format!("junit={},tap={},json={},github", file("p.xml"), file("p.tap"), file("p.json"));
    let words = ["probe", &receiver.url, "-p", "texter", "--port", &port.number, "--secret", SECRET_KEY, "--seed", "7"];
    let ran = rehearsal(&[&words[..], &["--only", "P010,P016", "--report", &reports]].concat()).await;
    assert_eq!(ran.exit, Exit::Missed, "{}{}", ran.out, ran.err);
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    for (text, parts) in [
        (
            ran.out.clone(),
            &["bad      P010 stale timestamp: acknowledged with 200", "mend   refuse timestamps", "::error "][..],
        ),
        (
            read("p.xml"),
            &["tests=\"3\" skipped=\"1\" failures=\"1\"", "P010 stale timestamp", "type=\"missed\"", "<skipped"],
        ),
        (read("p.tap"), &["1..3\nok 1 - P001", "not ok 2 - P010", "ok 3 - P016", "# SKIP no header"]),
        (read("p.json"), &["\"exit_code\": 1", "\"bad\": 1", "\"seed\": 7"]),
    ] {
        for part in parts {
            assert!(text.contains(part), "{part:?} is not in\n{text}");
        }
        assert!(!text.contains(SECRET_KEY), "the secret is shown in\n{text}");
    }
}

/// The same event over and over, in no world.
struct Loop;

impl Source for Loop {
    async fn next(&mut self) -> Event {
        let body = br#"{"eventName":"x"}"#.to_vec();
        Event { name: "x".to_owned(), id: "msg_1".to_owned(), headers: Vec::new(), body }
    }

    async fn pair(&mut self) -> Option<(Event, Event)> {
        None
    }

    fn deeds(&self) -> usize {
        0
    }
}

#[tokio::test]
async fn a_probe_ends_at_its_bounds() {
    let receiver = Receiver::start(Bug::None, SECRET_KEY, "127.0.0.1:1").await;
    let proof = Proof { signing: Some(Secret::new(SECRET_KEY)), ..Proof::default() };
    let terms = Terms { acknowledged: Acknowledged::Any2xx, timeout: WallLimit::from_secs(1) };
    let (deliveries, bytes, time) = (Bounds::default().deliveries, Bounds::default().bytes, Bounds::default().time);
    for (bounds, made) in [
        (Bounds { deliveries: 3, bytes, time }, 3),
        (Bounds { deliveries, bytes: 40, time }, 3),
        (Bounds { deliveries, bytes, time: WallLimit::from_millis(0) }, 1),
    ] {
        let delivery = Delivery::new(Egress::default());
        let mut round = Round::new(Loop, proof.clone(), terms, delivery, &receiver.url, bounds);
        let (checks, mut rows) = (check::all().collect::<Vec<_>>(), Vec::new());
        round.run(&checks, &mut rows).await;
        assert_eq!((round.deliveries(), rows.len()), (made, checks.len()), "{bounds:?}");
        let left =
            rows.iter().filter(|row| matches!(row.result, Finding::NotMade(reason) if reason.contains("bounds")));
        assert!(left.count() > 40, "{bounds:?}");
    }
}

#[tokio::test]
async fn what_cannot_be_probed_is_told() {
    let check = async |words: &[&str], exit: Exit, part: &str| {
        let ran = rehearsal(&[&["probe"], words].concat()).await;
        assert_eq!(ran.exit, exit, "{words:?}: {}{}", ran.out, ran.err);
        assert!(ran.err.contains(part), "{words:?}: {}{}", ran.out, ran.err);
        assert_eq!(ran.out, "");
    };
    let (_held, gone) = nobody();
    let gone = format!("http://{gone}/");
    let at = ["http://127.0.0.1:9/", "--platform", "texter"];
    check(&[&gone, "--platform", "texter"], Exit::CouldNotRun, "nobody listens there").await;
    check(&["http://169.254.169.254/", "-p", "texter"], Exit::Invalid, "not this machine").await;
    check(&["https://127.0.0.1/", "-p", "texter"], Exit::Invalid, "http://").await;
    check(&["ftp://127.0.0.1/", "-p", "texter"], Exit::Invalid, "http://").await;
    check(&["hook", "-p", "texter"], Exit::Invalid, "http://").await;
    check(&["http://127.0.0.1:9/"], Exit::Invalid, "--platform").await;
    check(&["http://127.0.0.1:9/", "-p", "texterr"], Exit::Invalid, "did you mean `texter`?").await;
    check(&[&at[..], &["--event", "chatAsigned"]].concat(), Exit::Invalid, "did you mean `chatAssigned`?").await;
    check(&[&at[..], &["--only", "P999"]].concat(), Exit::Invalid, "`P999` is no probe").await;
    check(&[&at[..], &["--secret", ""]].concat(), Exit::Invalid, "protects nothing").await;
    check(&[&at[..], &["--report", "html=x.html"]].concat(), Exit::Invalid, "`junit`, `json`, `tap` or `github`").await;
    check(&[&at[..], &["--report", "tap=x,json=x"]].concat(), Exit::Invalid, "more than one report").await;
    check(&[&at[..], &["--report", "tap=/proc/x/y"]].concat(), Exit::CouldNotRun, "failed to write /proc/x/y").await;
}

#[test]
fn every_check_of_signatures_bodies_and_http_has_a_bug_that_it_catches() {
    let caught: BTreeSet<&str> = BUGS.iter().map(|(_, id)| *id).collect();
    let missing: Vec<&str> = check::all().map(|check| check.id).filter(|id| !caught.contains(id)).collect();
    assert_eq!(
        missing,
        ["P007", "P015", "P016", "P104", "P204", "P207", "P412"],
        "as the tests of grades do for these"
    );
}
