//! What each command takes.

use std::ffi::OsString;
use std::net::IpAddr;
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;

use clap::Args;

use super::{
    Also, Bot, CaFile, Format, Header, Host, PORT, Percent, ProblemFormat, ReachArgs, ReportTo, Setting, Show,
    ShowCoverage, TableFormat, TlsArgs, Token, help, list, value,
};
use crate::base::secret::Secret;
use crate::base::time::{VirtualTime, WallLimit};
use crate::engine::clock::Pace;
use crate::signing::Scheme;

/// The arguments of `verify`.
#[derive(Args, Debug)]
#[command(after_help = help::VERIFY)]
pub struct VerifyArgs {
    /// The captured request; `-` for standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,

    /// The scheme, as `list schemes` names it
    #[arg(long, value_name = "SCHEME", default_value = "standard", value_parser = value::scheme)]
    pub scheme: &'static Scheme,

    /// The secret, or for `standard-v1a` either key; several while they change
    #[arg(long = "secret", value_name = "SECRET", env = "REHEARSAL_SECRET", hide_env_values = true, required = true)]
    #[arg(value_parser = value::secret)]
    pub secrets: Vec<Secret>,

    /// The address as the sender has it, where a scheme signs it
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,

    /// When the request was received, such as `2026-01-06T10:00:00Z`; now by default
    #[arg(long, value_name = "TIME", value_parser = value::instant)]
    pub at: Option<VirtualTime>,

    /// How old, or how far in the future, a signature may be
    #[arg(long, value_name = "SPAN", default_value = "5m", value_parser = WallLimit::parse)]
    pub tolerance: WallLimit,
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

    /// Play only scenarios with this in their path or name, in capitals or not; can be given several times
    #[arg(long = "filter", value_name = "TEXT")]
    pub filters: Vec<String>,

    /// Play only scenarios with this tag; can be given several times
    #[arg(long = "tag", value_name = "TAG")]
    pub tags: Vec<String>,

    /// Play every scenario so often, each time with another seed
    #[arg(long, value_name = "N", default_value = "1", value_parser = value::times)]
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

    /// How many scenarios to play at once [default: 8 for each core with the built-in bot, else 1]
    ///
    /// A bot of yours can only play several at once if it takes its credentials from what it is sent.
    #[arg(long, short, value_name = "N", env = "REHEARSAL_JOBS", hide_env_values = true, value_parser = value::jobs)]
    pub jobs: Option<NonZeroUsize>,

    /// The seed of all made-up values [default: the scenario's own, else a new one, which is printed]
    #[arg(long, value_name = "N", env = "REHEARSAL_SEED", hide_env_values = true, value_parser = value::seed)]
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

    /// What is told of the run.
    #[command(flatten)]
    pub tell: TellArgs,

    /// How far webhooks may reach.
    #[command(flatten)]
    pub reach: ReachArgs,

    /// How the platforms' port speaks TLS.
    #[command(flatten)]
    pub tls: TlsArgs,

    /// Write all that was observed into this file as JSON lines; `rehearsal report` makes reports of it
    #[arg(long, value_name = "FILE", env = "REHEARSAL_JOURNAL", hide_env_values = true)]
    pub journal: Option<PathBuf>,
}

/// What is told of a run.
#[derive(Args, Debug)]
pub struct TellArgs {
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
}

/// The arguments of `report`.
#[derive(Args, Debug)]
#[command(after_help = help::REPORT)]
pub struct ReportArgs {
    /// What `rehearsal run --journal FILE` wrote; `-` for stdin
    #[arg(value_name = "FILE")]
    pub journal: PathBuf,

    /// What is told of the run.
    #[command(flatten)]
    pub tell: TellArgs,
}

/// The arguments of `explore`.
#[derive(Args, Debug)]
#[command(after_help = help::EXPLORE)]
pub struct ExploreArgs {
    /// The scenario; each row of its examples is explored
    #[arg(value_name = "FILE")]
    pub file: PathBuf,

    /// The bot: its address, or `builtin` or `builtin:broken` for the example bot in this program [default: builtin]
    #[arg(long, value_name = "URL", env = "REHEARSAL_BOT", hide_env_values = true)]
    pub bot: Option<Bot>,

