//! Every bundled scenario, played one after the other and then many at once with one seed, leaves the same journals byte
//! for byte.

use rehearsal::report::Exit;

use crate::support::program::{folder, journals, rehearsal};

async fn played(name: &str, jobs: &str, seed: &str) -> Vec<(String, String)> {
    let into = folder(name).join("run.jsonl");
    let words = ["run", "scenarios", "--port", "0", "--seed", seed, "--jobs", jobs, "--bot", "builtin", "--journal"];
    let ran = rehearsal(&[&words[..], &[into.to_str().unwrap()]].concat()).await;
    assert_eq!(ran.exit, Exit::Met, "{}\n{}", ran.out, ran.err);
    journals(&into)
}

/// A journal as it must be each time. Which of two chats the bot answers first is up to the bot, so where chats go on side
/// by side only what was said and done in them is compared, whenever it was.
fn comparable(journal: &str) -> String {
    if !journal.contains(r#""source":"parallel: "#) {
        return journal.to_owned();
    }
    let told = |line: &&str| line.contains(r#""kind":"said""#) || line.contains(r#""kind":"changed""#);
    let unnumbered = |line: &str| line.split_once(',').map(|(_, rest)| format!("{rest}\n"));
    let mut lines: Vec<String> = journal.lines().filter(told).filter_map(unnumbered).collect();
    lines.sort_unstable();
    lines.concat()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_seed_gives_the_same_journals_also_side_by_side() {
    let first = played("determinism-1", "1", "7").await;
    assert!(first.len() >= 12, "only {} scenarios are bundled", first.len());
    for ((file, one), (_, other)) in first.iter().zip(played("determinism-16", "16", "7").await) {
        let (one, other) = (comparable(one), comparable(&other));
        let differs = one.lines().zip(other.lines()).find(|(one, other)| one != other);
        assert_eq!(differs, None, "{file}");
        assert_eq!(one.lines().count(), other.lines().count(), "{file}");
    }
    assert!(first != played("determinism-other", "16", "8").await, "the seed changes nothing");
}
