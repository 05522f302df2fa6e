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
    Journal,
    Idle,
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
    row("GET", "/worlds", Operation::Worlds, "lists the open worlds"),
    row(
        "POST",
        "/worlds",
        Operation::Open,
        "opens a world with credentials of its own, for the `setup:` and `customers:` of a scenario",
    ),
    row("GET", "/worlds/{id}", Operation::World, "shows a world: address, credentials, customers"),
    row("DELETE", "/worlds/{id}", Operation::Close, "closes a world"),
    row("POST", "/worlds/{id}/reset", Operation::Reset, "begins a world anew, with the same credentials"),
    row(
        "POST",
        "/worlds/{id}/steps",
        Operation::Play,
        "plays a step or a list of steps and answers when they are done: 200 if all is met, 422 if not",
    ),
    row("GET", "/worlds/{id}/clock", Operation::Clock, "shows how a world's clock goes and where it stands"),
    row(
        "POST",
        "/worlds/{id}/clock",
        Operation::SetClock,
        "lets virtual time pass at once (`advance: 45m`), or changes how it goes (`mode: real`, `virtual` or `x60`)",
    ),
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
