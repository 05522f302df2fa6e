//! `rehearsal check`: finds mistakes in scenario files without playing them.
//!
//! With `--format json` stdout carries one array with an object for each problem: `file` (where the problem is; perhaps one that
//! is included), `code`, `title`, `line` and `column` (from 1; 0 means the file as a whole), `width`, `message`, `help` (or
//! `null`). `--format sarif` writes SARIF 2.1.0, and `--format github` annotations for GitHub's workflow runner.

mod sarif;

use std::io;

use serde::Serialize;

use super::files::{self, Loaded};
use super::{CheckArgs, ProblemFormat, Terminal};
use crate::base::annotation::{Annotation, Gravity};
use crate::base::diag::{Diagnostic, render};
use crate::platform::Vendor;
use crate::report::Exit;

/// Checks files and tells what is wrong with them.
///
/// # Errors
/// If a stream fails.
pub fn run(args: &CheckArgs, vendors: &[Vendor], terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    let loaded = files::load(&args.paths, vendors);
    tell(&loaded, args.format, terminal)?;
    if loaded.is_empty() {
        terminal.remark("no scenario found: the folders hold no file that ends in .yaml or .yml")?;
        return Ok(Exit::NothingTested);
    }
    let wrong = loaded.iter().filter(|file| file.result.is_err()).count();
    if args.format == ProblemFormat::Human {
        let files = if loaded.len() == 1 { "1 file".to_owned() } else { format!("{} files", loaded.len()) };
        let verdict = match wrong {
            0 => "no mistakes".to_owned(),
            wrong => format!("mistakes in {wrong}"),
        };
        terminal.data(&format!("{files} checked: {verdict}\n"))?;
    }
    Ok(if wrong == 0 { Exit::Met } else { Exit::Invalid })
}

/// Writes all problems of these files as data.
///
/// # Errors
/// If the stream fails.
pub fn tell<T>(loaded: &[Loaded<T>], format: impl Into<ProblemFormat>, terminal: &mut Terminal<'_>) -> io::Result<()> {
    match format.into() {
        ProblemFormat::Human => {
            for file in loaded {
                if let Err(problems) = &file.result {
                    terminal.data(&render(&file.source, problems, terminal.paint))?;
                }
            }
            Ok(())
        }
        ProblemFormat::Json => terminal.data(&json(loaded)),
        ProblemFormat::Sarif => terminal.data(&sarif::document(loaded)),
        ProblemFormat::Github => terminal.data(&annotations(loaded)),
    }
}

fn annotations<T>(loaded: &[Loaded<T>]) -> String {
    let mut out = String::new();
    for file in loaded {
        for problem in file.result.as_ref().err().into_iter().flatten() {
            let message = match &problem.help {
                Some(help) => format!("{}\n{help}", problem.message),
                None => problem.message.clone(),
            };
            let annotation = Annotation {
                gravity: Gravity::Error,
                file: &problem.source(&file.source).name,
                line: problem.place.line,
                column: problem.place.column,
                title: &format!("{} {}", problem.rule.code, problem.rule.title),
                message: &message,
            };
            out.push_str(&format!("{annotation}\n"));
        }
    }
    out
}

fn json<T>(loaded: &[Loaded<T>]) -> String {
    let rows: Vec<Row<'_>> = loaded
        .iter()
        .flat_map(|file| file.result.as_ref().err().into_iter().flatten().map(|problem| Row::of(file, problem)))
        .collect();
    super::list::pretty(&rows)
}

#[derive(Serialize)]
struct Row<'p> {
    file: &'p str,
    #[serde(flatten)]
    problem: &'p Diagnostic,
}

impl<'p> Row<'p> {
    fn of<T>(file: &'p Loaded<T>, problem: &'p Diagnostic) -> Self {
        Self { file: &problem.source(&file.source).name, problem }
    }
}
