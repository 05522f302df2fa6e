//! Every scheme and every forgery, from a set-up to the bytes that go out, as a receiver would check them.

use http::HeaderMap;
use rehearsal::base::secret::Secret;
use rehearsal::platform::PLATFORMS;
use rehearsal::report::Exit;
use rehearsal::signing::verify::{Flaw, Received, TOLERANCE};
use rehearsal::signing::{SCHEMES, Scheme};

use crate::support::program::{folder, rehearsal};
use crate::support::stagehand::{Play, Reaction, START, play};

/// A secret that every scheme takes, for those of a pair the private key.
fn secret(scheme: &str) -> &'static str {
    if scheme == "standard-v1a" {
        "whsk_nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A="
    } else {
        "whsec_bmV3LXNlY3JldC1vZi0yNC1ieXRlcw=="
    }
}

const PREVIOUS: &str = "whsec_b2xkLXNlY3JldC1vZi0yNC1ieXRlcw==";

/// One webhook of imi.chat, signed so; its receiver fails the first attempt.
fn sent(signing: &str, secret: &str, forgery: Option<&str>) -> Play {
    let imichat = PLATFORMS.iter().find(|vendor| vendor.name == "imichat").expect("it is there");
    let fault = forgery.map(|word| format!("- fault: {{on: {{event: chat.assigned}}, do: {{tamper: {word}}}}}\n"));
    let text = format!(
        "platform: imichat\nsetup:\n  signing: {signing}\n  virtual_agents: [{{login: b, webhook: {{url: \"${{bot}}/x\", secret: \"{secret}\", events: [chat.assigned]}}}}]\ncustomers: {{ada: {{}}}}\nsteps:\n{}- start_chat: {{as: ada, text: Hi}}\n- wait: 5m\n- expect: {{event: chat.assigned}}\n",
        fault.unwrap_or_default()
    );
    let mut first = true;
    play(imichat, &text, |_| if std::mem::take(&mut first) { Reaction::status(500) } else { Reaction::ok() })
}

/// What a receiver with this secret makes of an attempt.
fn received(play: &Play, attempt: usize, scheme: &Scheme, secret: &str) -> Result<(), Flaw> {
    let attempt = &play.attempts[attempt];
    let headers: HeaderMap = attempt.headers.iter().cloned().collect();
    let received = Received { headers: &headers, url: None, body: &attempt.body };
    scheme.verify(received, &[&Secret::new(secret)], START.as_secs(), TOLERANCE)
}

#[test]
fn every_scheme_can_be_chosen_and_signs_each_attempt() {
    for scheme in SCHEMES.iter().filter(|scheme| scheme.knows_no_address()) {
        let play = sent(&format!("{{scheme: {}}}", scheme.name), secret(scheme.name), None);
        assert_eq!(play.attempts.len(), 2, "{}", scheme.name);
        for attempt in 0..2 {
            assert_eq!(received(&play, attempt, scheme, secret(scheme.name)), Ok(()), "{}", scheme.name);
        }
    }
    let standard = &SCHEMES[0];
    let usual = sent("{}", secret("standard"), None);
    assert_eq!(received(&usual, 0, standard, secret("standard")), Ok(()));
    let vendor = sent("{scheme: vendor}", secret("standard"), None);
    assert_eq!(received(&vendor, 0, standard, secret("standard")), Err(Flaw::Missing("webhook-signature")));
}

#[test]
fn while_secrets_change_both_are_believed() {
    for scheme in ["standard", "stripe"] {
        let play = sent(&format!("{{scheme: {scheme}, previous_secret: \"{PREVIOUS}\"}}"), secret(scheme), None);
        let scheme = Scheme::named(scheme).unwrap();
        assert_eq!(received(&play, 0, scheme, secret(scheme.name)), Ok(()));
        assert_eq!(received(&play, 0, scheme, PREVIOUS), Ok(()));
    }
}

