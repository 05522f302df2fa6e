//! Steps that make a thing happen, or wait for it, as they are written in a scenario.
//!
//! `ROUTE`, `EVENT`, `PUSH` and `CODE` stand for words of a vendor where no vendor is known.

use crate::platform::Code;

/// How a step is written; empty if there is no such step.
pub(super) fn step(name: &str) -> &'static str {
    match name {
        "start_chat" => "- start_chat: {as: alice, text: \"Where is my order?\"}\n",
        "say" => "- say: {as: alice, text: \"A-1001\"}\n",
        "choose" => "- choose: {as: alice, option: \"Yes, please\"}\n",
        "pick" => {
            "\
- pick: {as: alice, items: [\"Blue\", \"Size M\"]}
- pick: {as: alice, time: \"2026-01-06T10:00:00Z\"}
"
        }
        "attach" => "- attach: {as: alice, url: \"https://example.com/receipt.png\"}\n",
        "read" => "- read: {as: alice}\n",
        "delete" => "- delete: {as: alice}\n",
        "leave" => "- leave: {as: alice}\n",
        "set_status" => "- set_status: {agent: AGENT, status: offline}\n",
        "assign" => "- assign: {to: AGENT}\n",
        "transfer" => "- transfer: {to: TEAM}\n",
        "hold" => "- hold: {}\n",
        "resume" => "- resume: {}\n",
        "tag" => "- tag: {add: [refund]}\n",
        "close" => "- close: {by: alice}\n",
        "receipt" => "- receipt: {status: failed, error: \"131026: Message undeliverable\"}\n",
        "opt_out" => "- opt_out: {as: alice}\n",
        "opt_in" => "- opt_in: {as: alice}\n",
        "report_problem" => "- report_problem: {name: whatsapp_app_id_error, severity: error, impaired: [send]}\n",
        "resolve_problem" => "- resolve_problem: {}\n",
        "disconnect" => "- disconnect: {who: AGENT, reason: REASON}\n",
        "subscribe" => "- subscribe: {agent: AGENT, url: \"${bot}/hook\", events: [EVENT]}\n",
        "wait" => "- wait: 45m\n",
        "repeat" => "- repeat: {times: 3, steps: [{say: {as: alice, text: \"Hello?\"}}, {wait: 1m}]}\n",
        "include" => "- include: parts/greet.steps\n",
        "one_of" => "- one_of: [{weight: 3, steps: [{say: {as: alice, text: \"Yes\"}}]}, {steps: [{wait: 10m}]}]\n",
        "expect" => {
            "\
- expect: {message: {from: bot, text: {matches: \"(?i)order number\"}}, within: 3s}
- expect: {call: {route: ROUTE, status: 200}, times: 1}
- expect: {event: EVENT, delivered: true, attempts: 2, by: 10m}
- expect: {push: {name: PUSH, chat: alice, to: AGENT}, within: 3s}
- expect: {in_order: [{event: EVENT}, {message: {from: bot}}]}
- expect: {state: {chat: alice, status: closed}, by: 45m}
"
        }
        "expect_none" => {
            "\
- expect_none: {message: {from: bot}, within: 500ms}
- expect_none: {violation: {}}
"
        }
        "fault" => {
            "\
- fault: {on: {route: ROUTE}, do: {code: CODE}, times: 1}
- fault: {on: {event: EVENT, nth: 2}, do: {duplicate: {gap: 200ms}}}
- fault: {on: {event: EVENT, chat: alice, every: 3, probability: 0.5}, do: {drop: true}}
- fault: {on: {route: ROUTE, after: 5m, during: 10m}, do: {delay: 2s}}
- fault: {on: {push: PUSH}, do: {truncate: 20}, times: 1}
"
        }
        "clear_faults" => {
            "\
- clear_faults: {}
- clear_faults: {event: EVENT}
"
        }
        "parallel" => "- parallel: [{steps: [{say: {as: alice, text: \"Hi\"}}, {wait: 1m}]}, {steps: [{wait: 10s}]}]\n",
        "call" => {
            "\
- call: {route: ROUTE, params: {chat_id: \"${chat.alice}\"}, body: {text: Hi}, answer: {status: 200}}
- call: {method: DELETE, path: /none, headers: {authorization: ~}, answer: {status: 404}}
"
        }
        "let" => {
            "\
- let: {name: id, from: {event: EVENT}, at: /payload/chat/id}
- say: {as: alice, text: \"${id}\"}
"
        }
        _ => "",
    }
}

/// How a fault is planned; empty if there is no such fault.
pub(super) fn fault(name: &str) -> &'static str {
    match name {
        "code" => "- fault: {on: {route: ROUTE}, do: {code: CODE}, times: 1}\n",
        "delay" => {
            "\
- fault: {on: {route: ROUTE}, do: {delay: 2s}}
- fault: {on: {route: ROUTE}, do: {delay: {median: 200ms, p99: 2s}}}
- fault: {on: {event: EVENT}, do: {delay: {from: 1s, to: 10m}}}
"
        }
        "stall" => "- fault: {on: {push: PUSH, chat: alice}, do: {stall: 30s}, times: 1}\n",
        "close" => "- fault: {on: {push: PUSH}, do: {close: {code: 1012, reason: \"restarting\"}}, times: 1}\n",
        "reset" => {
            "\
- fault: {on: {route: ROUTE}, do: {reset: true}, times: 1}
- fault: {on: {push: PUSH}, do: {reset: true}, times: 1}
"
        }
        "truncate" => "- fault: {on: {route: ROUTE}, do: {truncate: 20}}\n",
        "expire" => "- fault: {on: {route: ROUTE, nth: 3}, do: {expire: true}, times: 1}\n",
        "redirect" => "- fault: {on: {route: ROUTE}, do: {redirect: /elsewhere}, times: 1}\n",
        "malformed" => "- fault: {on: {route: ROUTE, probability: 0.1}, do: {malformed: true}}\n",
        "drip" => "- fault: {on: {route: ROUTE}, do: {drip: {over: 5s, pieces: 20}}, times: 1}\n",
        "hang" => "- fault: {on: {route: ROUTE}, do: {hang: true}, times: 1}\n",
        "hold" => "- fault: {on: {event: EVENT}, do: {hold: 10m}, times: 1}\n",
        "reorder" => "- fault: {on: {event: EVENT, chat: alice}, do: {reorder: {behind: 1, within: 30s}}, times: 1}\n",
        "lose" => "- fault: {on: {event: EVENT}, do: {lose: answer}, times: 1}\n",
        "duplicate" => "- fault: {on: {event: EVENT}, do: {duplicate: {gap: 200ms}}, times: 1}\n",
        "drop" => "- fault: {on: {event: EVENT, nth: 2}, do: {drop: true}, times: 1}\n",
        "set" => "- fault: {on: {event: EVENT}, do: {set: {payload.chat.id: unknown, payload.extra: [1]}}}\n",
        "tamper" => "- fault: {on: {event: EVENT}, do: {tamper: signature}}\n",
        _ => "",
    }
}

