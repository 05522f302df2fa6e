//! What goes with the program when it is installed: manual pages, and the words that shells complete.

use std::io;

use clap::CommandFactory as _;
use clap_mangen::Man;

use super::list::unknown;
use super::{Cli, CompletionsArgs, ManArgs, Terminal};
use crate::report::Exit;

/// The program's name, which shells complete after.
const PROGRAM: &str = "rehearsal";

/// Prints a script that a shell completes the program's words by.
pub(super) fn completions(args: &CompletionsArgs, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), PROGRAM, &mut script);
    terminal.out.write_all(&script)?;
    Ok(Exit::Met)
}

/// Prints the manual page of the program, or of one command.
pub(super) fn man(args: &ManArgs, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    let mut program = Cli::command();
    program.build();
    let page = match args.command.as_deref() {
        None => &program,
        Some(name) => match program.find_subcommand(name) {
            Some(command) => command,
            None => {
                let known: Vec<&str> = program.get_subcommands().map(clap::Command::get_name).collect();
                terminal.remark(&unknown("command", name, known))?;
                return Ok(Exit::Invalid);
            }
        },
    };
    Man::new(page.clone()).render(terminal.out)?;
    Ok(Exit::Met)
}

#[cfg(test)]
mod tests {
    use clap_complete::Shell;

    use super::*;
    use crate::base::diag::Paint;
    use crate::cli::StatusLine;

    /// How a command ends, and what it says to stdout and stderr.
    fn said(command: impl FnOnce(&mut Terminal<'_>) -> io::Result<Exit>) -> (Exit, String, String) {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let status = StatusLine::Absent;
        let exit = command(&mut Terminal { out: &mut out, err: &mut err, paint: Paint::Plain, status }).unwrap();
        (exit, String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
    }

    #[test]
    fn every_command_has_a_manual_page() {
        let man = |command: Option<&str>| {
            let args = ManArgs { command: command.map(str::to_owned) };
            said(|terminal| super::man(&args, terminal))
        };
        let mut program = Cli::command();
        program.build();
        let title = |name: &str| format!(".TH {name} 1 ");
        let said = man(None);
        assert!(said.0 == Exit::Met && said.1.contains(&title("rehearsal")), "{}", said.1);
        for command in program.get_subcommands() {
            let name = command.get_name();
            assert!(said.1.contains(&format!("rehearsal\\-{name}(1)")), "{name} is not in\n{}", said.1);
            let page = man(Some(name)).1;
            assert!(page.contains(&title(&format!("rehearsal-{name}"))), "{name}: {page}");
        }
        let said = man(Some("ruun"));
        assert_eq!((said.0, said.1.as_str()), (Exit::Invalid, ""));
        assert_eq!(said.2.trim_end(), "error: `ruun` is no command; did you mean `run`?");
    }

    #[test]
    fn shells_complete_every_command() {
        for shell in [Shell::Bash, Shell::Elvish, Shell::Fish, Shell::PowerShell, Shell::Zsh] {
            let said = said(|terminal| completions(&CompletionsArgs { shell }, terminal));
            assert_eq!((said.0, said.2.as_str()), (Exit::Met, ""));
            for command in Cli::command().get_subcommands() {
                assert!(said.1.contains(command.get_name()), "{shell} does not know {}", command.get_name());
            }
        }
    }
}
