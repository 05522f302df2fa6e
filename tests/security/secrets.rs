//! Secrets, and where they must never be seen.

use std::collections::VecDeque;

use rehearsal::base::id::SocketId;
use rehearsal::base::rng::Seed;
use rehearsal::base::time::WallTime;
use rehearsal::engine::port::{Answer, Attempt, Effect, Ending, Happening, Input};
use rehearsal::engine::{Opening, World};
use rehearsal::journal::entry::Outcome;
use rehearsal::platform::cx::Identities;
use rehearsal::platform::socket::Inbound;
use rehearsal::platform::{PLATFORMS, Vendor};
use rehearsal::report::Exit;
use rehearsal::scenario::load;

use crate::support::program::{folder, rehearsal};
use crate::support::stagehand::post;

/// Part of every secret below.
const MARK: &str = "MARKED";

/// A tenant of each platform whose secrets are all marked, with steps in which they go over the wire and fail to be matched.
const TENANTS: [(&str, &str); 3] = [
    (
        "imichat",
        r#"
setup:
  api_keys: [{key: MARKED-key}]
  access_tokens: [{token: MARKED-token}]
  virtual_agents: [{login: support_bot, webhook: {url: "${bot}/imichat", headers: {x-bot-key: MARKED-header}}}]
customers: {ada: {}}
steps:
  - start_chat: {as: ada, text: Hi}
  - call: {route: authorize}
  - call: {route: list_teams}
  - call: {route: list_teams, headers: {access_token: MARKED-wrong}, answer: {status: 400}}
  - call: {route: create_user, body: {login_id: eve, password: MARKED-password}}
  - expect: {call: {route: create_user, body: {password: {$type: number}}}, within: 10ms}
"#,
    ),
    (
        "livechat",
        r#"
setup:
  agents: [{id: agent@example.com, token: "dal:MARKED-agent"}]
  tokens: [{of: agent@example.com, account_id: acc, pat: "dal:MARKED-pat"}]
  bots: [{name: B, token: "dal:MARKED-bot", webhooks: {url: "${bot}/livechat", actions: [incoming_chat], secret_key: MARKED-hook}}]
customers: {ada: {}}
steps:
  - call: {route: list_chats, headers: {authorization: "Bearer dal:MARKED-foreign"}, body: {}, answer: {status: 401}}
  - call:
      route: register_webhook
      body: {action: incoming_chat, url: "${bot}/livechat", secret_key: MARKED-body, type: license, owner_client_id: 0805e283233042b37f460ed8fbf22160}
  - call: {route: list_webhooks, body: {owner_client_id: 0805e283233042b37f460ed8fbf22160}}
  - start_chat: {as: ada, text: Hi}
  - expect: {event: {name: incoming_chat, body: {secret_key: {$type: number}}}, within: 10ms}
"#,
    ),
    (
        "texter",
        r#"
setup:
  tokens: [{token: MARKED-token}]
  subscriptions: [{event: newMessage, url: "${bot}/texter", headers: {authorization: MARKED-header}}]
customers: {ada: {}}
steps:
  - start_chat: {as: ada, text: Hi}
  - call: {route: list_labels}
  - call: {route: list_labels, headers: {authorization: "Bearer MARKED-foreign"}, answer: {status: 401}}
  - expect: {message: {from: bot, text: never}, within: 10ms}
"#,
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn secrets_are_in_no_report_and_no_journal() {
    for (platform, tenant) in TENANTS {
        let folder = folder(&format!("secrets-{platform}"));
        let file = folder.join("scenario.yaml");
        std::fs::write(&file, format!("platform: {platform}\nname: Secrets{tenant}")).unwrap();
        let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
        let forms = ["junit", "json", "tap", "html", "coverage"];
        let reports = forms.map(|form| format!("{form}={}", path(form))).join(",") + ",github";
        let words =
            ["run", file.to_str().unwrap(), "--port", "0", "--seed", "7", "--report", &reports, "--coverage=full"];
        let ran = rehearsal(&[&words[..], &["--bot", "builtin", "--journal", &path("journal")]].concat()).await;
        assert_eq!(ran.exit, Exit::Missed, "{}{}", ran.out, ran.err);
        assert!(ran.out.contains("expectation not met"), "{}", ran.out);
        let written = forms.iter().chain(&["journal"]).map(|name| std::fs::read_to_string(path(name)).unwrap());
        for text in written.chain([ran.out, ran.err]) {
            assert!(text.len() > 20 || text.is_empty(), "{text}");
            let found = text.split(MARK).nth(1).map(|rest| rest.chars().take(12).collect::<String>());
            assert_eq!(
                found,
                None,
                "{platform}: {}",
                text.lines().find(|line| line.contains(MARK)).unwrap_or_default()
            );
        }
    }
}

/// All that a world is made of and does, as a panic or a log would show it.
fn shown(vendor: &'static Vendor, text: &str) -> String {
    use std::fmt::Write as _;
    let scenario = load(text, &[vendor.vocabulary]).unwrap();
    let opening = Opening::play(&scenario, "shown", Seed(7), Identities::WellKnown);
    let mut shown = format!("{scenario:?}\n{opening:?}\n");
    let start = WallTime::from_nanos(1_800_000_000_000_000_000);
    let mut world = World::open(vendor, opening, start).unwrap();
    let headers = [("authorization", "Bearer dal:MARKED-pat"), ("access_token", "MARKED-token")];
    let call = post(&format!("/{}/x", vendor.roots[0]), &headers, "{}");
    let word = post("/x", &[], r#"{"text":"MARKED-word"}"#);
    writeln!(shown, "{word:?}").unwrap();
    let login = Inbound::Text(r#"{"action":"login","payload":{"token":"Bearer dal:MARKED-agent"}}"#.into());
    let heard = Input::Socket(SocketId(1), Happening::Heard(login));
    let mut inputs = VecDeque::from([Input::Begin, Input::Call(call), heard]);
    while let Some(input) = inputs.pop_front() {
        writeln!(shown, "{input:?}").unwrap();
        for effect in world.handle(start, input) {
            writeln!(shown, "{effect:?}").unwrap();
            if let Effect::Attempt(Attempt { delivery, attempt, headers, body, .. }) = effect {
                let answer = Answer { headers: headers.into_iter().collect(), body, cut: false };
                let ending = Ending { outcome: Outcome::Status(200), answer: Some(answer) };
                inputs.push_back(Input::Attempted { delivery, attempt, ending });
            }
        }
    }
    writeln!(shown, "{world:?}\n{:?}\n{:?}", world.journal(), world.exports()).unwrap();
    shown
}

#[test]
fn secrets_are_in_nothing_that_a_panic_shows() {
    for (platform, tenant) in TENANTS {
        let vendor = PLATFORMS.iter().find(|vendor| vendor.name == platform).unwrap();
        let shown = shown(vendor, &format!("platform: {platform}\nname: Secrets{tenant}"));
        assert!(shown.contains("Attempt") && shown.contains("Call"), "{shown}");
        let found = shown.lines().find(|line| line.contains(MARK));
        assert_eq!(found, None, "{platform}");
    }
}

#[tokio::test]
async fn a_secret_that_opens_something_real_is_refused_and_not_shown() {
    let folder = folder("secrets-live");
    let file = folder.join("live.yaml");
    let text = "platform: imichat\nsetup:\n  api_keys: [{key: sk_live_not-a-real-one}]\ncustomers: {ada: {}}\nsteps:\n  - start_chat: {as: ada}\n  - expect: {event: chat.assigned}\n";
    std::fs::write(&file, text).unwrap();
    let file = file.to_str().unwrap();
    let check = async |words: &[&str], part: &str| {
        let ran = rehearsal(words).await;
        let said = format!("{}{}", ran.out, ran.err);
        assert_eq!(ran.exit, Exit::Invalid, "{said}");
        assert!(said.contains(part) && !said.contains("not-a-real-one"), "{words:?}: {said}");
    };
    for format in ["human", "json", "sarif", "github"] {
        check(&["check", file, "--format", format], "E0117").await;
    }
    check(&["run", file, "--port", "0"], "E0117").await;
}
