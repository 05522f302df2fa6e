//! Where an authority is kept: in a folder that somebody names, for good, or in one that is gone with the program.
//!
//! The key stands in one file only, together with the certificate, which its owner alone may read. The certificate stands
//! in another one besides, for clients. An authority that is made for one run has its key in no file at all.

use std::fs::{self, DirBuilder, File, Metadata, OpenOptions, Permissions};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use super::authority::{Authority, NoAuthority, Unsigned};
use crate::base::secret::Secret;
use crate::base::time::WallTime;

/// The file with the key and the certificate.
const KEY: &str = "ca-key.pem";
/// The file with the certificate.
const CERTIFICATE: &str = "ca.pem";
/// The most that a file with a key and a certificate has.
const MOST_BYTES: u64 = 64 * 1024;

/// Why a folder gives no authority.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// It is something else.
    #[error("{0} is no folder")]
    NoFolder(PathBuf),
    /// Others may write to it.
    #[error("others than you may write to {0}; take it from them with `chmod go-w`")]
    Open(PathBuf),
    /// Somebody else owns it, or the key in it.
    #[error("{0} belongs to another user")]
    Foreign(PathBuf),
    /// What should be the key is a link, a folder or the like.
    #[error("{0} is no plain file")]
    NoFile(PathBuf),
    /// Others may read the key.
    #[error("others than you may read {0}; whoever had its key can pose as any host to who trusts it, so remove it")]
    Exposed(PathBuf),
    /// What is in the file of the key is no authority.
    #[error("{0} is no good, and is made anew once it is removed: {1}")]
    Broken(PathBuf, #[source] NoAuthority),
    /// The operating system says no.
    #[error("use {0}: {1}")]
    Io(PathBuf, #[source] io::Error),
    /// There was none, and none can be made.
    #[error("make an authority: {0}")]
    Make(#[source] Unsigned),
}

/// A folder that is gone once this is dropped.
pub(super) struct Temporary {
    folder: PathBuf,
}

impl Temporary {
    /// Writes down what clients have to trust.
    pub(super) fn with(authority: &Authority, now: WallTime) -> Result<(Self, PathBuf), FolderError> {
        let name = format!("rehearsal-{}-{}", std::process::id(), now.as_nanos());
        let folder = std::env::temp_dir().join(name);
        // It must not have been there: whoever made it could exchange what is in it.
        DirBuilder::new().mode(0o755).create(&folder).map_err(at(&folder))?;
        let temporary = Self { folder };
        let file = temporary.folder.join(CERTIFICATE);
        fs::write(&file, authority.certificate()).map_err(at(&file))?;
        Ok((temporary, file))
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // Only what was made here, and if that is gone already, so much the better.
        let _ = fs::remove_file(self.folder.join(CERTIFICATE));
        let _ = fs::remove_dir(&self.folder);
    }
}

/// The authority that is kept in a folder, made if there is none; and the file that clients have to trust.
pub(super) fn kept(folder: &Path, now: WallTime) -> Result<(Authority, PathBuf), FolderError> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists | ErrorKind::NotADirectory => FolderError::NoFolder(folder.to_owned()),
        _ => at(folder)(error),
    })?;
    let found = fs::metadata(folder).map_err(at(folder))?;
    own(folder, &found)?;
    if found.mode() & 0o022 != 0 {
        return Err(FolderError::Open(folder.to_owned()));
    }
    let authority = match read(&folder.join(KEY), now)? {
        Some(authority) => authority,
        None => make(folder, now)?,
    };
    let file = folder.join(CERTIFICATE);
    // Left alone where it is right, so that a folder that is read only can be used.
    if fs::read_to_string(&file).ok().as_deref() != Some(authority.certificate()) {
        let draft = draft(folder, CERTIFICATE, authority.certificate(), 0o644)?;
        fs::rename(&draft, &file).map_err(at(&file))?;
    }
    let file = fs::canonicalize(&file).map_err(at(&file))?;
    Ok((authority, file))
}

/// The authority in a file, if the file is there.
fn read(file: &Path, now: WallTime) -> Result<Option<Authority>, FolderError> {
    let found = match fs::symlink_metadata(file) {
        Ok(found) => found,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(at(file)(error)),
    };
    if !found.is_file() {
        return Err(FolderError::NoFile(file.to_owned()));
    }
    own(file, &found)?;
    if found.mode() & 0o077 != 0 {
        return Err(FolderError::Exposed(file.to_owned()));
    }
    let mut text = String::new();
    File::open(file).and_then(|file| file.take(MOST_BYTES).read_to_string(&mut text)).map_err(at(file))?;
    let authority = Authority::from_text(&Secret::new(text), now);
    authority.map(Some).map_err(|why| FolderError::Broken(file.to_owned(), why))
}

/// Makes an authority, unless another program that uses the folder was quicker.
fn make(folder: &Path, now: WallTime) -> Result<Authority, FolderError> {
    let file = folder.join(KEY);
    let made = Authority::make(now).map_err(FolderError::Make)?;
    let draft = draft(folder, KEY, made.to_text().expose(), 0o600)?;
    // A link is there at once and whole, and takes no place that is taken.
    let linked = fs::hard_link(&draft, &file);
    let removed = fs::remove_file(&draft);
    match linked {
        Ok(()) => removed.map(|()| made).map_err(at(&draft)),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            let gone = || at(&file)(ErrorKind::NotFound.into());
            read(&file, now)?.ok_or_else(gone)
        }
        Err(error) => Err(at(&file)(error)),
    }
}

/// Writes a file that is to become `name`.
fn draft(folder: &Path, name: &str, text: &str, mode: u32) -> Result<PathBuf, FolderError> {
    let draft = folder.join(format!(".{name}.{}", std::process::id()));
    // What a program of the same number left behind, which was stopped in between.
    let _ = fs::remove_file(&draft);
    let written = OpenOptions::new().write(true).create_new(true).mode(mode).open(&draft).and_then(|mut file| {
        // Whatever the process usually takes away from modes.
        file.set_permissions(Permissions::from_mode(mode))?;
        file.write_all(text.as_bytes())
    });
    written.map(|()| draft.clone()).map_err(at(&draft))
}

/// Checks that nobody else owns something. Who may do everything may use what others have.
fn own(path: &Path, found: &Metadata) -> Result<(), FolderError> {
    let user = rustix::process::geteuid();
    let mine = user.is_root() || found.uid() == user.as_raw();
    if mine { Ok(()) } else { Err(FolderError::Foreign(path.to_owned())) }
}

fn at(path: &Path) -> impl Fn(io::Error) -> FolderError {
    let path = path.to_owned();
    move |error| FolderError::Io(path.clone(), error)
}
