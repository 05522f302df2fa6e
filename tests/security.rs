//! Attacks on the program, and what must never leave it.

use rehearsal::report::Exit;

use crate::support::program::{folder, rehearsal};

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