    /// How many variants to play, up to 100000; at most as many runs again are spent on shrinking
    #[arg(long, value_name = "N", default_value = "100", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub budget: u32,

    /// What may happen besides: `reset`, an answer of the platform is lost after the call has done its work
    #[arg(long, value_enum, value_name = "WHAT")]
    pub also: Option<Also>,

    /// Where to write the smallest scenario that fails; must not exist [default: named after FILE and the seed]
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,

    /// How long a variant may really take, such as `1m`; any time by default
    #[arg(long, value_name = "SPAN", env = "REHEARSAL_TIMEOUT", hide_env_values = true, value_parser = WallLimit::parse)]
    pub timeout: Option<WallLimit>,

    /// How many variants to play at once [default: 8 for each core with the built-in bot, else 1]
    #[arg(long, short, value_name = "N", env = "REHEARSAL_JOBS", hide_env_values = true, value_parser = value::jobs)]
    pub jobs: Option<NonZeroUsize>,

    /// The seed of the variants and of all made-up values [default: the scenario's own, else a new one, which is printed]
    #[arg(long, value_name = "N", env = "REHEARSAL_SEED", hide_env_values = true, value_parser = value::seed)]
    pub seed: Option<u64>,

    /// The port on 127.0.0.1 at which the bot finds the platform; 0 takes a free one
    #[arg(long, value_name = "PORT", default_value_t = PORT, env = "REHEARSAL_PORT", hide_env_values = true)]
    pub port: u16,

    /// What stdout carries
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t, env = "REHEARSAL_FORMAT", hide_env_values = true)]
    pub format: Format,

    /// How far webhooks may reach.
    #[command(flatten)]
    pub reach: ReachArgs,

    /// How the platforms' port speaks TLS.
    #[command(flatten)]
    pub tls: TlsArgs,
}

/// The arguments of `serve`.
#[derive(Args, Debug)]
#[command(after_help = help::SERVE)]
pub struct ServeArgs {
    /// Files whose `setup:` describes a tenant
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,

    /// The address of this machine to listen on; others than this machine can reach any but 127.0.0.1 and ::1
    ///
    /// Whoever reaches it can use the platforms; the control port wants its token as ever, and a `Host` that is an address or
    /// one of `--host-name`.
    #[arg(long, value_name = "IP", default_value = "127.0.0.1", env = "REHEARSAL_LISTEN", hide_env_values = true)]
    pub listen: IpAddr,

    /// A name by which programs on other machines reach the control port; can be given several times
    #[arg(long = "host-name", value_name = "HOST", env = "REHEARSAL_HOST_NAME", value_delimiter = ',')]
    #[arg(hide_env_values = true)]
    pub host_names: Vec<Host>,

    /// The port at which the platforms are served; 0 takes a free one
    #[arg(long, value_name = "PORT", default_value_t = PORT, env = "REHEARSAL_PORT", hide_env_values = true)]
    pub port: u16,

    /// The port of the control port; 0 takes a free one [default: 4601, or a free one with `--port 0`]
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
    #[arg(long, value_name = "N", env = "REHEARSAL_SEED", hide_env_values = true, value_parser = value::seed)]
    pub seed: Option<u64>,

    /// Let a call name the code that it is refused with, in the header `Prefer: code=…`
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true)]
    #[arg(default_value = "true", default_missing_value = "true", action = clap::ArgAction::Set)]
    #[arg(env = "REHEARSAL_ALLOW_PREFER", hide_env_values = true, value_parser = clap::builder::BoolishValueParser::new())]
    pub allow_prefer: bool,

    /// The bot that webhooks to `${bot}` go to: its address, or `builtin`, or `builtin:broken`
    #[arg(long, value_name = "URL", env = "REHEARSAL_BOT", hide_env_values = true)]
    pub bot: Option<Bot>,

    /// How far webhooks may reach.
    #[command(flatten)]
    pub reach: ReachArgs,

    /// How the platforms' port speaks TLS.
    #[command(flatten)]
    pub tls: TlsArgs,

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
    #[arg(long, value_name = "URL", value_parser = value::receiver)]
    pub to: Option<String>,

    /// Trust the authorities in this PEM file, besides the usual ones, if it goes to an https address
    #[arg(long, value_name = "FILE", env = "REHEARSAL_CA", hide_env_values = true)]
    pub ca: Option<CaFile>,

    /// Change a member of the body before it is signed; can be given several times
    ///
    /// The value is JSON where it is one, else text.
    #[arg(long = "set", value_name = "PATH=VALUE")]
    pub changes: Vec<Setting>,

    /// Send this header too; can be given several times
    #[arg(long = "header", value_name = "NAME: VALUE")]
    pub headers: Vec<Header>,

    /// The seed of all made-up values [default: a new one, which is printed]
    #[arg(long, value_name = "N", env = "REHEARSAL_SEED", hide_env_values = true, value_parser = value::seed)]
    pub seed: Option<u64>,

    /// The form in which the request is printed
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t, env = "REHEARSAL_FORMAT", hide_env_values = true)]
    pub format: Format,
}

