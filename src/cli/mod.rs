//! The command line: what can be asked, and the commands that only look things up.
//!
//! Every command writes through [`Terminal`] and ends with an [`Exit`]. Flags win over the environment.

pub mod act;
mod builtin;
pub mod check;
mod client;
mod coverage;
pub mod exec;
pub mod explain;
pub mod files;
mod help;
mod house;
pub mod list;
pub mod run;
mod select;
pub mod serve;
mod shell;
mod stand_in;
mod table;
pub mod terminal;
pub mod trigger;
pub mod value;

use std::ffi::OsString;
use std::io;
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;

use clap::{Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

pub use self::terminal::{Color, Surroundings, Terminal};
pub use self::value::{
    Bot, Format, Header, Host, Percent, ProblemFormat, ReportForm, ReportTo, Setting, Show, ShowCoverage, TableFormat,
    Token,
};

use crate::base::time::WallLimit;
use crate::engine::clock::Pace;
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
    /// Print the scenario language as a JSON Schema, for editors
    Schema,
    /// List what there is: platforms, routes, codes, events, acts, faults, diagnostics, coverage
    List(ListArgs),
    /// Explain one word: a diagnostic, code, event, route, act, step or fault
    ///
    /// A platform's name before the word picks one of several meanings.
    Explain(ExplainArgs),
}

/// The arguments of `run`.
#[derive(Args, Debug)]
#[command(after_help = help::RUN)]
pub struct RunArgs {
    /// Scenario files, or folders that are searched for them
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,

    /// The bot: its address, or `builtin` or `builtin:broken` for the example bot in this program [default: builtin]
    ///
    /// In scenarios the address is `${bot}`.
    #[arg(long, value_name = "URL", env = "REHEARSAL_BOT", hide_env_values = true)]
    pub bot: Option<Bot>,

    /// Play only scenarios with this in their path or name; can be given several times
    #[arg(long = "filter", value_name = "TEXT")]
    pub filters: Vec<String>,

    /// Play only scenarios with this tag; can be given several times
    #[arg(long = "tag", value_name = "TAG")]
    pub tags: Vec<String>,

    /// Play every scenario so often, each time with another seed
    #[arg(long, value_name = "N", default_value = "1")]
    pub repeat: NonZeroU32,

    /// Play the scenarios in an order that follows from the seed
    #[arg(long)]
    pub shuffle: bool,

    /// Stop at the first scenario that does not pass
    #[arg(long)]
    pub fail_fast: bool,

    /// How long a scenario may really take, such as `1m`; any time by default
    #[arg(long, value_name = "SPAN", env = "REHEARSAL_TIMEOUT", hide_env_values = true, value_parser = WallLimit::parse)]
    pub timeout: Option<WallLimit>,

    /// How many scenarios to play at once [default: one for each core with the built-in bot, else 1]
    ///
    /// A bot of yours can only play several at once if it takes its credentials from what it is sent.
    #[arg(long, short, value_name = "N", env = "REHEARSAL_JOBS", hide_env_values = true)]
    pub jobs: Option<NonZeroUsize>,

    /// The seed of all made-up values [default: the scenario's own, else a new one, which is printed]
    #[arg(long, value_name = "N", env = "REHEARSAL_SEED", hide_env_values = true)]
    pub seed: Option<u64>,

    /// The port on 127.0.0.1 at which the bot finds the platform; 0 takes a free one
    #[arg(long, value_name = "PORT", default_value_t = PORT, env = "REHEARSAL_PORT", hide_env_values = true)]
    pub port: u16,

    /// Fail a scenario in which the bot did what the vendor's documents do not allow
    ///
    /// As if every scenario ended with `expect: {violations: none}`.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true)]
    #[arg(default_value = "false", default_missing_value = "true", action = clap::ArgAction::Set)]
    #[arg(env = "REHEARSAL_STRICT", hide_env_values = true, value_parser = clap::builder::BoolishValueParser::new())]
    pub strict: bool,

