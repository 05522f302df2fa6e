//! What texts may hold, how they are matched, and what steps are read as.

use std::borrow::Cow;

use rehearsal::fault::Only;
use rehearsal::scenario::act::Act;
use rehearsal::scenario::expect::{Since, Subject, Wanted};
use rehearsal::scenario::text::{Matcher, Text};
use rehearsal::scenario::{Action, Scenario};

use super::toy::{problems, read_steps};

const START: &str = "start_chat: {as: alice}";
const EXPECT: &str = "expect: {event: incoming_chat}";

fn sound(step: &str) -> Scenario {
    read_steps(&[START, step, EXPECT]).unwrap_or_else(|found| panic!("{step}: {found:#?}"))
}

/// The codes of the problems of a step, which stands in line 6 after a chat was started.
fn codes(step: &str) -> Vec<&'static str> {
    problems(read_steps(&[START, step, EXPECT])).iter().map(|problem| problem.0).collect()
}

fn matcher(yaml: &str) -> Matcher {
    match sound(&format!("expect: {{message: {{text: {yaml}}}}}")).steps.remove(1).action {
        Action::Expect(expect) => match expect.wanted {
            Wanted::Some(Subject::Message(pattern)) => pattern.text.expect("the step has a text"),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}

fn fill(text: &Text) -> String {
    text.fill(|name| (name == "order").then_some(Cow::Borrowed("A-1001")))
}

#[test]
fn matchers_accept_what_they_say() {
    let check = |yaml: &str, actual: &str, accepts: bool, says: &str| {
        let matcher = matcher(yaml);
        assert_eq!(matcher.accepts(actual, fill), accepts, "{yaml} against {actual:?}");
        assert_eq!(matcher.describe(fill), says);
    };
    check("Hi", "Hi", true, "\"Hi\"");
    check("Hi", "Hi there", false, "\"Hi\"");
    check("{equals: Hi}", "hi", false, "\"Hi\"");
    check("{contains: ll}", "hello", true, "something containing \"ll\"");
    check("{contains: lo l}", "hello", false, "something containing \"lo l\"");
    check("{matches: '(?i)ORDER number'}", "the order number?", true, "something matching /(?i)ORDER number/");
    check("{matches: '^number'}", "the order number?", false, "something matching /^number/");
    check("{matches: 'שלו.'}", "שלום", true, "something matching /שלו./");
    check("{one_of: [yes, no]}", "no", true, "one of \"yes\", \"no\"");
    check("{one_of: [yes, no]}", "nope", false, "one of \"yes\", \"no\"");
    check("5 $", "5 $", true, "\"5 $\"");
}

#[test]
fn names_are_known_from_the_let_that_gives_them() {
    let binding = "let: {name: order, from: {event: incoming_chat}, at: /id}";
    let check = |steps: &[&str], expected: &[&str]| {
        let found: Vec<&str> = problems(read_steps(steps)).iter().map(|problem| problem.0).collect();
        assert_eq!(found, expected, "{steps:?}");
    };
    let say = "say: {as: alice, text: \"order ${order}\"}";
    check(&[START, binding, say, EXPECT], &[]);
    check(&[START, say, binding, EXPECT], &["E0205"]);
    check(&[START, binding, "expect: {message: {text: {one_of: [\"${order}\", \"${ordre}\"]}}}"], &["E0205"]);
    check(&[START, binding, "expect: {message: {options: [\"${ordre}\"]}}"], &["E0205"]);
    check(&[START, "let: {name: a.b, from: {event: incoming_chat}, at: /id}", EXPECT], &["E0113"]);
}

#[test]
fn steps_that_cannot_be_meant_are_refused() {
    let check = |step: &str, expected: &[&str]| assert_eq!(codes(step), expected, "{step}");
    check("expect: {message: {text: {matches: \"a{1000}{1000}{1000}\"}}}", &["E0111"]);
    check(&format!("expect: {{message: {{text: {{matches: \"{}\"}}}}}}", "(".repeat(5_000)), &["E0111"]);
    check("expect: {message: {text: {matches: x, contains: y}}}", &["E0106"]);
    check("expect: {message: {text: {}}}", &["E0106"]);
    check("expect: {message: {text: {like: x}}}", &["E0101"]);
    check("expect: {message: {text: {one_of: []}}}", &["E0107"]);
    check("expect: {message: {text: 7}}", &["E0103"]);
    check("expect: {message: {}, call: {}}", &["E0106"]);
    check("expect: {within: 1s}", &["E0106"]);
    check("expect: {violations: some}", &["E0103"]);
    check("expect: {violations: none, times: 1}", &["E0107"]);
    check("expect_none: {violations: none}", &["E0107"]);
    check("pick: {as: alice}", &["E0106"]);
    check("pick: {as: alice, items: []}", &["E0106"]);
    check("pick: {as: alice, items: [a], time: \"2026-01-06T10:00:00Z\"}", &["E0106"]);
    check("pick: {as: ann, items: [a]}", &["E0202"]);
    check("pick: {as: alice, items: [\"${a}\"]}", &["E0205"]);
    check("expect: {message: {}, delivered: true}", &["E0107"]);
    check("expect_none: {message: {}, times: 2}", &["E0107"]);
    check("expect: {message: {from: nobody}}", &["E0202"]);
    check("expect: {event: {name: incoming_chat, chat: nowhere}}", &["E0204"]);
    check("wait: 1h 30m", &["E0105"]);
    check("wait: [1s]", &["E0103"]);
    check("say: Hi", &["E0103"]);
    check("transfer: {to: ann, by: bob}", &["E0202"]);
    check("assign: {to: Sales}", &["E0202"]);
    check("close: {by: nobody}", &["E0202"]);
    check("fault: {on: {route: send_event, event: incoming_chat}, do: {reset: true}}", &["E0106"]);
    check("fault: {on: {}, do: {reset: true}}", &["E0106"]);
    check("fault: {on: {route: send_event}, do: {}}", &["E0106"]);
    check("fault: {on: {route: send_event}, do: {drop: true}}", &["E0101"]);
    check("fault: {on: {event: incoming_chat}, do: {code: chat_inactive}}", &["E0101"]);
    check("fault: {on: {route: send_event}, do: {reset: false}}", &["E0107"]);
    check("fault: {on: {route: send_event}, do: {code: 4109}}", &["E0208"]);
    check("fault: {on: {route: send_event, nth: 0}, do: {reset: true}}", &["E0104"]);
    check("fault: {on: {route: send_event}, do: {reset: true}, times: 0}", &["E0107"]);
    check("fault: {on: {event: incoming_chat}, do: {tamper: header}}", &["E0101"]);
    check("fault: {on: {event: incoming_chat}, do: {set: {}}}", &["E0107"]);
    check("fault: {on: {event: incoming_chat}, do: {set: 7}}", &["E0103"]);
    check("fault: {on: {route: send_event}, do: {set: {a: 1}}}", &["E0101"]);
}

#[test]
fn every_act_and_every_fault_can_be_written() {
    for step in [
        "say: {as: ann, text: Hi, chat: alice}",
        "choose: {as: alice, option: Yes}",
        "attach: {as: alice, url: \"https://example.com/a.png\"}",
        "pick: {as: alice, items: [a, b]}",
        "pick: {as: alice, time: \"2026-01-06T10:00:00Z\"}",
        "leave: {as: alice}",
        "assign: {to: ann}",
        "transfer: {to: '7', by: ann, skill: English}",
        "resume: {}",
        "tag: {add: [refund], remove: [new], by: ann}",
        "close: {by: system, outcome: done}",
        "wait: 45m",
        "expect_none: {message: {from: bot}, within: 100ms, by: 10m}",
        "expect: {violation: {}}",
        "expect: {violations: none}",
        "call: {route: send_event, params: {version: v3.5}, headers: {authorization: ~}, body: [], answer: {code: 4108}}",
        "expect: {event: incoming_chat, delivered: true, attempts: 2, times: 1}",
        "expect: {call: {route: send_event, status: 200, body: {a: [1, x, ~]}, reply: {}}}",
        "fault: {on: {route: send_event, nth: 2}, do: {code: 4108}, times: 1}",
        "fault: {on: {route: send_event}, do: {delay: 2s}}",
        "fault: {on: {event: incoming_chat}, do: {delay: 2h}}",
        "fault: {on: {route: send_event}, do: {truncate: 10}}",
        "fault: {on: {event: incoming_chat}, do: {duplicate: {}}}",
        "fault: {on: {event: incoming_chat}, do: {drop: true}}",
        "fault: {on: {event: incoming_chat}, do: {set: {payload.chat.id: X}}}",
        "fault: {on: {event: incoming_chat}, do: {tamper: secret}}",
    ] {
        // A step is kept as one line that reads as it was written.
        let quotes = |text: &str| text.replace(['"', '\''], "");
        assert_eq!(quotes(&sound(step).steps[1].source), quotes(step).replace('~', "null"));
    }
}

#[test]
fn defaults_are_filled_in() {
    let action = |step: &str| sound(step).steps.remove(1).action;
    let Action::Expect(some) = action("expect: {message: {}}") else { panic!("it is an expectation") };
    assert!(matches!(some.wanted, Wanted::Some(Subject::Message(_))), "{some:?}");
    assert_eq!((some.within.to_string(), some.by), ("3s".to_owned(), None));
    let Action::Expect(none) = action("expect_none: {message: {}}") else { panic!("it is an expectation") };
    assert!(matches!(none.wanted, Wanted::Never(_, Since::Act)), "{none:?}");
    assert_eq!(none.within.to_string(), "250ms");
    let Action::Fault(fault) = action("fault: {on: {event: incoming_chat}, do: {drop: true}}") else {
        panic!("it is a fault")
    };
    assert_eq!((&fault.only, fault.times), (&Only::default(), None));
    let Action::Act(Act::Attach(attach)) = action("attach: {as: alice, url: x}") else { panic!("it is an act") };
    assert_eq!(attach.content_type, "image/png");
}
