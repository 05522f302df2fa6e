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
