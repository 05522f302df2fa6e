//! The command line: what can be asked, and the commands that only look things up.
//!
//! Every command writes through [`Terminal`] and ends with an [`Exit`]. Flags win over the environment.

pub mod act;
pub mod args;
mod builtin;
pub mod check;
mod client;
mod coverage;
mod descriptors;
pub mod exec;
pub mod explain;
pub mod explore;
pub mod files;
mod help;
mod house;
pub mod list;
mod manual;
mod part;
mod performance;
mod play;
pub mod probe;
pub mod reach;
mod recording;
pub mod report;
mod reports;
pub mod run;
pub mod schema;
pub mod secure;
mod select;
pub mod serve;
mod shell;
mod signals;
mod stage;
mod stand_in;
mod table;
pub mod terminal;
mod theatre;
mod told;
pub mod trigger;
pub mod value;
mod verify;
mod ways;

use std::ffi::OsString;
use std::io;

use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

pub use self::args::{
    ActArgs, CheckArgs, CompletionsArgs, ExecArgs, ExplainArgs, ExploreArgs, ListArgs, ManArgs, ProbeArgs, ReportArgs,
    RunArgs, SchemaArgs, ServeArgs, TellArgs, TenantArgs, TriggerArgs, VerifyArgs,
};
pub use self::reach::{CaFile, ReachArgs};
pub use self::secure::TlsArgs;
pub use self::terminal::{Color, StatusLine, Surroundings, Terminal};
pub use self::value::{
    Also, Bot, Format, Header, Host, Percent, ProblemFormat, ReportForm, ReportTo, Setting, Show, ShowCoverage,
    TableFormat, Token,
};

use crate::platform::Vendor;
use crate::report::Exit;

/// The port that bots are configured with unless they are told another.
pub const PORT: u16 = 4600;

/// A local stand-in for customer-chat platforms that bots are tested against.
///
/// It plays the platform and its customers and agents: it answers API calls as the vendor documents them, sends the
/// vendor's webhooks, and judges the bot by scenario files.
#[derive(Parser, Debug)]
#[command(name = "rehearsal", version, max_term_width = 100, after_help = help::top(), subcommand_required = true)]
pub struct Cli {
    /// When to use colours
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value_t, env = "REHEARSAL_COLOR")]
    #[arg(hide_env_values = true)]
    pub color: Color,

    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Play scenarios, judge the bot, and write reports
    ///
    /// Every scenario gets a tenant of its own with a clock of its own: `wait: 45m` takes no real time. The same seed and
    /// the same behaviour of the bot give the same run.
    Run(RunArgs),
    /// Play one scenario in many variants, and shrink what fails
    ///
    /// Webhooks come twice, late, or after those of other chats, as platforms deliver them; answers take their time. A bot that
    /// passes the scenario should pass all of them. If it does not, the smallest scenario that it fails is written, to be kept
    /// and played by `run`.
    Explore(ExploreArgs),
    /// Keep the stand-in running for a bot under development
    ///
    /// Without a file one tenant of every platform is open, with well-known test credentials. A file gives its platform
    /// another tenant: that of its `setup:`.
    Serve(ServeArgs),
    /// Serve on free ports while a command runs
    ///
    /// The command finds the platforms by REHEARSAL_URL, the control port by REHEARSAL_CONTROL_URL and
    /// REHEARSAL_CONTROL_TOKEN, and credentials under the names that `GET /worlds/{id}` shows as `exports`. Its exit code is that
    /// of this program: 127 if it cannot be found, 128 and the signal's number if a signal ended it.
    Exec(ExecArgs),
    /// Play one step, or a list, in a world of a running stand-in
    ///
    /// What the step says is that of a scenario. The program ends when the step is done: with 0 if all is met, with 1 if an
    /// expectation is not, or if the step cannot be done.
    Act(ActArgs),
    /// Send one webhook, as the vendor would
    ///
    /// It comes from a consistent little world: the chat, the people and the ids in it fit each other. It is signed as in a
    /// run, with the well-known secrets.
    Trigger(TriggerArgs),
    /// Grade what a receiver of webhooks does with good ones, bad ones and odd ones
    ///
    /// It sends valid, forged, stale, duplicate, broken and strange webhooks to the receiver, looks at its answers and at what
    /// it then does through the platform's API, which is served meanwhile, and tells what is to be mended. `rehearsal list
    /// probes` has all that is tried.
    Probe(ProbeArgs),
    /// Commands that need neither a bot nor a port.
    #[command(flatten)]
    Look(Look),
}

