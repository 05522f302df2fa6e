//! The program as a user runs it, within the test's process: command line in, text and exit code out.

use std::path::{Path, PathBuf};

use rehearsal::base::diag::Paint;
use rehearsal::cli::{self, Command, Terminal};
use rehearsal::platform::PLATFORMS;
use rehearsal::report::Exit;

/// What a run left behind.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) exit: Exit,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// Runs a command line, without the program's name.
pub(crate) async fn rehearsal(words: &[&str]) -> Ran {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut terminal = Terminal { out: &mut out, err: &mut err, paint: Paint::Plain };
    let words = std::iter::once("rehearsal").chain(words.iter().copied()).map(Into::into);
    let exit = match cli::parse(words) {
        Ok(cli) => match &cli.command {
            Command::Run(args) => cli::run::run(args, PLATFORMS, &mut terminal).await,
            Command::Trigger(args) => cli::trigger::run(args, PLATFORMS, &mut terminal).await,
            Command::Serve(args) => cli::serve::run(args, PLATFORMS, &mut terminal).await,
            Command::Act(args) => cli::act::run(args, &mut terminal).await,
            Command::Exec(_) => panic!("`exec` has exit codes of its own; start it as a process"),
            Command::Look(look) => cli::look(look, PLATFORMS, &mut terminal),
        },
        Err(stopped) => stopped.tell(&mut terminal),
    };
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran { exit: exit.unwrap(), out: text(out), err: text(err) }
}

/// An empty folder of this test's own, below the build's folder.
pub(crate) fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// The journals that `--journal` wrote into a folder, by path below it, real times taken out.
pub(crate) fn journals(folder: &Path) -> Vec<(String, String)> {
    let (mut found, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.strip_prefix(folder).unwrap().to_string_lossy().into_owned();
            found.push((name, masked(&std::fs::read_to_string(&path).unwrap())));
        }
    }
    found.sort();
    found
}

/// The lines without their real times.
fn masked(lines: &str) -> String {
    const KEY: &str = "\"wall_ms\":";
    let line = |line: &str| {
        let (before, rest) = line.split_once(KEY).unwrap();
        let (_, after) = rest.split_once(',').unwrap();
        format!("{before}{after}\n")
    };
    lines.lines().map(line).collect()
}
