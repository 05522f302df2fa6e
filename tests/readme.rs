//! The README says what the program says.

use rehearsal::report::Exit;

use crate::support::program::{folder, rehearsal};

#[tokio::test]
async fn its_tables_are_those_of_the_program() {
    let text = std::fs::read_to_string("README.md").unwrap();
    for what in ["coverage", "probes"] {
        let begin = format!("<!-- {what}: what `rehearsal list {what} --format markdown` prints -->\n");
        let (_, rest) = text.split_once(&begin).expect("the README has a place for the table");
        let (found, _) = rest.split_once(&format!("<!-- end of {what} -->\n")).expect("the place ends");
        let printed = rehearsal(&["list", what, "--format", "markdown"]).await.out;
        let differs = found.trim().lines().zip(printed.trim().lines()).find(|(found, printed)| found != printed);
        assert_eq!(differs, None, "print {what} again and put it between the two comments");
        assert_eq!(found.trim().lines().count(), printed.trim().lines().count(), "{what} is longer or shorter");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_scenario_in_it_passes() {
    let text = std::fs::read_to_string("README.md").unwrap();
    let into = folder("readme");
    let blocks = text.split("```yaml\n").skip(1).filter_map(|rest| Some(rest.split_once("```")?.0));
    // A workflow is YAML too.
    let scenarios: Vec<&str> = blocks.filter(|block| !block.starts_with("jobs:")).collect();
    assert!(scenarios.len() >= 2, "{scenarios:?}");
    for (index, scenario) in scenarios.iter().enumerate() {
        let file = into.join(format!("{index}.yaml"));
        std::fs::write(&file, scenario).unwrap();
        let ran = rehearsal(&["run", file.to_str().unwrap(), "--port", "0", "--bot", "builtin", "--strict"]).await;
        assert_eq!(ran.exit, Exit::Met, "{}{}", ran.out, ran.err);
    }
}
