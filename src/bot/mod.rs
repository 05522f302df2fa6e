//! A small example bot inside the binary, so that the first run works with nothing else installed.
//!
//! It is a real HTTP server on loopback and knows the stand-in only as any bot knows its vendor: webhooks come in, API calls go out,
//! all over sockets. It imports nothing of ours but the type of secrets. It finishes all work that a webhook causes *before* it
//! answers, one webhook per chat at a time, so that a run with it can be repeated byte for byte; a bot in production would answer first.
//!
//! | It hears | It does |
//! | --- | --- |
//! | a new chat, or at Texter a new session of the vendor's bot | says "Hello! How can I help?" and, if the first message already asks for something below, answers that too |
//! | something like `A-1001` | says "Order A-1001 is on its way." |
//! | "human", "agent", "person" | says "I'll get a colleague." and hands the chat over |
//! | "order", "where" | says "What is your order number?" |
//! | "menu", "help", "options" | offers "Track an order", "Talk to a human" and "Nothing, thanks"; a chosen one works as if it had been written |
//! | "bye", "thanks", "that's all" | says "Goodbye!", tags the chat `bot-handled` and closes it |
//! | a file | says "Thanks, I got your file." |
//! | anything else | says "Sorry, I did not get that. Ask for the menu or a human." |
//! | the same webhook again | nothing, or what an earlier attempt left undone |
//! | an agent, itself, or a customer after it handed over or closed | nothing |
//!
//! The first row that matches counts. A forged webhook is refused with 401; work that could not be done is answered with 500, so that
//! the vendor tries again; everything else is acknowledged with 200. [`Manners::Broken`] gets some of this wrong on purpose.
//!
//! The same behaviour is written down in two other languages in `tests/bots`, and one table of conversations tests all three.

mod chats;
mod http;
mod imichat;
mod livechat;
mod mind;
mod texter;
mod verify;

use std::io;
use std::sync::Arc;

use ::http::{HeaderName, StatusCode};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use self::chats::Failure;
use self::http::{Api, Incoming};
use self::imichat::Imichat;
use self::livechat::Livechat;
use self::texter::Texter;
use crate::base::secret::Secret;

/// The team of the imi.chat test tenant that takes over from the bot, if nothing else is wanted.
pub const IMICHAT_HANDOVER_TEAM: u64 = 673;

/// The LiveChat group that takes over from the bot, if nothing else is wanted: the one all agents are in.
pub const LIVECHAT_HANDOVER_GROUP: u64 = 0;

/// The Texter department that takes over from the bot, if nothing else is wanted.
pub const TEXTER_HANDOVER_DEPARTMENT: &str = "support";

/// What the bot needs to know before it starts.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where the vendor's API is, such as `http://127.0.0.1:4600`.
    pub stand_in: String,
    /// How it behaves.
    pub manners: Manners,
    /// Its place at imi.chat; without one, `/imichat` is not found.
    pub imichat: Option<ImichatAccount>,
    /// Its place at LiveChat; without one, `/livechat` is not found.
    pub livechat: Option<LivechatAccount>,
    /// Its place at Texter; without one, `/texter` is not found.
    pub texter: Option<TexterAccount>,
}

/// How the bot behaves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Manners {
    /// As the table in the module's documentation says.
    Good,
    /// Wrong in three ways, so that a failing run can be seen: it acknowledges with 202 where the vendors want 200, answers
    /// every duplicate again, and never asks for an order number.
    Broken,
}

/// The bot's place at imi.chat.
#[derive(Clone, Debug)]
pub struct ImichatAccount {
    /// The API key, exchanged for access tokens.
    pub api_key: Secret,
    /// The tenant's domain, which belongs to the key.
    pub domain: String,
    /// The static header that the platform puts on webhooks; without one every webhook is believed.
    pub webhook_header: Option<(HeaderName, Secret)>,
    /// Who takes over.
    pub handover: ImichatHandover,
}

/// Who takes over from the bot at imi.chat.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ImichatHandover {
    /// This team.
    Team(u64),
    /// Whoever picks the chat from the queue of the team it is in.
    Queue,
}

