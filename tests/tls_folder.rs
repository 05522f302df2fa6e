//! Where an authority is kept: what its folder must be like, and that nobody else gets at the key.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;

use rehearsal::server::tls::Tls;

use crate::support::program::folder;

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

#[test]
fn an_authority_stays_what_it_is() {
    let kept = folder("ca-kept").join("deep/inside");
    let first = Tls::kept_in(&kept).unwrap();
    let (key, ca) = (kept.join("ca-key.pem"), kept.join("ca.pem"));
    assert_eq!(first.ca().unwrap(), ca.canonicalize().unwrap());
    assert_eq!((mode(&kept), mode(&key), mode(&ca)), (0o700, 0o600, 0o644));
    let (secret, public) = (fs::read_to_string(&key).unwrap(), fs::read_to_string(&ca).unwrap());
    assert!(secret.contains("PRIVATE KEY") && secret.ends_with(&public) && !public.contains("PRIVATE"));
    Tls::kept_in(&kept).unwrap();
    fs::remove_file(&ca).unwrap();
    Tls::kept_in(&kept).unwrap();
    assert_eq!((fs::read_to_string(&key).unwrap(), fs::read_to_string(&ca).unwrap()), (secret, public));
    assert_eq!(fs::read_dir(&kept).unwrap().count(), 2);
}

#[test]
fn programs_that_begin_at_once_have_the_same_authority() {
    let kept = folder("ca-race").join("ca");
    // Their drafts are told apart by the process, so they are processes.
    let program = || {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_rehearsal"));
        command.args(["exec", "--tls-dir"]).arg(&kept).args(["--", "cat"]).arg(kept.join("ca.pem"));
        command.stdout(std::process::Stdio::piped()).spawn().unwrap()
    };
    let running: Vec<_> = std::iter::repeat_with(program).take(4).collect();
    let ended: Vec<_> = running.into_iter().map(|child| child.wait_with_output().unwrap()).collect();
    assert!(ended.iter().all(|one| one.status.success() && one.stdout == ended[0].stdout));
    assert_eq!(fs::read_dir(&kept).unwrap().count(), 2);
}

#[test]
fn what_others_could_have_touched_is_refused() {
    let kept = folder("ca-refused").join("ca");
    Tls::kept_in(&kept).unwrap();
    let key = kept.join("ca-key.pem");
    let check = |expected: &str| {
        let error = Tls::kept_in(&kept).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    };
    for open in [0o777, 0o720, 0o702] {
        set_mode(&kept, open);
        check("others than you may write");
    }
    set_mode(&kept, 0o755);
    for open in [0o644, 0o640, 0o604, 0o620] {
        set_mode(&key, open);
        check("others than you may read");
    }
    set_mode(&key, 0o600);
    Tls::kept_in(&kept).unwrap();
    let aside = kept.with_file_name("aside.pem");
    fs::rename(&key, &aside).unwrap();
    symlink(&aside, &key).unwrap();
    check("is no plain file");
    fs::remove_file(&key).unwrap();
    fs::create_dir(&key).unwrap();
    check("is no plain file");
    fs::remove_dir(&key).unwrap();
    fs::write(&key, "hello").unwrap();
    set_mode(&key, 0o600);
    check("there is no private key");
}

#[test]
fn a_folder_that_is_none_is_refused() {
    let folder = folder("ca-none");
    let file = folder.join("file");
    fs::write(&file, "").unwrap();
    for path in [file.clone(), file.join("below")] {
        let error = Tls::kept_in(&path).unwrap_err().to_string();
        assert!(error.contains("is no folder"), "{error}");
    }
}
