//! The command line program; everything is in the library.

use std::io::{self, IsTerminal as _};
use std::process::ExitCode;

use rehearsal::cli::{self, Command, StatusLine, Surroundings, Terminal};
use rehearsal::platform::PLATFORMS;
use rehearsal::report::Exit;
use tokio::runtime::{Builder, Runtime};

fn main() -> ExitCode {
    let (mut out, mut err) = (io::stdout().lock(), io::stderr().lock());
    #[expect(clippy::disallowed_methods, reason = "the program's edge is where its surroundings are read")]
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let no_color = set("NO_COLOR");
    // Some build servers lend a terminal to a program at which nobody looks.
    let status = StatusLine::on(err.is_terminal() && !set("CI"));
    let surroundings = Surroundings { terminal: out.is_terminal(), no_color };
    let paint = cli::Color::Auto.paint(surroundings);
    let mut terminal = Terminal { out: &mut out, err: &mut err, paint, status };
    let ended = match cli::parse(std::env::args_os()) {
        Ok(cli) => {
            terminal.paint = cli.color.paint(surroundings);
            act(&cli.command, &mut terminal)
        }
        Err(stopped) => stopped.tell(&mut terminal).map(ExitCode::from),
    };
    ended.unwrap_or_else(|error| {
        // Whoever reads no further knows that; and if it is this stream that fails, nobody can be told.
        if error.kind() != io::ErrorKind::BrokenPipe {
            let _ = terminal.remark(&format!("error: failed to write the output: {error}"));
        }
        ExitCode::from(Exit::CouldNotRun)
    })
}

/// The runtime. On a single core, threads would only pass work to each other.
fn runtime() -> io::Result<Runtime> {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let mut builder = if cores == 1 { Builder::new_current_thread() } else { Builder::new_multi_thread() };
    builder.enable_all().build()
}

fn act(command: &Command, terminal: &mut Terminal<'_>) -> io::Result<ExitCode> {
    let exit = match command {
        Command::Look(command) => cli::look(command, PLATFORMS, terminal),
        Command::Run(args) => runtime()?.block_on(cli::run::run(args, PLATFORMS, terminal)),
        Command::Probe(args) => runtime()?.block_on(cli::probe::run(args, PLATFORMS, terminal)),
        Command::Explore(args) => runtime()?.block_on(cli::explore::run(args, PLATFORMS, terminal)),
        Command::Trigger(args) => runtime()?.block_on(cli::trigger::run(args, PLATFORMS, terminal)),
        Command::Serve(args) => runtime()?.block_on(cli::serve::run(args, PLATFORMS, terminal)),
        Command::Act(args) => runtime()?.block_on(cli::act::run(args, terminal)),
        Command::Exec(args) => {
            return runtime()?.block_on(cli::exec::run(args, PLATFORMS, terminal)).map(ExitCode::from);
        }
    };
    exit.map(ExitCode::from)
}