/// The bot's place at LiveChat.
#[derive(Clone, Debug)]
pub struct LivechatAccount {
    /// The bot token for the Agent Chat API.
    pub token: Secret,
    /// The bot's own id. If it is not known, every user who is an agent without an e-mail address is taken for the bot.
    pub bot_id: Option<String>,
    /// The secret in the body of webhooks, which also signs them.
    pub secret_key: Secret,
    /// The group that takes over.
    pub handover_group: u64,
}

/// The bot's place at Texter.
#[derive(Clone, Debug)]
pub struct TexterAccount {
    /// The token for the API.
    pub token: Secret,
    /// The secret that signs webhooks; without one every webhook is believed, as the platform signs none by itself.
    pub secret: Option<Secret>,
    /// The department that takes over.
    pub department: String,
}

/// The running bot. Dropping it stops it.
#[derive(Debug)]
pub struct Bot {
    url: String,
    server: JoinHandle<()>,
}

/// Starts the bot on a free port of the loopback interface, on the runtime of the caller.
///
/// # Errors
///
/// If there is no free port, or the address of the stand-in is not a plain `http://` one.
pub async fn start(config: Config) -> io::Result<Bot> {
    let api = Arc::new(Api::new(&config.stand_in)?);
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let url = format!("http://{}", listener.local_addr()?);
    let (manners, imichat) = (config.manners, config.imichat);
    let desks = Desks {
        manners,
        imichat: imichat.map(|account| Imichat::new(account, manners, Arc::clone(&api))),
        livechat: config.livechat.map(|account| Livechat::new(account, manners, Arc::clone(&api))),
        texter: config.texter.map(|account| Texter::new(account, manners, api)),
    };
    let server = tokio::spawn(http::serve(listener, Arc::new(desks)));
    Ok(Bot { url, server })
}

impl Bot {
    /// Where it listens, such as `http://127.0.0.1:40123`. Webhooks go to `/imichat`, `/livechat` and `/texter` below it.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Stops it, and returns once nothing of it runs any more.
    pub async fn stop(mut self) {
        self.server.abort();
        // The task was cancelled just now, so the error says what is known already.
        let _ = (&mut self.server).await;
    }
}

impl Drop for Bot {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// The places where the bot works, and how it answers there.
struct Desks {
    manners: Manners,
    imichat: Option<Imichat>,
    livechat: Option<Livechat>,
    texter: Option<Texter>,
}

impl http::Webhooks for Desks {
    async fn take(&self, webhook: Incoming) -> StatusCode {
        let outcome = match (webhook.path.as_str(), self) {
            ("/imichat", Self { imichat: Some(imichat), .. }) => imichat.take(&webhook).await,
            ("/livechat", Self { livechat: Some(livechat), .. }) => livechat.take(&webhook).await,
            ("/texter", Self { texter: Some(texter), .. }) => texter.take(&webhook).await,
            _ => return StatusCode::NOT_FOUND,
        };
        match (outcome, self.manners) {
            (Err(Refusal::Forged), _) => StatusCode::UNAUTHORIZED,
            (Err(Refusal::Malformed), _) => StatusCode::BAD_REQUEST,
            (_, Manners::Broken) => StatusCode::ACCEPTED,
            (Ok(()), Manners::Good) => StatusCode::OK,
            (Err(Refusal::Undone(_)), Manners::Good) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

/// Why a webhook is not acknowledged.
#[derive(Debug, thiserror::Error)]
enum Refusal {
    /// It does not come from the vendor.
    #[error("webhook is forged")]
    Forged,
    /// It is not shaped as the vendor documents it.
    #[error("webhook is malformed")]
    Malformed,
    /// The work it causes could not be done; the next attempt goes on where this one stopped.
    #[error("work is undone")]
    Undone(#[from] Failure),
}

impl From<serde_json::Error> for Refusal {
    fn from(_: serde_json::Error) -> Self {
        Self::Malformed
    }
}