/// Commands that need neither a bot nor a port.
#[derive(Subcommand, Debug)]
pub enum Look {
    /// Find mistakes in scenario files without playing them
    ///
    /// All mistakes of all files are shown, each with its place and a way to mend it.
    Check(CheckArgs),
    /// Print the scenario language as a JSON Schema, for editors, or a platform's API as an OpenAPI document
    Schema(SchemaArgs),
    /// Make the reports of a run again, from its journal
    ///
    /// They are those that the run itself would have written, and the exit code is the run's.
    Report(ReportArgs),
    /// List what there is: platforms, routes, codes, events, acts, faults, schemes, diagnostics, probes, coverage
    List(ListArgs),
    /// Explain one word: a diagnostic, code, event, route, act, step, fault or probe
    ///
    /// A platform's name before the word picks one of several meanings.
    Explain(ExplainArgs),
    /// Check the signature of a request that was captured, and say what is wrong with it
    ///
    /// The file holds the request as it came over the wire: a request line, headers, an empty line, and the body byte for byte.
    Verify(VerifyArgs),
    /// Print a script by which a shell completes commands and flags
    ///
    /// bash reads it from `~/.local/share/bash-completion/completions/rehearsal`, fish from
    /// `~/.config/fish/completions/rehearsal.fish`, zsh as `_rehearsal` from a folder of its `fpath`.
    Completions(CompletionsArgs),
    /// Print a manual page, of the program or of one command, as `man` reads it
    Man(ManArgs),
}

/// The command line is not one to act upon: it is wrong, or asks for help or the version.
#[derive(Debug)]
pub struct Stopped(clap::Error);

impl Stopped {
    /// Tells the user, and how the program ends.
    ///
    /// # Errors
    /// If the stream fails.
    pub fn tell(&self, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
        let text = match terminal.paint {
            crate::base::diag::Paint::Colour => self.0.render().ansi().to_string(),
            crate::base::diag::Paint::Plain => self.0.render().to_string(),
        };
        if self.0.use_stderr() {
            terminal.remark(&text)?;
            Ok(Exit::Invalid)
        } else {
            terminal.data(&text)?;
            Ok(Exit::Met)
        }
    }
}

/// Reads a command line, the program's name first.
///
/// # Errors
/// If it is wrong, or asks for help or the version.
pub fn parse(words: impl IntoIterator<Item = OsString>) -> Result<Cli, Stopped> {
    let matches = Cli::command().try_get_matches_from(words).map_err(Stopped)?;
    Cli::from_arg_matches(&matches).map_err(Stopped)
}

/// Does a command that needs neither a bot nor a port.
///
/// # Errors
/// If a stream fails. Mistakes of the user are told, and make the exit code.
pub fn look(command: &Look, vendors: &[Vendor], terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    match command {
        Look::Check(args) => check::run(args, vendors, terminal),
        Look::Schema(args) => schema::run(args, vendors, terminal),
        Look::Report(args) => report::run(args, vendors, terminal),
        Look::List(args) => list::run(args, vendors, terminal),
        Look::Explain(args) => explain::run(args, vendors, terminal),
        Look::Verify(args) => verify::run(args, terminal),
        Look::Completions(args) => manual::completions(args, terminal),
        Look::Man(args) => manual::man(args, terminal),
    }
}
