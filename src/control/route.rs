//! The table of the control port's operations, from which its router, its documentation and its refusals come.

use http::Method;

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Route {
    /// The HTTP method.
    pub method: &'static str,
    /// The path; `{id}` stands for the id of a world, or the name of a platform.
    pub path: &'static str,
    /// The parameters of the query, each with what it means.
    pub query: &'static [(&'static str, &'static str)],
    /// What it does.
    pub summary: &'static str,
    /// Who may ask.
    pub access: Access,
    /// What does it.
    pub operation: Operation,
}

/// Who may ask for an operation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Access {
    /// Every program of this machine.
    Anyone,
    /// Whoever knows the token.
    Token,
}

/// What the control port can do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "each is documented by its row")]
pub enum Operation {
    Health,
    Ready,
    Worlds,
    Open,
    World,
    Close,
    Reset,
    Play,
    Clock,
    SetClock,
    Faults,
    AddFaults,
    ClearFaults,
    Journal,
    Stream,
    Idle,
    Resend,
    Keep,
    TakeBack,
    Snapshots,
    Forget,
    Fork,
    Begin,
    Follow,
    Cancel,
    Metrics,
    Document,
    Schema,
}

const fn row(method: &'static str, path: &'static str, operation: Operation, summary: &'static str) -> Route {
    Route { method, path, query: &[], summary, access: Access::Token, operation }
}

/// All operations.
pub const ROUTES: &[Route] = &[
    Route {
        access: Access::Anyone,
        ..row("GET", "/health", Operation::Health, "tells that the program answers; needs no token")
    },
    row("GET", "/ready", Operation::Ready, "tells whether all worlds of the start are open"),
    Route {
        access: Access::Anyone,
        ..row("GET", "/openapi.json", Operation::Document, "gives all of this as an OpenAPI document; needs no token")
    },
    row("GET", "/metrics", Operation::Metrics, "counts calls, webhooks and worlds, in the text format of Prometheus"),
    row("GET", "/worlds", Operation::Worlds, "lists the open worlds"),
    Route {
        query: &[
            ("bot", "what `${bot}` stands for in this world; the bot of the stand-in by default"),
            (
                "identities",
                "`fresh` credentials, or the `well_known` ones, which one world at a time can have; `fresh` by default",
            ),
            ("mode", "how its clock goes: `real`, `virtual` or `x60`; `real` by default"),
        ],
        ..row("POST", "/worlds", Operation::Open, "opens a world for a scenario, whose steps wait until they are begun")
    },
    row("GET", "/worlds/{id}", Operation::World, "shows a world: address, credentials, customers"),
    row("DELETE", "/worlds/{id}", Operation::Close, "closes a world"),
    row("POST", "/worlds/{id}/reset", Operation::Reset, "begins a world anew, with the same credentials"),
    Route {
        query: &[
            ("after", "expectations look from after this entry on; from the last act on by default"),
            (
                "within",
                "how long to wait for the end, such as `10s`; then 408, and the steps go on; without end by default",
            ),
        ],
        ..row(
            "POST",
            "/worlds/{id}/steps",
            Operation::Play,
            "plays a step or a list of steps and answers when they are done: 200 if all is met, 422 if not",
        )
    },
    row("POST", "/worlds/{id}/run", Operation::Begin, "begins the steps of the scenario that a world was opened for"),
    Route {
        query: &[("wait", "how long to wait for their end, such as `30s`; not at all by default")],
        ..row("GET", "/worlds/{id}/run", Operation::Follow, "tells how far these steps are, and what went wrong")
    },
    row("DELETE", "/worlds/{id}/run", Operation::Cancel, "breaks these steps off; the world stays open"),
    row("GET", "/worlds/{id}/clock", Operation::Clock, "shows how a world's clock goes and where it stands"),
    Route {
        query: &[("within", "how long to wait until all is done that falls due; then 408; without end by default")],
        ..row(
            "POST",
            "/worlds/{id}/clock",
            Operation::SetClock,
            "lets virtual time pass at once (`advance: 45m`), or changes how it goes (`mode: real`, `virtual` or `x60`)",
        )
    },
    row("GET", "/worlds/{id}/faults", Operation::Faults, "lists the faults in force, and how often each has fired"),
    row(
        "POST",
        "/worlds/{id}/faults",
        Operation::AddFaults,
        "plans a fault or a list of faults, as they stand under `fault:`, after those in force",
    ),
    Route {
        query: &[
            ("route", "only those on calls to this operation"),
            ("event", "only those on webhooks of this event"),
            ("push", "only those on pushes of this name"),
            ("rule", "only the one with this number"),
        ],
        ..row("DELETE", "/worlds/{id}/faults", Operation::ClearFaults, "ends faults, all of them by default")
    },
    Route {
        query: &[
            ("after", "only entries after this number"),
            ("kind", "only entries of these kinds, with commas between them"),
            ("wait", "how long to wait for the first entry, such as `5s`; not at all by default"),
            ("limit", "how many entries at most, 1 to 10000; 1000 by default"),
        ],
        ..row("GET", "/worlds/{id}/journal", Operation::Journal, "gives entries of a world's journal")
    },
    Route {
        query: &[
            ("after", "only entries after this number, for those who send no `Last-Event-ID`"),
            ("kind", "only entries of these kinds, with commas between them"),
        ],
        ..row(
            "GET",
            "/worlds/{id}/journal/stream",
            Operation::Stream,
            "gives a world's journal as server-sent events, as it grows",
        )
    },
    row("POST", "/worlds/{id}/snapshots", Operation::Keep, "keeps a world as it is, if it rests"),
    Route {
        query: &[("snapshot", "the id of one of its snapshots")],
        ..row(
            "POST",
            "/worlds/{id}/restore",
            Operation::TakeBack,
            "takes a world back to a snapshot, as often as wanted; its clients need not be told",
        )
    },
    row("GET", "/snapshots", Operation::Snapshots, "lists the snapshots of all worlds"),
    Route {
        query: &[("bot", "what `${bot}` stands for in the fork; as in the world of the snapshot by default")],
        ..row(
            "POST",
            "/snapshots/{id}/fork",
            Operation::Fork,
            "opens a world that goes on from a snapshot beside all others, with credentials of its own",
        )
    },
    row("DELETE", "/snapshots/{id}", Operation::Forget, "drops a snapshot; those of a world go with it"),
    Route {
        query: &[("delivery", "the webhook's number, as the journal has it; one of the last 256 of its world")],
        ..row(
            "POST",
            "/worlds/{id}/resend",
            Operation::Resend,
            "sends a webhook once more, whatever became of it: the same bytes and `webhook-id`, signed anew",
        )
    },
    Route {
        query: &[("within", "how long that may take, such as `10s`; `5s` by default")],
        ..row(
            "GET",
            "/worlds/{id}/idle",
            Operation::Idle,
            "waits until no step is played and no webhook is on its way; 408 if that takes too long",
        )
    },
    row("GET", "/platforms/{id}/openapi", Operation::Schema, "gives the API of a platform as an OpenAPI 3.1 document"),
];

