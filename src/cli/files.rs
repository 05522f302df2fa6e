//! Finds and reads scenario files. What cannot be read becomes a diagnostic like any other.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use crate::base::diag::{Diagnostic, Place, Source};
use crate::platform::Vendor;
use crate::scenario::include::{Library, Refusal};
use crate::scenario::node::{MAX_BYTES, decode_utf8};
use crate::scenario::{self, Scenario, codes};

/// What stands at one path.
#[derive(Debug)]
pub struct Loaded<T> {
    /// The file as it was read; without text if it could not be.
    pub source: Source,
    /// What it holds, or all that is wrong with it.
    pub result: Result<T, Vec<Diagnostic>>,
}

/// What is read out of a file's text.
pub type Reading<T> = fn(&str, &[scenario::Vocabulary], &dyn Library) -> Result<T, Vec<Diagnostic>>;

/// Finds scenario files and reads them as scenarios to be played, one for each row of their examples, in the order of [`collect`].
#[must_use]
pub fn load(paths: &[PathBuf], vendors: &[Vendor]) -> Vec<Loaded<Vec<Scenario>>> {
    load_as(paths, vendors, scenario::load_rows)
}

/// Finds scenario files and reads them in this way, in the order of [`collect`].
#[must_use]
pub fn load_as<T>(paths: &[PathBuf], vendors: &[Vendor], reading: Reading<T>) -> Vec<Loaded<T>> {
    let words: Vec<scenario::Vocabulary> = vendors.iter().map(|vendor| vendor.vocabulary).collect();
    let load_one = |found| match found {
        Found::File(path) => match read(&path) {
            Ok(bytes) => decode(&path, &bytes, |text| reading(text, &words, &Folder::of(&path))),
            Err(problem) => unread(&path, problem),
        },
        Found::Unreadable(path, problem) => unread(&path, problem),
    };
    collect(paths).into_iter().map(load_one).collect()
}

/// The folder of a scenario, with the files that it may include.
struct Folder<'p>(&'p Path);

impl<'p> Folder<'p> {
    fn of(scenario: &'p Path) -> Self {
        Self(scenario.parent().unwrap_or(Path::new("")))
    }
}

impl Library for Folder<'_> {
    fn read(&self, folder: &str, path: &str) -> Result<Source, Refusal> {
        let file = self.0.join(folder).join(path);
        let within = match self.0.join(folder) {
            here if here.as_os_str().is_empty() => PathBuf::from("."),
            folder => folder,
        };
        let real = |path: &Path| fs::canonicalize(path).map_err(|error| Refusal::Unreadable(error.to_string()));
        let found = real(&file)?;
        if !found.starts_with(real(&within)?) {
            return Err(Refusal::Link);
        }
        // Others, such as pipes, could have the program wait for ever.
        if !found.is_file() {
            return Err(Refusal::NoFile);
        }
        let bytes = read(&found).map_err(|problem| Refusal::Unreadable(problem.message))?;
        let text = decode_utf8(&bytes).map_err(|_| Refusal::NoText)?;
        Ok(Source { name: name(&file), text: text.into() })
    }
}

/// What stands in a file with these bytes. Bytes that are no text are kept as far as they can be shown.
fn decode<T>(path: &Path, bytes: &[u8], reading: impl Fn(&str) -> Result<T, Vec<Diagnostic>>) -> Loaded<T> {
    let result = decode_utf8(bytes).map_err(|problem| vec![problem]).and_then(reading);
    Loaded { source: Source { name: name(path), text: String::from_utf8_lossy(bytes).into() }, result }
}

/// One result of [`collect`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Found {
    /// A file to be read.
    File(PathBuf),
    /// A path that leads nowhere, or a folder that cannot be searched.
    Unreadable(PathBuf, Diagnostic),
}

/// All files that these paths mean, each once: files themselves, in folders everything that ends in `.yaml` or `.yml`,
/// sorted by name. Names that begin with a dot are passed over, and links to folders are not followed, so that no link
/// leads in a circle.
#[must_use]
pub fn collect(paths: &[PathBuf]) -> Vec<Found> {
    let mut found = Vec::new();
    for path in paths.iter().map(|path| plain(path)) {
        match fs::metadata(&path) {
            Ok(there) if there.is_dir() => search(&path, &mut found),
            Ok(_) => found.push(Found::File(path)),
            Err(error) => found.push(Found::Unreadable(path, unreadable(&error))),
        }
    }
    let mut seen = Vec::with_capacity(found.len());
    for one in found {
        if !seen.contains(&one) {
            seen.push(one);
        }
    }
    seen
}

/// A path without the detours that do not change where it leads: all chance in a scenario follows from its path, so
/// `./a.yaml` and `a.yaml` must be one.
fn plain(path: &Path) -> PathBuf {
    let steps: PathBuf = path.components().filter(|step| *step != Component::CurDir).collect();
    if steps.as_os_str().is_empty() { PathBuf::from(".") } else { steps }
}

fn search(folder: &Path, found: &mut Vec<Found>) {
    let listed = fs::read_dir(folder).and_then(|entries| entries.collect::<io::Result<Vec<_>>>());
    let mut entries = match listed {
        Ok(entries) => entries,
        Err(error) => {
            found.push(Found::Unreadable(folder.to_owned(), unreadable(&error)));
            return;
        }
    };
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        let hidden = entry.file_name().to_string_lossy().starts_with('.');
        let folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        let scenario = path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml");
        if hidden {
            continue;
        }
        if folder {
            search(&path, found);
        } else if scenario && !path.is_dir() {
            found.push(Found::File(path));
        }
    }
}

/// The bytes of a file. Never reads more of it than a scenario may have, whatever the file is.
fn read(path: &Path) -> Result<Vec<u8>, Diagnostic> {
    let mut bytes = Vec::new();
    let limit = MAX_BYTES as u64 + 1;
    File::open(path).and_then(|file| file.take(limit).read_to_end(&mut bytes)).map_err(|error| unreadable(&error))?;
    if bytes.len() > MAX_BYTES {
        let message = format!("the file has more than {MAX_BYTES} bytes");
        return Err(Diagnostic::new(&codes::FILE_TOO_LARGE, Place::default(), message).help("is this the right file?"));
    }
    Ok(bytes)
}

fn unreadable(error: &io::Error) -> Diagnostic {
    Diagnostic::new(&codes::UNREADABLE, Place::default(), format!("cannot be read: {error}"))
}

fn unread<T>(path: &Path, problem: Diagnostic) -> Loaded<T> {
    Loaded { source: Source { name: name(path), text: "".into() }, result: Err(vec![problem]) }
}

fn name(path: &Path) -> Arc<str> {
    path.display().to_string().into()
}
