//! Any bytes as calls at every vendor: nothing panics, and every call is answered once, with a status that HTTP has.
//!
//! The first byte picks the vendor, the second an operation whose method and path are sent, or none; the rest up to the first
//! line break is what fills the path, or the path itself, with its query; then come header lines, an empty line, and the body.
//!
//! `cargo +nightly fuzz run call -- -max_len=2048`

#![no_main]

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use libfuzzer_sys::fuzz_target;
use rehearsal::base::rng::Seed;
use rehearsal::base::time::WallTime;
use rehearsal::engine::clock::Pace;
use rehearsal::engine::port::{Effect, Input};
use rehearsal::engine::{Opening, World};
use rehearsal::platform::PLATFORMS;
use rehearsal::platform::cx::Identities;
use rehearsal::platform::route::{Body, Call};
use rehearsal::scenario::load_setup;

fuzz_target!(|bytes: &[u8]| {
    let [vendor, route, rest @ ..] = bytes else { return };
    let vendor = &PLATFORMS[usize::from(*vendor) % PLATFORMS.len()];
    let nothing = load_setup(&format!("platform: {}\n", vendor.name), &[vendor.vocabulary]).expect("nothing is sound");
    let opening = Opening::play(&nothing, "fuzz", Seed(1), Identities::WellKnown);
    let wall = WallTime::from_nanos(0);
    let opening = Opening { pace: Pace::Running(1), allow_prefer: true, ..opening };
    let mut world = World::open(vendor, opening, wall).expect("nothing opens");
    world.handle(wall, Input::Begin);

    let mut lines = rest.split(|byte| *byte == b'\n');
    let written = String::from_utf8_lossy(lines.next().unwrap_or_default()).into_owned();
    let routes = (vendor.routes)();
    let (method, path) = match routes.get(usize::from(*route)) {
        Some(known) => {
            let parts = known.path.split('/').map(|part| if part.starts_with('{') { written.as_str() } else { part });
            (known.method.clone(), parts.collect::<Vec<_>>().join("/"))
        }
        None => (Method::POST, format!("/{written}")),
    };
    let (path, query) = path.split_once('?').map_or((path.clone(), ""), |(path, query)| (path.to_owned(), query));
    let mut headers = HeaderMap::new();
    for line in lines.by_ref().take_while(|line| !line.is_empty()) {
        let colon = line.iter().position(|byte| *byte == b':').unwrap_or(line.len());
        let value = line.get(colon + 1..).unwrap_or_default();
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(&line[..colon]), HeaderValue::from_bytes(value)) {
            headers.append(name, value);
        }
    }
    let body: Bytes = lines.collect::<Vec<_>>().join(&b'\n').into();
    let call = Call { method, path, query: query.to_owned(), headers, body: Body::Whole(body), params: Vec::new() };
    let effects = world.handle(wall, Input::Call(call));
    let statuses: Vec<u16> = effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Reply(treated) => Some(treated.reply.status),
            _ => None,
        })
        .collect();
    assert!(matches!(statuses.as_slice(), [100..=599]), "{statuses:?}");
});
