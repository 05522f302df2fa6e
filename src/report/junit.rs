//! A run as JUnit XML: one suite for each platform, one case for each scenario, its file as the class name.
//!
//! A missed expectation or an impossible act is a `failure`, a scenario that could not be played an `error`; both carry
//! the same text that the console shows. The timeline is the case's `system-out`.

use indexmap::IndexMap;
use quick_junit::{NonSuccessKind, Report, SerializeError, TestCase, TestCaseStatus, TestSuite};

use super::{Outcome, Status};
use crate::base::diag::Paint;

/// The document for these outcomes, each with its timeline.
///
/// # Errors
/// If the writer of XML fails, which it does not on memory.
pub fn document<'o>(
    played: impl IntoIterator<Item = (&'o Outcome, &'o str)>,
    wall: std::time::Duration,
) -> Result<String, SerializeError> {
    let mut suites: IndexMap<&str, TestSuite> = IndexMap::new();
    for (outcome, transcript) in played {
        let suite = suites.entry(&outcome.platform).or_insert_with_key(|platform| TestSuite::new(*platform));
        suite.add_test_case(case(outcome, transcript));
    }
    let mut report = Report::new("rehearsal");
    report.set_time(wall);
    for (_, mut suite) in suites {
        let time = suite.test_cases.iter().filter_map(|case| case.time).sum();
        suite.set_time(time);
        report.add_test_suite(suite);
    }
    report.to_string()
}

fn case(outcome: &Outcome, transcript: &str) -> TestCase {
    let mut case = TestCase::new(outcome.name.as_str(), status(outcome));
    case.set_classname(outcome.file.as_str());
    case.set_assertions(outcome.counts.expectations());
    case.set_time(outcome.wall);
    case.add_property(("seed", outcome.seed.to_string().as_str()));
    case.set_system_out(transcript);
    if !outcome.warnings.is_empty() {
        case.set_system_err(outcome.warnings.join("\n"));
    }
    case
}

fn status(outcome: &Outcome) -> TestCaseStatus {
    let kind = match outcome.status {
        Status::Passed => return TestCaseStatus::success(),
        Status::Skipped | Status::Unplayed => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(outcome.skipped.as_deref().unwrap_or_default());
            return status;
        }
        Status::Failed => NonSuccessKind::Failure,
        Status::Errored => NonSuccessKind::Error,
    };
    let mut status = TestCaseStatus::non_success(kind);
    if let Some(first) = outcome.failures.first() {
        status.set_message(first.problem.summary());
        status.set_type(first.problem.kind());
    }
    let texts: Vec<String> = outcome.failures.iter().map(|failure| failure.render(outcome, Paint::Plain)).collect();
    status.set_description(texts.join("\n"));
    status
}
