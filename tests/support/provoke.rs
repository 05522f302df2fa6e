//! Codes that no bundled scenario meets, provoked one by one: by what the caller does wrong where that is possible, by a
//! planned fault where only the vendor can fail.

use http::{HeaderMap, HeaderName, Method};
use rehearsal::base::rng::Seed;
use rehearsal::engine::port::{Effect, Input};
use rehearsal::engine::{Opening, World};
use rehearsal::journal::{Entry, What};
use rehearsal::platform::Vendor;
use rehearsal::platform::cx::Identities;
use rehearsal::platform::route::{Body, Call};
use rehearsal::scenario::load_setup;

use super::stagehand::START;

/// A call, and the code it must be answered with.
pub(crate) struct Provocation {
    pub(crate) code: &'static str,
    /// `METHOD path`, with a query if need be.
    pub(crate) call: &'static str,
    pub(crate) headers: &'static [(&'static str, &'static str)],
    pub(crate) body: Sent,
    /// What stands within `setup:`.
    pub(crate) setup: &'static str,
    /// The operation at which the code is planned, where only the vendor can fail.
    pub(crate) planned_at: Option<&'static str>,
    /// Calls before it that must succeed.
    pub(crate) before: &'static [Prior],
}

/// What is sent as the body.
#[derive(Clone, Copy)]
pub(crate) enum Sent {
    Text(&'static str),
    TooLarge,
    TooSlow,
}

/// A call that comes before. `take` is one or two JSON pointers into its answer; in later paths and bodies `<id>` and
/// `<second>` stand for what they find.
pub(crate) struct Prior {
    pub(crate) call: &'static str,
    pub(crate) headers: &'static [(&'static str, &'static str)],
    pub(crate) body: &'static str,
    pub(crate) take: &'static str,
}

/// Makes every provocation of a vendor, checks its code, and returns the codes and the operations on the way.
pub(crate) fn provoked(vendor: &Vendor) -> (Vec<String>, Vec<String>) {
    let mut routes = Vec::new();
    let rows: &[Provocation] = match vendor.name {
        // Each of its codes has a recipe among the bundled scenarios.
        "imichat" | "texter" => &[],
        "livechat" => super::provoke_livechat::ROWS,
        other => panic!("{other} has no provocations"),
    };
    let codes = rows
        .iter()
        .map(|row| {
            let fault = row.planned_at.map_or(String::new(), |route| {
                format!("steps: [fault: {{on: {{route: {route}}}, do: {{code: {}}}}}]\n", row.code)
            });
            let text = format!("platform: {}\nsetup: {{{}}}\n{fault}", vendor.name, row.setup);
            let scenario = load_setup(&text, &[vendor.vocabulary]).unwrap_or_else(|problems| panic!("{problems:#?}"));
            let opening = Opening::play(&scenario, "provoke", Seed(1), Identities::WellKnown);
            let mut world = World::open(vendor, opening, START).unwrap();
            world.handle(START, Input::Begin);
            let mut taken: Vec<String> = Vec::new();
            for prior in row.before {
                let reply = answer(&mut world, call(prior.call, prior.headers, Sent::Text(prior.body), &taken));
                assert!(reply.status < 300, "{}: {:?}", prior.call, reply.body);
                if !prior.take.is_empty() {
                    let document: serde_json::Value = serde_json::from_slice(&reply.body).unwrap();
                    let value = |at| document.pointer(at).and_then(|value| value.as_str()).unwrap().to_owned();
                    taken = prior.take.split(' ').map(value).collect();
                }
            }
            let reply = answer(&mut world, call(row.call, row.headers, row.body, &taken));
            assert_eq!(reply.code.as_deref(), Some(row.code), "{} {:?}", row.call, reply.body);
            let status = vendor.codes.iter().find(|code| code.code == row.code).unwrap().status;
            assert_eq!(reply.status, status, "{}", row.call);
            let called =
                |entry: &Entry| if let What::Called(called) = &entry.what { called.route.clone() } else { None };
            routes.extend(world.journal().iter().filter_map(called).map(Into::into));
            row.code.to_owned()
        })
        .collect();
    (codes, routes)
}

fn call(line: &str, headers: &[(&'static str, &'static str)], body: Sent, taken: &[String]) -> Call {
    let filled = |text: &str| {
        let names = ["<id>", "<second>"].into_iter().zip(taken);
        names.fold(text.to_owned(), |text, (name, value)| text.replace(name, value))
    };
    let line = filled(line);
    let (method, target) = line.split_once(' ').unwrap();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.insert(HeaderName::from_static(name), value.parse().unwrap());
    }
    Call {
        method: Method::from_bytes(method.as_bytes()).unwrap(),
        path: path.to_owned(),
        query: query.to_owned(),
        headers: map,
        body: match body {
            Sent::Text(text) => Body::Whole(filled(text).into()),
            Sent::TooLarge => Body::TooLarge(10 << 20),
            Sent::TooSlow => Body::TooSlow,
        },
        params: Vec::new(),
    }
}

fn answer(world: &mut World, call: Call) -> rehearsal::platform::route::Reply {
    let effects = world.handle(START, Input::Call(call));
    let reply = effects
        .into_iter()
        .find_map(|effect| if let Effect::Reply(treated) = effect { Some(treated.reply) } else { None });
    reply.unwrap()
}