/// What a method and a path lead to.
#[derive(Debug)]
pub(super) enum Found {
    /// An operation, and the id in the path; empty if it has none.
    Route(&'static Route, String),
    /// Operations with other methods.
    Method(Vec<&'static str>),
    /// No operation.
    Nothing,
}

/// Finds the operation.
pub(super) fn find(method: &Method, path: &str) -> Found {
    let mut allowed = Vec::new();
    for route in ROUTES {
        let Some(id) = id_in(route.path, path) else { continue };
        if route.method == method.as_str() {
            return Found::Route(route, id.to_owned());
        }
        allowed.push(route.method);
    }
    if allowed.is_empty() { Found::Nothing } else { Found::Method(allowed) }
}

/// The id in a path that has the form of a route's, segment by segment; empty where the route has none.
fn id_in<'p>(form: &str, path: &'p str) -> Option<&'p str> {
    let (mut form, mut path) = (form.split('/'), path.split('/'));
    let mut id = "";
    loop {
        match (form.next(), path.next()) {
            (None, None) => return Some(id),
            (Some("{id}"), Some(segment)) if !segment.is_empty() => id = segment,
            (Some(wanted), Some(segment)) if wanted == segment => {}
            (None, Some(_)) | (Some(_), None | Some(_)) => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_to_operations_segment_by_segment() {
        let check = |method: Method, path: &str, expected: &str| {
            let found = match find(&method, path) {
                Found::Route(route, id) => format!("{:?} {id}", route.operation),
                Found::Method(allowed) => allowed.join(" "),
                Found::Nothing => String::new(),
            };
            assert_eq!(found, expected, "{method} {path}");
        };
        check(Method::GET, "/health", "Health ");
        check(Method::GET, "/healthy", "");
        check(Method::GET, "/health/", "");
        check(Method::GET, "/worlds", "Worlds ");
        check(Method::DELETE, "/worlds", "GET POST");
        check(Method::GET, "/worlds/w1", "World w1");
        check(Method::GET, "/worlds/", "");
        check(Method::GET, "/worlds//journal", "");
        check(Method::GET, "/worlds/w1/journal", "Journal w1");
        check(Method::GET, "/worlds/w1/reset", "POST");
        check(Method::GET, "/worlds/w1/journal/x", "");
        check(Method::GET, "", "");
        check(Method::GET, "*", "");
    }
}