/// The arguments of `probe`.
#[derive(Args, Debug)]
#[command(after_help = help::PROBE)]
pub struct ProbeArgs {
    /// Where the receiver takes webhooks
    #[arg(value_name = "URL", value_parser = value::address)]
    pub url: String,

    /// The platform whose webhooks it takes
    #[arg(long, short, value_name = "PLATFORM", env = "REHEARSAL_PLATFORM", hide_env_values = true)]
    pub platform: String,

    /// The event to send, as `rehearsal list events` names it [default: the one by which a chat comes to a bot]
    #[arg(long, value_name = "EVENT")]
    pub event: Option<String>,

    /// The secret that signs webhooks, as Standard Webhooks; without it nothing is signed
    ///
    /// Where the platform puts a secret into the body, that is this one too, else the well-known one.
    #[arg(long, value_name = "SECRET", env = "REHEARSAL_SECRET", hide_env_values = true, value_parser = value::secret)]
    pub secret: Option<Secret>,

    /// Make only this check, and the first one, which the others need; can be given several times
    #[arg(long = "only", value_name = "PROBE", env = "REHEARSAL_ONLY", value_delimiter = ',', hide_env_values = true)]
    pub only: Vec<String>,

    /// A header with a secret, by which the receiver knows the platform; can be given several times
    #[arg(long = "header", value_name = "NAME: VALUE")]
    pub headers: Vec<Header>,

    /// The port on 127.0.0.1 at which the receiver finds the platform; 0 takes a free one
    #[arg(long, value_name = "PORT", default_value_t = PORT, env = "REHEARSAL_PORT", hide_env_values = true)]
    pub port: u16,

    /// How long an answer may take, such as `2s` [default: the platform's own limit]
    #[arg(long, value_name = "SPAN", value_parser = WallLimit::parse)]
    pub timeout: Option<WallLimit>,

    /// The seed of all made-up values [default: a new one, which is printed]
    #[arg(long, value_name = "N", env = "REHEARSAL_SEED", hide_env_values = true, value_parser = value::seed)]
    pub seed: Option<u64>,

    /// Write a report: `junit=FILE`, `json=FILE`, `tap=FILE` or `github`; can be given several times
    #[arg(long = "report", value_name = "FORM=FILE", env = "REHEARSAL_REPORT", value_delimiter = ',')]
    #[arg(hide_env_values = true)]
    pub reports: Vec<ReportTo>,

    /// What stdout carries
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

/// The arguments of `schema`.
#[derive(Args, Debug)]
pub struct SchemaArgs {
    /// Print the API of this platform as an OpenAPI 3.1 document, its webhooks included
    #[arg(long, short, value_name = "PLATFORM")]
    pub platform: Option<String>,

    /// Print the body of this webhook of the platform as a JSON Schema instead
    #[arg(long, short, value_name = "EVENT", requires = "platform")]
    pub event: Option<String>,
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

/// What `completions` takes.
#[derive(Args, Debug)]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_enum, value_name = "SHELL")]
    pub shell: clap_complete::Shell,
}

/// What `man` takes.
#[derive(Args, Debug)]
pub struct ManArgs {
    /// The command; the program itself if none is named
    #[arg(value_name = "COMMAND")]
    pub command: Option<String>,
}