#[test]
fn every_forgery_is_found_out_for_what_it_is() {
    let present = secret("standard");
    for scheme in SCHEMES.iter().filter(|scheme| scheme.knows_no_address()) {
        let check = |word: &str, first: Result<(), Flaw>, second: Result<(), Flaw>| {
            let signing = format!("{{scheme: {}, previous_secret: \"{}\"}}", scheme.name, secret(scheme.name));
            let play = sent(&signing, secret(scheme.name), Some(word));
            let verdicts = [0, 1].map(|attempt| received(&play, attempt, scheme, secret(scheme.name)));
            assert_eq!(verdicts, [first, second], "{} {word}", scheme.name);
        };
        let (missing, mismatch) = (|| Err(Flaw::Missing(scheme.header)), || Err(Flaw::Mismatch(None)));
        let stale = || if scheme.is_timed() { Err(Flaw::TooOld(3_600)) } else { Ok(()) };
        check("signature", mismatch(), mismatch());
        check("unsigned", missing(), missing());
        check("unsigned_retry", Ok(()), missing());
        check("stale", stale(), stale());
        // Both secrets are the same here, so what the old one signs is believed.
        check("old_secret", Ok(()), Ok(()));
    }
    let standard = &SCHEMES[0];
    let old = sent(&format!("{{previous_secret: \"{PREVIOUS}\"}}"), present, Some("old_secret"));
    assert_eq!(received(&old, 0, standard, present), Err(Flaw::Mismatch(None)));
    assert_eq!(received(&old, 0, standard, PREVIOUS), Ok(()));
    let body = sent("{}", present, Some("body"));
    assert!(matches!(received(&body, 0, standard, present), Err(Flaw::Mismatch(_))));
}

#[tokio::test]
async fn a_captured_request_is_judged_by_the_program() {
    let file = folder("verify").join("request.txt");
    let request = "POST /hook HTTP/1.1\r\nwebhook-id: msg_p5jXN8AQM9LWM0D4loKWxJek\r\nwebhook-timestamp: 1614265330\r\nwebhook-signature: v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=\r\n\r\n{\"test\": 2432232314}";
    let key = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let check = async |text: &str, flags: &[&str], exit: Exit, part: &str| {
        std::fs::write(&file, text).unwrap();
        let ran = rehearsal(&[&["verify", file.to_str().unwrap()], flags].concat()).await;
        assert_eq!(ran.exit, exit, "{flags:?}: {}{}", ran.out, ran.err);
        let said = format!("{}{}", ran.out, ran.err);
        assert!(said.contains(part), "{flags:?}: {part} is not in {said}");
        assert!(!said.contains("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), "{said}");
    };
    let at = ["--secret", key, "--at", "2021-02-25T15:02:10Z"];
    check(request, &at, Exit::Met, "good, signed by `standard`").await;
    check(request, &["--secret", "x", "--secret", key, "--at", "2021-02-25T15:07:10Z"], Exit::Met, "good").await;
    check(request, &["--secret", key, "--at", "2021-02-25T15:07:11Z"], Exit::Missed, "signed 301 s ago").await;
    check(request, &["--secret", key, "--at", "2021-02-25T16:02:10Z", "--tolerance", "1h"], Exit::Met, "good").await;
    check(request, &["--secret", key], Exit::Missed, "too old").await;
    check(&format!("{request}\n"), &at, Exit::Missed, "without the line break at the end").await;
    check(request, &["--secret", "x", "--scheme", "github"], Exit::Missed, "`x-hub-signature-256` is missing").await;
    check("nonsense", &at, Exit::Invalid, "line 1 is no request line").await;
    check(request, &["--secret", "whsec_%"], Exit::Invalid, "not base64").await;
    check(request, &["--secret", "x", "--scheme", "githup"], Exit::Invalid, "write one of standard").await;
    check(request, &[], Exit::Invalid, "--secret").await;
    let ran = rehearsal(&["verify", "/none/request.txt", "--secret", "x"]).await;
    assert_eq!(ran.exit, Exit::Invalid);
    assert!(ran.err.contains("failed to read /none/request.txt"), "{}", ran.err);
}
