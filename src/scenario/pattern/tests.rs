//! What patterns match, and what is told of slips in them.

use proptest::prelude::*;

use super::*;
use crate::scenario::node::parse;

fn read(yaml: &str) -> Result<Pattern, Vec<(&'static str, usize)>> {
    let mut problems = Problems::new();
    let read = Pattern::decode(&parse(yaml).unwrap(), &mut problems);
    read.ok_or_else(|| problems.iter().map(|problem| (problem.rule.code, problem.place.column)).collect())
}

/// JSON is YAML.
fn mismatches(pattern: &Json, actual: &Json) -> Vec<Mismatch> {
    read(&format!("- {pattern}")).unwrap().mismatches(&json!([actual])).into_iter().map(whole).collect()
}

/// As if the document had not been put into a list.
fn whole(mismatch: Mismatch) -> Mismatch {
    let at = mismatch.at.strip_prefix("/0").expect("a place within the list");
    Mismatch { at: if at.is_empty() { "/".to_owned() } else { at.to_owned() }, ..mismatch }
}

#[test]
fn values_are_matched_by_what_they_are_like() {
    let check = |pattern: &str, actual: Json, expected: &[&str]| {
        let found = read(pattern).unwrap().mismatches(&actual);
        let found: Vec<String> = found.iter().map(|m| format!("{} {} {}", m.at, m.expected, m.actual)).collect();
        assert_eq!(found, expected, "{pattern} against {actual}");
    };
    check("{a: {$any: true}}", json!({"a": null}), &[]);
    check("{a: {$any: true}}", json!({}), &[r#"/a {"$any":true} nothing"#]);
    check("{$type: string}", json!("x"), &[]);
    check("{$type: null}", json!(null), &[]);
    check("{$type: array}", json!([1]), &[]);
    check("{a: [{$type: number}, {$type: boolean}]}", json!({"a": ["1", true]}), &[r#"/a/0 {"$type":"number"} "1""#]);
    check("{$length: 4}", json!("שלום"), &[]);
    check("{$length: 2}", json!([1, 2]), &[]);
    check("{$length: 1}", json!({"a": 1, "b": 2}), &[r#"/ {"$length":1} 2 members"#]);
    check("{a: {$length: 2}}", json!({"a": [1]}), &[r#"/a {"$length":2} 1 element"#]);
    check("{$length: 2}", json!("שלום"), &[r#"/ {"$length":2} 4 characters"#]);
    check("{$length: 0}", json!(0), &[r#"/ {"$length":0} 0"#]);
    check("{$matches: '^A-[0-9]+$'}", json!("A-1001"), &[]);
    check("{$matches: '^A-'}", json!("B-1"), &[r#"/ {"$matches":"^A-"} "B-1""#]);
    check("{$matches: '1'}", json!(1), &[r#"/ {"$matches":"1"} 1"#]);
    check("{price: '$5'}", json!({"price": "$5"}), &[]);
    check("{$has: {a: 1}}", json!([{"a": 2}, {"a": 1, "b": 3}]), &[]);
    check("{$has: {a: 1, b: 1}}", json!([{"a": 2}, {"a": 1}]), &["/1/b 1 nothing"]);
    check("{$has: 1}", json!([]), &[r#"/ {"$has":1} []"#]);
    check("{$has: 1}", json!({"a": 1}), &[r#"/ {"$has":1} {"a":1}"#]);
    check("{a: {$has: {$has: 2}}}", json!({"a": [[1], [2]]}), &[]);
    check("{$at: {/a/0/b: x, /c: {$any: true}}}", json!({"a": [{"b": "x"}], "c": null}), &[]);
    check("{$at: {/a/1: x, /c~1d: 1}}", json!({"a": ["x"], "c/d": 2}), &[r#"/a/1 "x" nothing"#, "/c~1d 1 2"]);
    check("[{$at: {/a: 1}}]", json!([{"a": 2}]), &["/0/a 1 2"]);
    check("{$at: {'': [1]}}", json!([1]), &[]);
}

#[test]
fn a_slip_in_a_matcher_is_told() {
    let check = |pattern: &str, expected: &[(&'static str, usize)]| {
        assert_eq!(read(pattern).map(|pattern| pattern.to_string()), Err(expected.to_vec()), "{pattern}");
    };
    check("{$anny: true}", &[("E0101", 2)]);
    check("{$any: false}", &[("E0103", 8)]);
    check("{$type: text}", &[("E0103", 9)]);
    check("{$length: -1}", &[("E0104", 11)]);
    check("{$matches: '('}", &[("E0111", 12)]);
    check("{a: 1, $any: true}", &[("E0106", 8)]);
    check("{$has: {$x: 1}}", &[("E0101", 9)]);
    check("{$at: [/a]}", &[("E0103", 7)]);
    check("{$at: {a: 1, b/c: {$x: 1}}}", &[("E0112", 8), ("E0112", 14), ("E0101", 20)]);
    check("{a: {$x: 1}, b: [{$y: 1}]}", &[("E0101", 6), ("E0101", 19)]);
}

#[test]
fn names_are_filled_in_everywhere_but_in_expressions() {
    let pattern = read("{a: [x, {$matches: x}, {$has: x}], b: {$at: {/x: x}}}").unwrap();
    let filled = r#"{"a":["x!",{"$matches":"x"},{"$has":"x!"}],"b":{"$at":{"/x":"x!"}}}"#;
    assert_eq!(pattern.filled(&|text| format!("{text}!")).to_string(), filled);
}

#[test]
fn objects_match_in_part_and_lists_in_full() {
    let check = |pattern: Json, actual: Json, expected: &[&str]| {
        let at: Vec<String> = mismatches(&pattern, &actual).into_iter().map(|m| m.at).collect();
        assert_eq!(at, expected, "{pattern} against {actual}");
    };
    check(json!({"a": 1}), json!({"a": 1.0, "b": 2}), &[]);
    check(json!({"a": {"b": "x"}}), json!({"a": {"b": "y"}}), &["/a/b"]);
    check(json!({"a": 1, "b": 2}), json!({}), &["/a", "/b"]);
    check(json!([{"a": 1}]), json!([{"a": 1, "b": 2}]), &[]);
    check(json!([1]), json!([1, 2]), &["/"]);
    check(json!([1, 2]), json!([1, 3]), &["/1"]);
    check(json!({"a/b": {"c~": 1}}), json!({"a/b": {"c~": 2}}), &["/a~1b/c~0"]);
    check(json!("x"), json!(null), &["/"]);
}

/// Any document, with the odd number and the odd key.
fn document() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<u64>().prop_map(Json::from),
        (-1e9..1e9).prop_map(Json::from),
        "[a-z/~ ]{0,4}".prop_map(Json::from),
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
            prop::collection::vec(("[a-c/~]{1,2}", inner), 0..4)
                .prop_map(|members| Json::Object(members.into_iter().collect())),
        ]
    })
}

/// The document without the members that `keep` rejects, at every level.
fn thinned(document: &Json, keep: &mut impl FnMut() -> bool) -> Json {
    match document {
        Json::Object(members) => {
            Json::Object(members.iter().filter(|_| keep()).map(|(key, value)| (key.clone(), value.clone())).collect())
        }
        Json::Array(items) => items.iter().map(|item| thinned(item, keep)).collect(),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => document.clone(),
    }
}

proptest! {
    #[test]
    fn a_document_matches_itself(document in document()) {
        prop_assert_eq!(mismatches(&document, &document), []);
    }

    #[test]
    fn a_thinner_pattern_has_no_new_mismatch(
        pattern in document(),
        actual in document(),
        kept in prop::collection::vec(any::<bool>(), 64),
    ) {
        let mut kept = kept.into_iter().cycle();
        let thinner = thinned(&pattern, &mut || kept.next().is_some_and(|keep| keep));
        prop_assert!(mismatches(&thinner, &actual).len() <= mismatches(&pattern, &actual).len());
        prop_assert_eq!(mismatches(&thinned(&actual, &mut || kept.next().is_some_and(|keep| keep)), &actual), []);
    }

    #[test]
    fn mismatches_point_into_the_document(pattern in document(), actual in document()) {
        for mismatch in mismatches(&pattern, &actual) {
            let pointer = if mismatch.at == "/" { "" } else { &mismatch.at };
            let there = actual.pointer(pointer).map_or("nothing".to_owned(), Json::to_string);
            prop_assert_eq!(there, mismatch.actual);
        }
    }
}
