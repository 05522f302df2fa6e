//! The three example bots, run as they are: one inside this process, two as programs of their own.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use rehearsal::base::secret::Secret;
use rehearsal::bot::{self, Config, ImichatAccount, ImichatHandover, LivechatAccount, Manners, TexterAccount};

use super::webhook::SECRET_KEY;

/// A running bot; dropping it stops it.
pub(crate) struct Running {
    pub(crate) name: &'static str,
    pub(crate) url: String,
    _stop: Stop,
}

#[expect(dead_code, reason = "what a variant holds is only there to be dropped")]
enum Stop {
    Here { bot: bot::Bot, runtime: tokio::runtime::Runtime },
    Elsewhere(Program),
}

struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

/// Starts every bot that this machine can run; the built-in one always.
pub(crate) fn start_all(vendor: &str) -> Vec<Running> {
    start_each(config(vendor, Manners::Good), &[])
}

/// The same, with a secret that signs Texter's webhooks.
pub(crate) fn start_all_with_secret(vendor: &str, secret: &str) -> Vec<Running> {
    let mut config = config(vendor, Manners::Good);
    config.texter.as_mut().unwrap().secret = Some(Secret::new(secret));
    start_each(config, &[("TEXTER_SECRET", secret)])
}

fn start_each(config: Config, variables: &[(&str, &str)]) -> Vec<Running> {
    let vendor = config.stand_in.clone();
    let programs = [
        ("python3", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/bots/bot.py")),
        ("node", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/bots/bot.mjs")),
    ];
    let programs =
        programs.into_iter().filter_map(|(interpreter, file)| start_program(interpreter, &[file], &vendor, variables));
    std::iter::once(start_here(config)).chain(programs).collect()
}

/// Starts the bot in the binary.
pub(crate) fn start_built_in(vendor: &str, manners: Manners) -> Running {
    start_here(config(vendor, manners))
}

fn start_here(config: Config) -> Running {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let bot = runtime.block_on(bot::start(config)).unwrap();
    Running { name: "built-in", url: bot.url().to_owned(), _stop: Stop::Here { bot, runtime } }
}

/// The built-in bot with the accounts of the vendors' test tenants.
pub(crate) fn config(vendor: &str, manners: Manners) -> Config {
    Config {
        stand_in: vendor.to_owned(),
        manners,
        imichat: Some(ImichatAccount {
            api_key: Secret::new("imi-api-key"),
            domain: "acme.imi.chat".to_owned(),
            webhook_header: Some((http::HeaderName::from_static("x-bot-key"), Secret::new("s3cret"))),
            handover: ImichatHandover::Team(bot::IMICHAT_HANDOVER_TEAM),
        }),
        livechat: Some(LivechatAccount {
            token: Secret::new("dal:bot-token"),
            bot_id: None,
            secret_key: Secret::new(SECRET_KEY),
            handover_group: bot::LIVECHAT_HANDOVER_GROUP,
        }),
        texter: Some(TexterAccount {
            token: Secret::new("texter-token"),
            secret: None,
            department: bot::TEXTER_HANDOVER_DEPARTMENT.to_owned(),
        }),
    }
}

/// Starts a program that prints where it listens; nothing if this machine has no such interpreter.
pub(crate) fn start_program(
    interpreter: &'static str,
    words: &[&str],
    vendor: &str,
    variables: &[(&str, &str)],
) -> Option<Running> {
    Command::new(interpreter).arg("--version").output().ok().filter(|output| output.status.success())?;
    let mut child = Command::new(interpreter)
        .args(words)
        .envs([("REHEARSAL_URL", vendor), ("PORT", "0")])
        .envs(variables.iter().copied())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let url = line.trim_end().strip_prefix("listening on ").unwrap_or_else(|| panic!("{interpreter} said {line:?}"));
    Some(Running { name: interpreter, url: url.to_owned(), _stop: Stop::Elsewhere(Program(child)) })
}