    /// Let a call name the code that it is refused with, in the header `Prefer: code=…`
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true)]
    #[arg(default_value = "false", default_missing_value = "true", action = clap::ArgAction::Set)]
    #[arg(env = "REHEARSAL_ALLOW_PREFER", hide_env_values = true, value_parser = clap::builder::BoolishValueParser::new())]
    pub allow_prefer: bool,

    /// How virtual time goes: `virtual`, only as scenarios say; `real`; or `x60`, sixty times as fast
    #[arg(long, value_name = "CLOCK", default_value = "virtual", env = "REHEARSAL_CLOCK", hide_env_values = true)]
    pub clock: Pace,

    /// Write a report: `junit=FILE`, `json=FILE`, `tap=FILE`, `html=FILE`, `coverage=FILE` or `github`; can be given several
    /// times
    ///
    /// `github` writes annotations to stdout, where GitHub's workflow runner reads them; to stderr with `--format json`.
    #[arg(long = "report", value_name = "FORM=FILE", env = "REHEARSAL_REPORT", value_delimiter = ',')]
    #[arg(hide_env_values = true)]
    pub reports: Vec<ReportTo>,

    /// What stdout carries
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t, env = "REHEARSAL_FORMAT", hide_env_values = true)]
    pub format: Format,

    /// Show what the scenarios touched of all that `list` names, platform by platform; `full` names what they did not
    ///
    /// Routes and codes are touched by calls of the bot and of the scenarios, which are told apart; events when they are due,
    /// acts when they are done, faults when they fire. The percentage is that of all these rows. How chats changed is shown
    /// but is not part of it, because not every platform knows every change.
    #[arg(long, value_enum, value_name = "DETAIL", num_args = 0..=1, require_equals = true)]
    #[arg(default_missing_value = "summary", env = "REHEARSAL_COVERAGE", hide_env_values = true)]
    pub coverage: Option<ShowCoverage>,

    /// Fail the run if less than this percentage, 0 to 100, of the rows of the platforms that were played was touched
    ///
    /// The percentage is that of `--coverage`. A run that met its expectations then exits 1.
    #[arg(long, value_name = "PERCENT", env = "REHEARSAL_COVERAGE_FAIL_UNDER", hide_env_values = true)]
    pub coverage_fail_under: Option<Percent>,

    /// How much of the run is shown
    #[arg(long, value_enum, value_name = "DETAIL", default_value_t, env = "REHEARSAL_DETAIL", hide_env_values = true)]
    pub detail: Show,

    /// Let webhooks go to this host too; can be given several times
    ///
    /// Without it they go to this machine only.
    #[arg(long = "allow-host", value_name = "HOST", env = "REHEARSAL_ALLOW_HOST", value_delimiter = ',')]
    #[arg(hide_env_values = true)]
    pub allowed_hosts: Vec<Host>,

    /// Write the journal of each scenario into this folder, as JSON lines
    #[arg(long, value_name = "DIR", env = "REHEARSAL_JOURNAL", hide_env_values = true)]
    pub journal: Option<PathBuf>,
}

/// The arguments of `serve`.
#[derive(Args, Debug)]
#[command(after_help = help::SERVE)]
pub struct ServeArgs {
    /// Files whose `setup:` describes a tenant
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,

    /// The port on 127.0.0.1 at which the platforms are served; 0 takes a free one
    #[arg(long, value_name = "PORT", default_value_t = PORT, env = "REHEARSAL_PORT", hide_env_values = true)]
    pub port: u16,

    /// The port on 127.0.0.1 of the control port; 0 takes a free one [default: 4601, or a free one with `--port 0`]
    #[arg(long, value_name = "PORT", env = "REHEARSAL_CONTROL_PORT", hide_env_values = true)]
    pub control_port: Option<u16>,

    /// Write the addresses and the control port's token into this file as JSON, once they can be called
    #[arg(long, value_name = "FILE", env = "REHEARSAL_PORTS_FILE", hide_env_values = true)]
    pub ports_file: Option<PathBuf>,

    /// Make this file once everything can be called
    #[arg(long, value_name = "FILE", env = "REHEARSAL_READY_FILE", hide_env_values = true)]
    pub ready_file: Option<PathBuf>,

    /// What its tenants have in common.
    #[command(flatten)]
    pub tenants: TenantArgs,
}

/// What the tenants of a stand-in have in common.
#[derive(Args, Debug)]
pub struct TenantArgs {
    /// The seed of all made-up values [default: a new one, which is printed]
    #[arg(long, value_name = "N", env = "REHEARSAL_SEED", hide_env_values = true)]
    pub seed: Option<u64>,

    /// Let a call name the code that it is refused with, in the header `Prefer: code=…`
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true)]
    #[arg(default_value = "true", default_missing_value = "true", action = clap::ArgAction::Set)]
    #[arg(env = "REHEARSAL_ALLOW_PREFER", hide_env_values = true, value_parser = clap::builder::BoolishValueParser::new())]
    pub allow_prefer: bool,

    /// The bot that webhooks to `${bot}` go to: its address, or `builtin`, or `builtin:broken`
    #[arg(long, value_name = "URL", env = "REHEARSAL_BOT", hide_env_values = true)]
    pub bot: Option<Bot>,

    /// Let webhooks go to this host too; can be given several times
    ///
    /// Without it they go to this machine only.
    #[arg(long = "allow-host", value_name = "HOST", env = "REHEARSAL_ALLOW_HOST", value_delimiter = ',')]
    #[arg(hide_env_values = true)]
    pub allowed_hosts: Vec<Host>,

    /// The token that the control port wants; visible ASCII [default: a new one]
    #[arg(long, value_name = "TOKEN", env = "REHEARSAL_CONTROL_TOKEN", hide_env_values = true)]
    pub control_token: Option<Token>,
}

