//! Any bytes as frames on every kind of socket of every vendor that has some: nothing panics, every text is answered, and nothing is said on
//! a socket that is closed.
//!
//! Lines are messages. One that begins with `!` is a message of bytes, with `#` the end of the socket, after which another is
//! opened; with `@` it is real time that passes; with `~` it is the JSON of a payload, sent as the action whose number comes
//! first. All others are messages of text.
//!
//! `cargo +nightly fuzz run frame fuzz/corpus/frame -- -max_len=2048`

#![no_main]

use bytes::Bytes;
use http::{HeaderMap, Method};
use libfuzzer_sys::fuzz_target;
use rehearsal::base::id::SocketId;
use rehearsal::base::rng::Seed;
use rehearsal::base::time::{WallLimit, WallTime};
use rehearsal::engine::clock::Pace;
use rehearsal::engine::port::{Effect, Errand, Happening, Input};
use rehearsal::engine::{Opening, World};
use rehearsal::platform::cx::Identities;
use rehearsal::platform::route::{Body, Call};
use rehearsal::platform::socket::{Inbound, Surface, Trouble};
use rehearsal::platform::{PLATFORMS, Vendor};
use rehearsal::scenario::load_setup;

fuzz_target!(|bytes: &[u8]| {
    for vendor in PLATFORMS.iter().filter(|vendor| !vendor.surfaces.is_empty()) {
        for surface in vendor.surfaces {
            play(vendor, surface, bytes);
        }
    }
});

fn play(vendor: &'static Vendor, surface: &Surface, bytes: &[u8]) {
    let nothing = load_setup(&format!("platform: {}\n", vendor.name), &[vendor.vocabulary]).expect("nothing is sound");
    let opening = Opening::play(&nothing, "fuzz", Seed(1), Identities::WellKnown);
    let mut wall = WallTime::from_nanos(0);
    let opened = World::open(vendor, Opening { pace: Pace::Running(1), ..opening }, wall);
    let mut world = opened.expect("nothing opens");
    world.handle(wall, Input::Begin);
    let names: Vec<&str> = (vendor.vocabulary.routes)();
    let mut socket = SocketId(1);
    let mut is_open = connect(&mut world, wall, surface, socket);
    for line in bytes.split(|byte| *byte == b'\n') {
        if !is_open {
            socket = SocketId(socket.0 + 1);
            is_open = connect(&mut world, wall, surface, socket);
        }
        let text = |text: String| Happening::Heard(Inbound::Text(text.into()));
        let (happening, answered) = match line {
            [b'!', rest @ ..] => (Happening::Heard(Inbound::Binary(Bytes::copy_from_slice(rest))), true),
            [b'#', b't', ..] => (Happening::Trouble(Trouble::Overdue), false),
            [b'#', b'b', ..] => (Happening::Trouble(Trouble::Behind), false),
            [b'#', ..] => {
                is_open = false;
                (Happening::Gone(None), false)
            }
            [b'@', hours, ..] => {
                wall = wall + WallLimit::from_secs(u64::from(*hours) * 60);
                continue;
            }
            [b'~', action, rest @ ..] => {
                let name = names[usize::from(*action) % names.len()];
                let action = name.rsplit('/').next().unwrap_or(name);
                let payload = String::from_utf8_lossy(rest);
                (text(format!(r#"{{"request_id":"r","action":"{action}","payload":{payload}}}"#)), true)
            }
            rest => (text(String::from_utf8_lossy(rest).into_owned()), true),
        };
        let effects = world.handle(wall, Input::Socket(socket, happening));
        let mut said = 0;
        for effect in effects {
            let Effect::Socket(of, errand) = effect else { continue };
            assert_eq!(of, socket);
            assert!(is_open, "{errand:?} after the end");
            match errand {
                Errand::Say(text) => {
                    let frame: serde_json::Value = serde_json::from_slice(&text).expect("what goes out is JSON");
                    assert!(frame.is_object());
                    said += 1;
                }
                Errand::HangUp(_) => is_open = false,
                Errand::Half(..) | Errand::Reset => panic!("no fault is planned"),
                Errand::Wait(_) => {}
            }
        }
        assert!(said > 0 || !answered, "{:?} was not answered", String::from_utf8_lossy(line));
    }
}

/// Opens a socket; whether it stays open.
fn connect(world: &mut World, wall: WallTime, surface: &Surface, socket: SocketId) -> bool {
    let path = surface.path.replace("{version}", "v3.6");
    // Sockets that are opened for nobody are closed at once.
    let query = "organization_id=390e44e6-f1e6-0368-c6dd-b74c14508c2e".to_owned();
    let (method, headers) = (Method::GET, HeaderMap::new());
    let call = Call { method, path, query, headers, body: Body::Whole(Bytes::new()), params: Vec::new() };
    let effects = world.handle(wall, Input::Socket(socket, Happening::Opened(Box::new(call))));
    !effects.iter().any(|effect| matches!(effect, Effect::Socket(_, Errand::HangUp(_))))
}
