//! `rehearsal report`: the reports of a run, made again from its journal.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read as _};
use std::path::Path;

use super::told::{Manner, Told};
use super::{ReportArgs, Terminal, reports};
use crate::journal::file::{FileError, LONGEST, Reader, Scene};
use crate::platform::Vendor;
use crate::report::Exit;

/// What stands for standard input.
const STDIN: &str = "-";

/// Makes the reports that a command line asks for.
///
/// # Errors
/// If a stream fails. Whatever else goes wrong is told, and makes the exit code.
pub fn run(args: &ReportArgs, vendors: &[Vendor], terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    let name = args.journal.display();
    let mut recorded = match Recorded::open(&args.journal) {
        Ok(recorded) => recorded,
        Err(error) => {
            terminal.remark(&format!("error: failed to read {name}: {error}"))?;
            return Ok(Exit::Invalid);
        }
    };
    if let Err(error) = reports::prepare(&args.tell.reports, Some(&args.journal)) {
        terminal.remark(&format!("error: {error}"))?;
        return Ok(error.exit());
    }
    let manner = Manner::of(&args.tell, terminal.paint);
    let mut all = Vec::new();
    let mut tell = |Scene { heading, journal }: Scene, terminal: &mut Terminal<'_>| {
        let mut told = Told::of(&heading, &journal, manner);
        terminal.data(&std::mem::take(&mut told.shown))?;
        all.push(told);
        io::Result::Ok(())
    };
    let stopped = loop {
        match recorded.scene() {
            Ok(Some(scene)) => tell(scene, terminal)?,
            Ok(None) => break None,
            Err(error) => break Some(error),
        }
    };
    let (rest, ended) = recorded.reader.finish();
    if let Some(scene) = rest {
        tell(scene, terminal)?;
    }
    let (wall, problem) = match ended {
        Ok(wall) => (wall, stopped),
        Err(truncated) => {
            let known = all.iter().map(|told: &Told| told.outcome.wall).sum();
            (known, stopped.or_else(|| Some(truncated.into())))
        }
    };
    let exit = reports::conclude(&args.tell, vendors, &all, wall, terminal)?;
    match problem {
        None => Ok(exit),
        Some(problem) => {
            terminal.remark(&format!("error: failed to read all of {name}: {problem}"))?;
            Ok(Exit::CouldNotRun)
        }
    }
}

/// Why a journal cannot be read, or not to its end.
#[derive(Debug, thiserror::Error)]
enum ReadError {
    /// Its bytes cannot be had.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// They are not those of a journal.
    #[error("{0}")]
    File(#[from] FileError),
}

/// A journal that is being read, never more of it at once than a scenario.
struct Recorded {
    lines: Box<dyn BufRead>,
    reader: Reader,
}

impl Recorded {
    fn open(path: &Path) -> Result<Self, ReadError> {
        let mut lines: Box<dyn BufRead> = match path.as_os_str() == STDIN {
            true => Box::new(io::stdin().lock()),
            false => Box::new(BufReader::new(File::open(path)?)),
        };
        let reader = Reader::begin(&line(&mut lines)?)?;
        Ok(Self { lines, reader })
    }

    /// The next scenario that is whole; none at the end of the file.
    fn scene(&mut self) -> Result<Option<Scene>, ReadError> {
        loop {
            let line = line(&mut self.lines)?;
            if line.is_empty() {
                return Ok(None);
            }
            if let Some(scene) = self.reader.take(&line)? {
                return Ok(Some(scene));
            }
        }
    }
}

/// The next line with its line feed, or as much of it as shows that it is too long; nothing at the end of the file.
fn line(lines: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut line = Vec::new();
    lines.take(LONGEST as u64 + 1).read_until(b'\n', &mut line)?;
    Ok(line)
}
