//! The program as a user runs it, within the test's process: command line in, text and exit code out.

use std::path::{Path, PathBuf};

use rehearsal::base::diag::Paint;
use rehearsal::cli::{self, Command, StatusLine, Terminal};
use rehearsal::platform::PLATFORMS;
use rehearsal::report::Exit;
use serde_json::Value;

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
    let mut terminal = Terminal { out: &mut out, err: &mut err, paint: Paint::Plain, status: StatusLine::Absent };
    let words = std::iter::once("rehearsal").chain(words.iter().copied()).map(Into::into);
    let exit = match cli::parse(words) {
        Ok(cli) => match &cli.command {
            Command::Run(args) => cli::run::run(args, PLATFORMS, &mut terminal).await,
            Command::Probe(args) => cli::probe::run(args, PLATFORMS, &mut terminal).await,
            Command::Explore(args) => cli::explore::run(args, PLATFORMS, &mut terminal).await,
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

/// The entries of each scenario in a file that `--journal` wrote, by the scenario's file, real times taken out. What was
/// played several times has its number behind it, a row of examples the row's.
pub(crate) fn journals(file: &Path) -> Vec<(String, String)> {
    let text = std::fs::read_to_string(file).unwrap();
    let mut found: Vec<(String, String)> = Vec::new();
    for line in text.lines() {
        let mut value: Value = serde_json::from_str(line).unwrap();
        match value["kind"].as_str().unwrap() {
            "run" | "run_end" | "scenario_end" => {}
            "scenario" => {
                let number = |key: &str| value[key].as_u64().filter(|number| *number > 0);
                let row = number("row").map_or(String::new(), |row| format!(".row{row}"));
                let round = number("round").map_or(String::new(), |round| format!(".{}", round + 1));
                found.push((format!("{}{row}{round}", value["file"].as_str().unwrap()), String::new()));
            }
            _ => {
                mask_real_times(&mut value);
                let (_, entries) = found.last_mut().unwrap();
                entries.push_str(&format!("{value}\n"));
            }
        }
    }
    found.sort();
    found
}

/// Takes out of an entry of a journal what follows from when it really was.
pub(crate) fn mask_real_times(entry: &mut Value) {
    let entry = entry.as_object_mut().unwrap();
    entry.shift_remove("wall_ms").unwrap();
    entry.shift_remove("wall_headers");
    if let Some(answer) = entry.get_mut("answer").and_then(Value::as_object_mut) {
        answer.shift_remove("wall_headers");
    }
}