/// The arguments of `exec`.
#[derive(Args, Debug)]
#[command(after_help = help::EXEC)]
pub struct ExecArgs {
    /// Files whose `setup:` describes a tenant
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,

    /// What its tenants have in common.
    #[command(flatten)]
    pub tenants: TenantArgs,

    /// The command and its arguments
    #[arg(last = true, required = true, value_name = "CMD")]
    pub command: Vec<OsString>,
}

/// The arguments of `act`.
#[derive(Args, Debug)]
#[command(after_help = help::ACT)]
pub struct ActArgs {
    /// The id of the world
    #[arg(value_name = "WORLD")]
    pub world: String,

    /// The step, or a list of steps, as a scenario has them
    #[arg(value_name = "STEP")]
    pub step: String,

    /// Where the control port is [default: as the ports file says, else http://127.0.0.1:4601]
    #[arg(long, value_name = "URL", env = "REHEARSAL_CONTROL_URL", hide_env_values = true, value_parser = value::address)]
    pub control: Option<String>,

    /// The control port's token [default: as the ports file says]
    #[arg(long, value_name = "TOKEN", env = "REHEARSAL_CONTROL_TOKEN", hide_env_values = true)]
    pub token: Option<Token>,

    /// The file that `serve --ports-file` wrote
    #[arg(long, value_name = "FILE", env = "REHEARSAL_PORTS_FILE", hide_env_values = true)]
    pub ports_file: Option<PathBuf>,
}

/// The arguments of `trigger`.
#[derive(Args, Debug)]
#[command(after_help = help::TRIGGER)]
pub struct TriggerArgs {
    /// The platform
    #[arg(value_name = "PLATFORM")]
    pub platform: String,

    /// The event, as `rehearsal list events` names it
    #[arg(value_name = "EVENT")]
    pub event: String,

    /// Where to send it; without it the request is printed
    #[arg(long, value_name = "URL", value_parser = value::address)]
    pub to: Option<String>,

    /// Change a member of the body before it is signed; can be given several times
    ///
    /// The value is JSON where it is one, else text.
    #[arg(long = "set", value_name = "PATH=VALUE")]
    pub changes: Vec<Setting>,

    /// Send this header too; can be given several times
    #[arg(long = "header", value_name = "NAME: VALUE")]
    pub headers: Vec<Header>,

    /// The seed of all made-up values [default: a new one, which is printed]
    #[arg(long, value_name = "N", env = "REHEARSAL_SEED", hide_env_values = true)]
    pub seed: Option<u64>,

    /// The form in which the request is printed
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t, env = "REHEARSAL_FORMAT", hide_env_values = true)]
    pub format: Format,
}

/// The arguments of `check`.
#[derive(Args, Debug)]
#[command(after_help = help::CHECK)]
pub struct CheckArgs {
    /// Scenario files, or folders that are searched for them
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,

    /// What stdout carries
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t, env = "REHEARSAL_FORMAT", hide_env_values = true)]
    pub format: ProblemFormat,
}

/// The arguments of `list`.
#[derive(Args, Debug)]
#[command(after_help = help::LIST)]
pub struct ListArgs {
    /// Of what
    #[arg(value_enum, value_name = "WHAT")]
    pub what: list::What,

    /// Of this platform only
    #[arg(long, short, value_name = "PLATFORM")]
    pub platform: Option<String>,

    /// What stdout carries
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t, env = "REHEARSAL_FORMAT", hide_env_values = true)]
    pub format: TableFormat,
}

/// The arguments of `explain`.
#[derive(Args, Debug)]
#[command(after_help = help::EXPLAIN)]
pub struct ExplainArgs {
    /// The word, perhaps with a platform before it
    #[arg(required = true, value_name = "WORD", num_args = 1..=2)]
    pub words: Vec<String>,

    /// What stdout carries
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t, env = "REHEARSAL_FORMAT", hide_env_values = true)]
    pub format: Format,
}

fn schema(vendors: &[Vendor], terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    let words: Vec<_> = vendors.iter().map(|vendor| vendor.vocabulary).collect();
    terminal.data(&list::pretty(&crate::scenario::schema::document(&words)))?;
    Ok(Exit::Met)
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
        Look::Schema => schema(vendors, terminal),
        Look::List(args) => list::run(args, vendors, terminal),
        Look::Explain(args) => explain::run(args, vendors, terminal),
    }
}
