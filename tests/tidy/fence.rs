//! Where foreign crates may be named, and where lints may be lifted.

use super::source::{Finding, Source};
use super::{finds, tidy};

const RIM: &[&str] = &[
    "src/server/",
    "src/delivery/",
    "src/probe/",
    "src/control/",
    "src/ui/",
    "src/cli/",
    "src/fixture.rs",
    "src/bot/",
    "src/main.rs",
    "tests/",
];
const HASHES: &[&str] = &["src/base/", "src/platform/", "src/signing/", "src/server/", "src/bot/", "tests/"];

/// Crates and the places that may name them. What is behind a fence can be exchanged without touching the rest.
const FENCES: &[(&str, &[&str])] = &[
    ("saphyr_parser", &["src/scenario/reader.rs"]),
    (
        "regex",
        &[
            "src/scenario/",
            "src/bot/",
            "src/platform/texter/filtrex/pattern.rs",
            "src/platform/texter/value/transform/pattern.rs",
        ],
    ),
    ("annotate_snippets", &["src/base/diag.rs"]),
    ("jiff", &["src/base/time.rs"]),
    ("rand", &["src/base/rng.rs"]),
    ("fake", &["src/base/rng.rs"]),
    ("strsim", &["src/base/nearest.rs"]),
    ("memchr", &["src/base/json.rs"]),
    ("matchit", &["src/platform/mount.rs"]),
    ("quick_junit", &["src/report/"]),
    ("clap", &["src/cli/"]),
    ("clap_complete", &["src/cli/"]),
    ("clap_mangen", &["src/cli/manual.rs"]),
    ("schemars", &["src/base/time.rs", "src/openapi/", "src/platform/", "src/control/"]),
    ("tokio", RIM),
    ("hyper", RIM),
    ("hyper_util", RIM),
    ("rustls", RIM),
    ("tokio_rustls", RIM),
    ("webpki_roots", RIM),
    ("rcgen", &["src/server/tls/authority.rs", "tests/"]),
    ("http_body_util", RIM),
    ("tungstenite", RIM),
    ("futures_util", RIM),
    ("tokio_tungstenite", RIM),
    ("hmac", HASHES),
    ("sha2", HASHES),
    ("sha1", &["src/signing/", "src/server/upgrade.rs"]),
    ("ed25519_dalek", &["src/signing/"]),
    ("base64", HASHES),
];

fn strays(tree: &[Source]) -> Vec<Finding> {
    let mut found = Vec::new();
    for source in tree {
        for (line, path) in source.paths() {
            let fence = FENCES.iter().find(|(name, _)| *name == path[0]);
            if let Some((name, places)) = fence
                && !source.within(places)
            {
                found.push(source.finding(line, format!("`{name}` is fenced; only {places:?} may name it")));
            }
        }
    }
    found
}

/// The files that may call what `.clippy.toml` bans.
const MAY_LIFT: &[&str] = &[
    // The one place where the stand-in reads the wall clock and waits.
    "src/server/ticker.rs",
    // The bot plays a foreign process and has its own clock to check the age of signatures.
    "src/bot/http.rs",
    // The edge of the program reads its surroundings.
    "src/main.rs",
];

fn lifted_bans(tree: &[Source]) -> Vec<Finding> {
    let mut found = Vec::new();
    for source in tree.iter().filter(|source| source.path.starts_with("src/") && !source.within(MAY_LIFT)) {
        for (at, token) in source.tokens.iter().enumerate() {
            if source.word(at) == Some("disallowed_methods") {
                found.push(source.finding(token.line, "use the seam that the lint names"));
            }
        }
    }
    found
}

#[test]
fn foreign_crates_stay_behind_their_fences() {
    tidy(strays);
}

#[test]
fn strays_are_found() {
    finds(strays, "src/scenario/check.rs", "use saphyr_parser::Event;\nuse regex::Regex;", &[1]);
    finds(strays, "src/scenario/reader.rs", "use saphyr_parser::Event;", &[]);
    finds(strays, "src/engine/mod.rs", "fn f() { rand::random() }\n// rand::random()\nfn g(rand: u8) {}", &[1]);
    finds(strays, "src/platform/cx.rs", "use hyper::{Request, body::Body};", &[1, 1]);
    finds(strays, "src/server/mod.rs", "use hyper::Request;\nuse jiff::Timestamp;", &[2]);
    finds(strays, "src/report/json.rs", "#[derive(clap::Args)] struct A;", &[1]);
}

#[test]
fn bans_are_lifted_in_the_named_places_only() {
    tidy(lifted_bans);
}

#[test]
fn lifted_bans_are_found() {
    let text = "#[expect(clippy::disallowed_methods, reason = \"…\")]\nfn f() {}";
    finds(lifted_bans, "src/cli/run.rs", text, &[1]);
    finds(lifted_bans, "src/server/ticker.rs", text, &[]);
}