/// How the bot's call of an operation is expected, and made to fail on the way back.
pub(super) fn route(name: &str) -> String {
    let name = scalar(name);
    format!(
        "\
- expect: {{call: {{route: {name}}}, within: 3s}}
- fault: {{on: {{route: {name}}}, do: {{reset: true}}, times: 1}}
"
    )
}

/// How a webhook is expected, and delivered twice.
pub(super) fn event(name: &str) -> String {
    let name = scalar(name);
    format!(
        "\
- expect: {{event: {name}, delivered: true}}
- fault: {{on: {{event: {name}}}, do: {{duplicate: {{gap: 200ms}}}}, times: 1}}
"
    )
}

/// How a push is expected, and its socket closed instead.
pub(super) fn push(name: &str) -> String {
    let name = scalar(name);
    format!(
        "\
- expect: {{push: {name}, within: 3s}}
- fault: {{on: {{push: {name}}}, do: {{close: {{code: 1011}}}}, times: 1}}
"
    )
}

/// How an operation is made to answer with a code, and how that is expected. `route` is an operation to show it with.
///
/// What tells of success needs no plan, so it is only expected.
pub(super) fn code(code: &Code, route: Option<&str>) -> String {
    let (word, name) = (scalar(code.code), route.unwrap_or("ROUTE"));
    match code.is_refusal() {
        false => format!("- expect: {{call: {{code: {word}}}, within: 3s}}\n"),
        true => {
            let (plan, route) = (plan(code, name), scalar(name));
            format!("- {plan}\n- expect: {{call: {{route: {route}, code: {word}}}, within: 3s}}\n")
        }
    }
}

