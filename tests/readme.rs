//! The README says what the program says.

use crate::support::program::rehearsal;

const BEGIN: &str = "<!-- coverage: what `rehearsal list coverage --format markdown` prints -->\n";
const END: &str = "<!-- end of coverage -->\n";

#[tokio::test]
async fn the_coverage_table_is_that_of_the_program() {
    let text = std::fs::read_to_string("README.md").unwrap();
    let (_, rest) = text.split_once(BEGIN).expect("the README has a place for the table");
    let (found, _) = rest.split_once(END).expect("the place ends");
    let printed = rehearsal(&["list", "coverage", "--format", "markdown"]).await.out;
    let differs = found.trim().lines().zip(printed.trim().lines()).find(|(found, printed)| found != printed);
    assert_eq!(differs, None, "print the table again and put it between the two comments");
    assert_eq!(found.trim().lines().count(), printed.trim().lines().count(), "the table is longer or shorter");
}
