//! The file with the journals of a run, written while it is played.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::reports::ReportsError;
use crate::journal::file::{self, Facts};

/// A file that is being written. After the first failure nothing more is written, and the failure is told at the end: a
/// run goes on without its journal.
pub(super) struct Recording {
    path: PathBuf,
    file: io::Result<File>,
}

impl Recording {
    /// Begins a file; what stood there is gone.
    pub(super) fn begin(path: &Path, facts: &Facts) -> Self {
        let mut recording = Self { path: path.to_owned(), file: File::create(path) };
        recording.write(&file::begin(facts));
        recording
    }

    /// Writes lines.
    pub(super) fn write(&mut self, lines: &str) {
        if let Ok(file) = &mut self.file
            && let Err(error) = file.write_all(lines.as_bytes())
        {
            self.file = Err(error);
        }
    }

    /// Ends the file after a run that really took so long.
    ///
    /// # Errors
    /// If it could not be written.
    pub(super) fn end(mut self, wall: Duration) -> Result<(), ReportsError> {
        self.write(&file::end(wall));
        self.file.map(drop).map_err(|source| ReportsError::Unwritable { path: self.path, source })
    }
}