/// The step that has the next call of an operation answered with a code.
pub(in crate::cli) fn plan(code: &Code, route: &str) -> String {
    let (word, route) = (scalar(code.code), scalar(route));
    format!("fault: {{on: {{route: {route}}}, do: {{code: {word}}}, times: 1}}")
}

/// A word as YAML, with quotes where it would be read as something else than text.
fn scalar(word: &str) -> String {
    let begins = word.starts_with(|c: char| c.is_ascii_alphabetic());
    let plain = word.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-'));
    if begins && plain && !matches!(word, "true" | "false" | "null") { word.to_owned() } else { format!("{word:?}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::diag::Source;
    use crate::base::doc_ref::{DocRef, Mark};
    use crate::fault::FAULTS;
    use crate::platform::State;
    use crate::platform::recipe::Recipe;
    use crate::scenario::act::ACTS;
    use crate::scenario::include::{Library, Refusal};
    use crate::scenario::{self, STEPS, Staff, Vocabulary};

    const WORDS: Vocabulary = Vocabulary {
        platform: "any",
        lacks: &[],
        routes: || vec!["ROUTE", "4: route"],
        params: |_| Some(vec!["chat_id"]),
        events: || vec!["EVENT", "chat.assigned"],
        pushes: || vec!["PUSH"],
        reasons: || vec!["REASON"],
        codes: || vec!["CODE", "4304"],
        secrets: &[],
        setup_schema: || serde_json::json!({}),
        tokens_expire: true,
        setup: |_, _| Staff {
            agents: vec!["AGENT".to_owned()],
            teams: vec!["TEAM".to_owned()],
            retries_after: Some(crate::base::time::VirtualSpan::from_secs(5)),
            ..Staff::default()
        },
    };

    /// Has any file that an example includes.
    struct Parts;

    impl Library for Parts {
        fn read(&self, _: &str, path: &str) -> Result<Source, Refusal> {
            Ok(Source { name: path.into(), text: "steps: [{wait: 1s}]".into() })
        }
    }

    /// An example is one if it names what it is of, and can be part of a scenario.
    fn check(example: &str, word: &str) {
        assert!(example.contains(word), "{word} is not in {example:?}");
        let begin = if word == "start_chat" { "" } else { "- start_chat: {as: alice}\n" };
        let text = format!(
            "platform: any\ncustomers: {{alice: {{}}}}\nsteps:\n{begin}{example}- say: {{as: alice, text: Hi}}\n- expect: {{event: EVENT}}\n"
        );
        if let Err(problems) = scenario::load_rows(&text, &[WORDS], &Parts) {
            panic!("{text}\n{problems:#?}");
        }
    }

    #[test]
    fn examples_are_parts_of_sound_scenarios() {
        for name in ACTS.iter().map(|act| act.name).chain(STEPS.iter().map(|step| step.name)) {
            check(step(name), &format!("- {name}: "));
        }
        for row in FAULTS {
            check(fault(row.name), &format!("do: {{{}: ", row.name));
        }
        check(&route("ROUTE"), "ROUTE");
        check(&route("4: route"), "\"4: route\"");
        check(&event("chat.assigned"), "chat.assigned");
        check(&push("PUSH"), "PUSH");
        let row = |code: &'static str, status: u16| {
            let doc = DocRef::new(Mark::Docs, "vendor.example");
            Code { code, status, text: "", cause: "", doc, recipe: Recipe { path: "", text: "" }, state: State::Recipe }
        };
        check(&code(&row("4304", 200), Some("ROUTE")), "\"4304\"");
        check(&code(&row("CODE", 422), None), "- fault: {on: {route: ROUTE}, do: {code: CODE}");
        assert!(!code(&row("CODE", 200), None).contains("fault"));
    }

    #[test]
    fn words_that_yaml_would_not_read_as_text_are_quoted() {
        let check = |word: &str, expected: &str| assert_eq!(scalar(word), expected);
        check("send_event", "send_event");
        check("chat.assigned", "chat.assigned");
        check("4304", "\"4304\"");
        check("true", "\"true\"");
        check("a: b", "\"a: b\"");
    }
}
