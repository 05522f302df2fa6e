//! The list of promises, held to the tests that it names.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

const PROMISES: &str = include_str!("promises.md");

/// How many promises each number makes.
const CLAUSES: &[(&str, usize)] = &[
    ("SEC1", 2),
    ("SEC2", 2),
    ("SEC3", 3),
    ("SEC4", 7),
    ("SEC5", 2),
    ("SEC6", 3),
    ("SEC7", 2),
    ("SEC8", 2),
    ("SEC9", 6),
    ("SEC10", 2),
    ("SEC11", 3),
    ("SEC12", 2),
    ("SEC13", 3),
    ("SEC14", 3),
];

/// The rows of the list: number, promise, attacks.
fn rows() -> impl Iterator<Item = (&'static str, &'static str, Vec<&'static str>)> {
    PROMISES.lines().filter(|line| line.starts_with("| SEC")).map(|line| {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let [number, promise, attacks] = cells.as_slice() else { panic!("{line}") };
        let attacks = attacks.split_whitespace().map(|attack| {
            let inner = attack.strip_prefix('`').and_then(|rest| rest.strip_suffix('`'));
            inner.unwrap_or_else(|| panic!("{attack} is no test"))
        });
        (*number, *promise, attacks.collect())
    })
}

fn read(path: &str) -> Option<String> {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).ok()
}

/// Whether a file has a test of this name.
fn has_test(text: &str, name: &str) -> bool {
    let mut lines = text.lines().map(str::trim);
    let mut marked = false;
    // Those of `proptest!` have their inputs behind the name.
    let heads = [format!("fn {name}("), format!("async fn {name}(")];
    lines.any(|line| {
        if line.starts_with("#[test]") || line.starts_with("#[tokio::test") {
            marked = true;
        } else if heads.iter().any(|head| line.starts_with(head.as_str())) {
            return marked;
        } else if !line.starts_with("#[") {
            marked = false;
        }
        false
    })
}

/// Whether something attacks by this name; why not, if it does not.
fn attacks(name: &str, gate: &str) -> Result<(), String> {
    if let Some((file, test)) = name.split_once("::") {
        let text = read(&format!("{file}.rs")).ok_or_else(|| format!("there is no {file}.rs"))?;
        return has_test(&text, test).then_some(()).ok_or_else(|| format!("{file}.rs has no test {test}"));
    }
    read(name).ok_or_else(|| format!("there is no {name}"))?;
    let played = name.starts_with("fuzz/") || gate.contains(&format!(" {name}\n"));
    played.then_some(()).ok_or_else(|| format!("the gate does not run {name}"))
}

#[test]
fn every_promise_is_attacked() {
    let gate = read(".ci/run").unwrap();
    let mut counted: BTreeMap<&str, usize> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    let mut wrong = Vec::new();
    for (number, promise, names) in rows() {
        *counted.entry(number).or_default() += 1;
        assert!(!names.is_empty() && seen.insert(promise), "{number}: {promise}");
        wrong.extend(names.iter().filter_map(|name| attacks(name, &gate).err()).map(|why| format!("{number}: {why}")));
    }
    assert_eq!(wrong, Vec::<String>::new());
    assert_eq!(counted, CLAUSES.iter().copied().collect());
}

#[test]
fn every_attack_of_this_folder_belongs_to_a_promise() {
    let named: BTreeSet<&str> = rows().flat_map(|(_, _, names)| names).collect();
    for file in ["browser", "egress", "file", "flood", "secrets"] {
        let text = read(&format!("tests/security/{file}.rs")).unwrap();
        let names =
            text.lines().filter_map(|line| line.trim_start_matches("async ").strip_prefix("fn ")?.split_once('('));
        for (name, _) in names.filter(|(name, _)| has_test(&text, name)) {
            assert!(named.contains(&*format!("tests/security/{file}::{name}")), "{file}::{name} stands for nothing");
        }
    }
}

#[test]
fn a_test_that_is_missing_is_found() {
    let check = |text: &str, expected: bool| assert_eq!(has_test(text, "it_holds"), expected, "{text}");
    check("#[test]\nfn it_holds() {}", true);
    check("    #[tokio::test(flavor = \"multi_thread\")]\n    async fn it_holds() {}", true);
    check("#[test]\n#[cfg(unix)]\nfn it_holds() {}", true);
    check("#[test]\nfn it_holds(text in any()) {}", true);
    check("fn it_holds() {}", false);
    check("#[test]\nfn it_holds_not() {}", false);
    check("#[test]\nfn other() {}\nfn it_holds() {}", false);
    assert!(attacks("tests/none::it_holds", "").is_err());
    assert!(attacks(".ci/deny", "step .ci/run\n").is_err());
}

#[test]
fn unsafe_code_is_forbidden() {
    assert!(read("Cargo.toml").unwrap().contains("\nunsafe_code = \"forbid\"\n"));
    let lifted = "unsafe_code";
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders = vec![here];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let text = std::fs::read_to_string(&path).unwrap_or_default();
                assert!(!text.contains(lifted) && !text.contains("unsafe {"), "{}", path.display());
            }
        }
    }
}
