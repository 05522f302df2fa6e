//! Worlds as the control port reads and shows them.

use indexmap::IndexMap;

use super::Terms;
use super::problem::Problem;
use super::query::Query;
use super::registry::Named;
use super::shape::shown;
use crate::delivery::BotUrl;
use crate::engine::Opening;
use crate::engine::clock::{Pace, PaceError};
use crate::platform::Vendor;
use crate::platform::cx::{Customer, Identities};
use crate::scenario::{Scenario, load_setup};

/// Reads what a world is to begin with.
pub(super) fn read(text: &str, vendors: &'static [Vendor]) -> Result<(&'static Vendor, Scenario), Problem> {
    let words: Vec<_> = vendors.iter().map(|vendor| vendor.vocabulary).collect();
    let scenario = load_setup(text, &words).map_err(Problem::diagnosed)?;
    let vendor = vendors.iter().find(|vendor| vendor.name == scenario.platform);
    Ok((vendor.expect("a checked scenario is one of a platform that is there"), scenario))
}

/// What a query says that `${bot}` leads to.
pub(super) fn bot(query: &Query<'_>) -> Result<Option<BotUrl>, Problem> {
    let bot = query.get("bot").map(BotUrl::parse).transpose();
    bot.map_err(|error| Problem::new(400, format!("failed to {error}")))
}

/// What a query says about a world that is to be opened.
pub(super) struct Wish {
    /// What `${bot}` leads to, if it is not the bot of the stand-in.
    pub(super) bot: Option<BotUrl>,
    pace: Pace,
    identities: Identities,
}

impl Wish {
    /// What a query says.
    pub(super) fn of(query: &Query<'_>) -> Result<Self, Problem> {
        let pace = query.get("mode").map(str::parse).transpose();
        let identities = match query.get("identities") {
            None | Some("fresh") => Identities::Fresh,
            Some("well_known") => Identities::WellKnown,
            Some(other) => {
                let detail = format!("`identities={other}` is none; `fresh` and `well_known` are possible");
                return Err(Problem::new(400, detail));
            }
        };
        Ok(Self {
            bot: bot(query)?,
            pace: pace
                .map_err(|error: PaceError| Problem::new(400, format!("`mode`: {error}")))?
                .unwrap_or(Pace::Running(1)),
            identities,
        })
    }

    /// The id and the opening of the world of this number. Its steps wait until somebody lets them begin, because a bot
    /// cannot know its credentials before.
    pub(super) fn plan(&self, scenario: &Scenario, number: u64, terms: Terms) -> (String, Opening) {
        let id = format!("w{number}");
        let seed = scenario.seed.unwrap_or(terms.seed);
        let opening = Opening {
            pace: self.pace,
            allow_prefer: terms.allow_prefer,
            ..Opening::play(scenario, id.clone(), seed, self.identities)
        };
        (id, opening)
    }
}

shown! {
    /// A world in a list.
    pub(super) struct Row {
        /// What the control port calls it.
        id: String,
        /// The platform.
        platform: &'static str,
        /// What it is about, for people.
        name: String,
    }
}

impl Row {
    pub(super) fn of<K>(named: &Named<K>) -> Self {
        Self { id: named.id.clone(), platform: named.vendor.name, name: named.opening.title.clone() }
    }
}

shown! {
    /// A world with all that a client must know of it.
    pub(super) struct Shown {
        /// What the control port calls it.
        id: String,
        /// The platform.
        platform: &'static str,
        /// What it is about, for people.
        name: String,
        /// What all its chance follows from.
        seed: u64,
        /// Where the vendor's API is.
        url: String,
        /// What `${bot}` leads to, if that is peculiar to it.
        bot: Option<String>,
        /// Credentials and ids, under the names of environment variables.
        exports: IndexMap<&'static str, String>,
        /// The people it knows, by the names that steps use.
        customers: IndexMap<String, Person>,
    }
}

shown! {
    /// Somebody whom steps play.
    pub(super) struct Person {
        /// The full name.
        name: String,
        /// The e-mail address.
        email: String,
        /// The vendor's id.
        id: String,
        /// The phone number, digits only.
        phone: String,
    }
}

impl Shown {
    pub(super) fn of<K>(named: &Named<K>, url: String) -> Self {
        let person = |customer: &Customer| Person {
            name: customer.name.clone(),
            email: customer.email.clone(),
            id: customer.id.clone(),
            phone: customer.phone.clone(),
        };
        let (exports, customers) = named.world.with(|world| {
            let exports = world.exports().into_iter().map(|(name, secret)| (name, secret.expose().to_owned()));
            let customers = world.customers().iter().map(|(key, customer)| (key.clone(), person(customer)));
            (exports.collect(), customers.collect())
        });
        let Row { id, platform, name } = Row::of(named);
        let bot = named.bot.as_ref().map(ToString::to_string);
        Self { id, platform, name, seed: named.opening.seed.0, url, bot, exports, customers }
    }
}
