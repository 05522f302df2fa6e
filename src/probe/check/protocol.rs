//! Whether the receiver speaks HTTP as clients, proxies and load balancers do.

use super::{Check, Course, Needs, Severity, Wants};
use crate::probe::letter::{Desk, Framing, Letter, Pace, Role};

const CONTENT_TYPE: &str = "content-type";

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "P401",
        name: "charset in content-type",
        sends: "events with `application/json;charset=UTF-8`, `application/json; charset=\"utf-8\"`, and a charset that nobody knows",
        wants: Wants::Answer,
        why: "the parameter is common and means nothing for JSON, which is UTF-8",
        mend: "look at the media type only, and decode the body as UTF-8",
        severity: Severity::Serious,
        needs: Needs::Nothing,
        course: Course::Each(|desk| {
            [
                "application/json;charset=UTF-8",
                "application/json; charset=\"utf-8\"",
                "application/json; charset=klingon",
            ]
            .map(|value| with_content_type(desk, Some(value)))
            .to_vec()
        }),
    },
    Check {
        id: "P402",
        name: "no content-type",
        sends: "an event without `content-type`",
        wants: Wants::Action,
        why: "proxies drop it, and frameworks then hand on an empty body",
        mend: "parse the body whatever the header says",
        severity: Severity::Minor,
        needs: Needs::Nothing,
        course: Course::Each(|desk| vec![with_content_type(desk, None)]),
    },
    Check {
        id: "P403",
        name: "wrong content-type",
        sends: "events with `text/plain`, a form's content-type, and one that is no media type at all",
        wants: Wants::Answer,
        why: "frameworks choose a parser by it, and fail if it is another than they expect",
        mend: "parse the body as JSON whatever the header says, or answer 415",
        severity: Severity::Serious,
        needs: Needs::Nothing,
        course: Course::Each(|desk| {
            ["text/plain", "application/x-www-form-urlencoded", ";;=,"]
                .map(|value| with_content_type(desk, Some(value)))
                .to_vec()
        }),
    },
    Check {
        id: "P404",
        name: "body in chunks",
        sends: "an event with `transfer-encoding: chunked` instead of `content-length`",
        wants: Wants::Action,
        why: "every HTTP/1.1 server must read chunks, and proxies make them",
        mend: "let your framework read the body; one that reads by `content-length` only must also read chunks",
        severity: Severity::Serious,
        needs: Needs::Nothing,
        course: Course::Each(|desk| vec![Letter { framing: Framing::Chunked, ..desk.genuine() }]),
    },
    Check {
        id: "P405",
        name: "slow body",
        sends: "an event whose body comes in eight pieces over one and a half seconds",
        wants: Wants::Action,
        why: "networks stall; a body that is not there at once is no reason to fail",
        mend: "wait for the whole body, with a limit of some seconds",
        severity: Severity::Serious,
        needs: Needs::Nothing,
        course: Course::Each(|desk| vec![Letter { pace: Pace::Drip, ..desk.genuine() }]),
    },
    Check {
        id: "P406",
        name: "GET",
        sends: "the event by `GET`",
        wants: Wants::Refusal,
        why: "what acts on GET is set off by crawlers, previews and prefetching browsers",
        mend: "answer 405 to every method but POST",
        severity: Severity::Minor,
        needs: Needs::Nothing,
        course: Course::Each(|desk| vec![Letter { method: "GET", ..desk.genuine() }]),
    },
    Check {
        id: "P407",
        name: "PUT",
        sends: "the event by `PUT`",
        wants: Wants::Refusal,
        why: "no platform sends webhooks so; whatever does is something else",
        mend: "answer 405 to every method but POST",
        severity: Severity::Minor,
        needs: Needs::Nothing,
        course: Course::Each(|desk| vec![Letter { method: "PUT", ..desk.genuine() }]),
    },
    Check {
        id: "P408",
        name: "HEAD",
        sends: "a `HEAD` request without a body",
        wants: Wants::Answer,
        why: "health checks use it; one that hangs or fails takes the receiver out of service",
        mend: "answer with a status and no body",
        severity: Severity::Serious,
        needs: Needs::Nothing,
        course: Course::Each(|desk| vec![empty(desk, "HEAD")]),
    },
    Check {
        id: "P409",
        name: "OPTIONS",
        sends: "an `OPTIONS` request without a body",
        wants: Wants::Answer,
        why: "browsers and scanners ask so, and an error nobody handles is a crash",
        mend: "answer with a status, 405 for example",
        severity: Severity::Serious,
        needs: Needs::Nothing,
        course: Course::Each(|desk| vec![empty(desk, "OPTIONS")]),
    },
    Check {
        id: "P410",
        name: "Expect: 100-continue",
        sends: "an event with `expect: 100-continue`, whose body is held back until the receiver asks, or for a second and a half",
        wants: Wants::Action,
        why: "some clients send it with every larger body",
        mend: "answer `100 Continue`, or read on without; most servers do it by themselves",
        severity: Severity::Serious,
        needs: Needs::Nothing,
        course: Course::Each(|desk| vec![Letter { pace: Pace::Asked, ..desk.genuine() }]),
    },
    Check {
        id: "P411",
        name: "HTTP/1.0",
        sends: "an event by HTTP/1.0",
        wants: Wants::Action,
        why: "older proxies still speak it",
        mend: "answer in HTTP/1.0 without chunks, and close the connection",
        severity: Severity::Minor,
        needs: Needs::Nothing,
        course: Course::Each(|desk| vec![Letter { version: "HTTP/1.0", ..desk.genuine() }]),
    },
    Check {
        id: "P412",
        name: "kept connection",
        sends: "an event in four copies, one after the other on one connection",
        wants: Wants::ActionOnce,
        why: "platforms keep connections; an answer that is out of step belongs to another webhook",
        mend: "read each body to its end and tell the length of each answer",
        severity: Severity::Serious,
        needs: Needs::Nothing,
        course: Course::Kept(|desk| vec![desk.genuine(); 4]),
    },
    Check {
        id: "P413",
        name: "kept connection after a refusal",
        sends: "a webhook that is to be refused, and a good one on the same connection",
        wants: Wants::Action,
        why: "who refuses before reading the body takes it for the next request",
        mend: "read the body of what you refuse, or close the connection and say so",
        severity: Severity::Serious,
        needs: Needs::Nothing,
        course: Course::Kept(|desk| {
            let mut refused = desk.sealed(b"{\"padding\":\"not an event\"}".to_vec());
            refused.role = Role::Prelude;
            refused.set("webhook-signature", "v1,AAAA");
            vec![refused, desk.genuine()]
        }),
    },
    Check {
        id: "P414",
        name: "answers in time",
        sends: "nothing more: the slowest answer to a good webhook so far is looked at",
        wants: Wants::Promptness,
        why: "an answer that comes too late counts as none, and the webhook comes again",
        mend: "acknowledge first and work afterwards",
        severity: Severity::Minor,
        needs: Needs::Nothing,
        course: Course::Measured,
    },
];

fn with_content_type(desk: &Desk<'_>, value: Option<&str>) -> Letter {
    let mut letter = desk.genuine();
    match value {
        Some(value) => letter.set(CONTENT_TYPE, value),
        None => letter.remove(CONTENT_TYPE),
    }
    letter
}

/// A request of this method without a body.
fn empty(desk: &Desk<'_>, method: &'static str) -> Letter {
    let mut letter = Letter { method, framing: Framing::None, ..desk.sealed(Vec::new()) };
    letter.remove(CONTENT_TYPE);
    letter
}
