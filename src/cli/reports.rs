//! The reports of a run: tried before it, written at its end.

use std::fs::{self, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::told::Told;
use super::value::{Format, ReportForm, ReportTo};
use super::{TellArgs, Terminal, coverage};
use crate::platform::Vendor;
use crate::report::{self, Exit, Outcome, console};

/// Why reports are not begun.
#[derive(Debug, thiserror::Error)]
pub(super) enum ReportsError {
    /// Two of them, or one and the journal, are the same file.
    #[error("more than one report or journal is to be written into {}", .0.display())]
    Shared(PathBuf),
    /// A file cannot be written.
    #[error("failed to write {}: {source}", .path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl ReportsError {
    /// How the program ends for it.
    pub(super) fn exit(&self) -> Exit {
        match self {
            Self::Shared(_) => Exit::Invalid,
            Self::Unwritable { .. } => Exit::CouldNotRun,
        }
    }
}

/// Makes sure that the reports can be written, into files other than that of the journal.
///
/// # Errors
/// If they cannot.
pub(super) fn prepare(wanted: &[ReportTo], journal: Option<&Path>) -> Result<(), ReportsError> {
    let reports = files(wanted).map(|(_, file)| file);
    let all: Vec<&Path> = journal.into_iter().chain(reports.clone()).collect();
    if let Some((_, file)) = all.iter().enumerate().find(|(index, file)| all[..*index].contains(file)) {
        return Err(ReportsError::Shared(file.to_path_buf()));
    }
    reports.into_iter().try_for_each(prepare_file)
}

/// Makes sure that a file can be written. What stands there stays until there is something to put in its place.
///
/// # Errors
/// If it cannot.
pub(super) fn prepare_file(path: &Path) -> Result<(), ReportsError> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let made = folder.map_or(Ok(()), fs::create_dir_all);
    let opened = made.and_then(|()| OpenOptions::new().create(true).append(true).open(path));
    opened.map(drop).map_err(|source| ReportsError::Unwritable { path: path.to_owned(), source })
}

/// Writes the summary and the reports of a run that really took so long.
///
/// # Errors
/// If a stream fails. A file that cannot be written is told, and makes the exit code.
pub(super) fn conclude(
    args: &TellArgs,
    vendors: &[Vendor],
    told: &[Told],
    wall: Duration,
    terminal: &mut Terminal<'_>,
) -> io::Result<Exit> {
    let outcomes: Vec<Outcome> = told.iter().map(|told| told.outcome.clone()).collect();
    let coverage = coverage::of(told.iter().map(|told| &told.touched), vendors);
    let shortfall = args.coverage_fail_under.and_then(|floor| report::coverage::shortfall(&coverage, floor.number()));
    let verdict = match Exit::of(&outcomes) {
        Exit::Met if shortfall.is_some() => Exit::Missed,
        other => other,
    };
    match args.format {
        Format::Human => terminal.data(&console::summary(&outcomes, wall, terminal.paint))?,
        Format::Json => terminal.data(&report::json::document(&outcomes, verdict, wall))?,
    }
    if let Some(show) = args.coverage {
        let table = report::coverage::render(&coverage, show.into(), terminal.paint);
        match args.format {
            Format::Human => terminal.data(&table)?,
            Format::Json => terminal.remark(table.trim_end())?,
        }
    }
    if let Some(shortfall) = shortfall {
        terminal.remark(&format!("error: {shortfall}; --coverage=full names what is missing"))?;
    }
    if args.reports.contains(&ReportTo::Annotations) {
        let annotations = report::github::annotations(&outcomes);
        match args.format {
            Format::Human => terminal.data(&annotations)?,
            // The runner reads both streams, and a document on stdout is to stay one.
            Format::Json if annotations.is_empty() => {}
            Format::Json => terminal.remark(annotations.trim_end())?,
        }
    }
    let mut exit = verdict;
    for (form, file) in files(&args.reports) {
        let text = match form {
            ReportForm::Html => {
                let sections = told.iter().map(|told| told.section.as_str());
                report::html::page(&outcomes, sections, &coverage, wall)
            }
            ReportForm::Coverage => report::coverage::document(&coverage),
            ReportForm::Tap => report::tap::document(&outcomes),
            ReportForm::Json => report::json::document(&outcomes, verdict, wall),
            ReportForm::Junit => {
                let rows = told.iter().map(|told| (&told.outcome, told.transcript.as_str()));
                report::junit::document(rows, wall).map_err(io::Error::other)?
            }
        };
        if let Err(source) = fs::write(file, &text) {
            exit = exit.max(Exit::CouldNotRun);
            terminal.remark(&format!("error: {}", ReportsError::Unwritable { path: file.to_owned(), source }))?;
        }
    }
    Ok(exit)
}

fn files(reports: &[ReportTo]) -> impl Iterator<Item = (ReportForm, &Path)> + Clone {
    reports.iter().filter_map(|report| match report {
        ReportTo::File { form, file } => Some((*form, file.as_path())),
        ReportTo::Annotations => None,
    })
}
