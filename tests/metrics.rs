//! What the control port counts.

use crate::support::client::exchange;
use crate::support::controlled::{Controlled, TOKEN};
use crate::support::receiver::{Line, OK, Receiver};

async fn metrics(stand_in: &Controlled) -> String {
    let answer = stand_in.send("GET /metrics", &format!("authorization: Bearer {TOKEN}\r\n"), "").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), Some("text/plain; version=0.0.4; charset=utf-8"));
    answer.text()
}

#[track_caller]
fn check(metrics: &str, line: &str) {
    assert!(metrics.lines().any(|found| found == line), "there is no {line} in:\n{metrics}");
}

#[tokio::test]
async fn what_goes_on_is_counted_and_stays_counted_when_its_world_is_closed() {
    let receiver = Receiver::start([Line::Answer(OK)]).await;
    let stand_in = Controlled::start(receiver.address).await;
    let before = metrics(&stand_in).await;
    check(&before, "rehearsal_worlds{platform=\"toy\"} 1");
    check(&before, "rehearsal_attempts_total{platform=\"toy\",outcome=\"2xx\"} 0");
    check(&before, &format!("rehearsal_build_info{{version=\"{}\"}} 1", env!("CARGO_PKG_VERSION")));
    assert_eq!(stand_in.ask("POST /worlds/toy/steps", "start_chat: {as: alice, text: Hi}").await.0, 200);
    assert_eq!(stand_in.ask("GET /worlds/toy/idle", "").await.0, 200);
    for (key, status) in [("toy-key", 200), ("nobody", 401)] {
        let call =
            format!("POST /toy/alice/answer HTTP/1.1\r\nhost: x\r\nx-key: {key}\r\ncontent-length: 5\r\n\r\nHello");
        assert_eq!(exchange(stand_in.vendor, call).await.status, status);
    }
    // What a world is taken back from has happened all the same, and what it is taken back to has not happened again.
    let (_, kept) = stand_in.ask("POST /worlds/toy/snapshots", "").await;
    for _ in 0..2 {
        let line = format!("POST /worlds/toy/restore?snapshot={}", kept["id"].as_str().unwrap());
        assert_eq!(stand_in.ask(&line, "").await.0, 200);
    }
    let busy = metrics(&stand_in).await;
    assert_eq!(stand_in.ask("POST /worlds/toy/reset", "").await.0, 200);
    let reset = metrics(&stand_in).await;
    assert_eq!(stand_in.ask("DELETE /worlds/toy", "").await.0, 204);
    let closed = metrics(&stand_in).await;
    for metrics in [&busy, &reset, &closed] {
        check(metrics, "rehearsal_deliveries_total{platform=\"toy\"} 1");
        check(metrics, "rehearsal_deliveries_settled_total{platform=\"toy\",fate=\"delivered\"} 1");
        check(metrics, "rehearsal_attempts_total{platform=\"toy\",outcome=\"2xx\"} 1");
        check(metrics, "rehearsal_calls_total{platform=\"toy\",status=\"2xx\"} 1");
        check(metrics, "rehearsal_calls_total{platform=\"toy\",status=\"4xx\"} 1");
        check(metrics, "rehearsal_messages_total{platform=\"toy\"} 1");
    }
    check(&reset, "rehearsal_journal_entries{platform=\"toy\"} 1");
    check(&closed, "rehearsal_worlds{platform=\"toy\"} 0");
    check(&closed, "rehearsal_journal_entries{platform=\"toy\"} 0");
}

/// The series of a sample, if a line is a sample as the format has it.
fn series(line: &str) -> Option<&str> {
    let (series, value) = line.rsplit_once(' ')?;
    let (name, labels) = series.strip_suffix('}')?.split_once('{')?;
    let plain = |text: &str, also: &str| text.chars().all(|c| c.is_ascii_lowercase() || c == '_' || also.contains(c));
    let label = |label: &str| {
        label.split_once('=').is_some_and(|(name, value)| {
            let value = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
            plain(name, "") && value.is_some_and(|value| plain(value, "0123456789."))
        })
    };
    let sound = name.starts_with("rehearsal_") && plain(name, "") && labels.split(',').all(label);
    (sound && value.parse::<u64>().is_ok()).then_some(series)
}

#[tokio::test]
async fn every_line_is_as_the_format_has_it() {
    let stand_in = Controlled::start(Receiver::start([]).await.address).await;
    let metrics = metrics(&stand_in).await;
    assert!(metrics.ends_with('\n'));
    let mut seen = std::collections::BTreeSet::new();
    for line in
        metrics.lines().filter(|line| !line.starts_with("# HELP rehearsal_") && !line.starts_with("# TYPE rehearsal_"))
    {
        let series = series(line).unwrap_or_else(|| panic!("{line}"));
        assert!(seen.insert(series.to_owned()), "{series} comes twice");
    }
    assert!(seen.len() > 20, "{seen:?}");
}
