//! Where a probe's events come from: for each a world of its own, in which the receiver can act.

use super::super::house::{House, HouseError, Tenancy};
use super::super::play::Play;
use super::super::{Header, select};
use crate::base::id::EntrySeq;
use crate::base::rng::Seed;
use crate::base::secret::Secret;
use crate::engine::port::Attempt;
use crate::engine::{Opening, World};
use crate::journal::What;
use crate::journal::entry::{Outcome, Role, Source as Caller};
use crate::platform::Vendor;
use crate::platform::cx::Identities;
use crate::platform::outgoing::Acknowledged;
use crate::probe::{Event, Proof, Source, Terms};
use crate::scenario::Scenario;
use crate::server::ticker;

/// The recipe of an event, with the secrets of the receiver.
pub(super) struct Recipe<'a> {
    pub(super) vendor: &'static Vendor,
    pub(super) event: &'static str,
    pub(super) scenario: Scenario,
    pub(super) seed: Seed,
    pub(super) secret: Option<&'a Secret>,
    pub(super) headers: &'a [Header],
}

/// A recipe as often as it is needed, each time in another world.
pub(super) struct Stand<'a> {
    recipe: Recipe<'a>,
    house: &'a House,
    /// How many worlds there have been.
    worlds: u32,
    tenancy: Option<Tenancy>,
    /// From where in its journal the receiver's deeds stand.
    since: EntrySeq,
    /// How often the receiver called in worlds that are closed.
    called: usize,
}

impl Recipe<'_> {
    /// What the platform asks of answers, and by what its webhooks are known.
    pub(super) fn terms(&self) -> Result<(Terms, Proof), String> {
        let mut play = self.play(0);
        let attempt = play.find(self.event);
        if let Some(reason) = play.refusal() {
            return Err(format!("error: {reason}"));
        }
        let attempt = attempt.ok_or_else(|| format!("error: its recipe does not lead to {}", self.event))?;
        let body = self.own_secret(&play, &attempt).map(|own| self.secret.cloned().unwrap_or(own));
        // Some platforms take any status of 2xx for an acknowledgement, the others only 200.
        let acknowledged = match play.conclude(&attempt, Outcome::Status(202)) {
            true => Acknowledged::Any2xx,
            false => Acknowledged::Only200,
        };
        let headers = self.headers.iter().map(|Header((name, _))| name.as_str().to_owned()).collect();
        let proof = Proof { signing: self.secret.cloned(), body, headers };
        Ok((Terms { acknowledged, timeout: attempt.timeout }, proof))
    }

    fn play(&self, nth: u32) -> Play {
        let seed = select::round(self.seed, nth);
        let opening = Opening::play(&self.scenario, self.event, seed, Identities::WellKnown);
        Play::begin(World::open(self.vendor, opening, ticker::now()).expect("a checked scenario has a valid set-up"))
    }

    /// The secret that the platform puts into the body, which the journal masks.
    fn own_secret(&self, play: &Play, attempt: &Attempt) -> Option<Secret> {
        let shown = play.shown(attempt)?;
        let differs = |(own, shown): (&u8, &u8)| own != shown;
        let first = attempt.body.iter().zip(shown.iter()).position(differs)?;
        let last = attempt.body.iter().zip(shown.iter()).rposition(differs)?;
        Some(Secret::new(String::from_utf8_lossy(attempt.body.get(first..=last)?)))
    }

    /// What goes out of an attempt, with the receiver's secrets in it and without a signature.
    fn event(&self, play: &Play, attempt: &Attempt, id: String) -> Event {
        let text = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let signature = ["webhook-id", "webhook-timestamp", "webhook-signature"];
        let kept = attempt.headers.iter().filter(|(name, _)| {
            !signature.contains(&name.as_str()) && self.headers.iter().all(|Header((other, _))| other != name)
        });
        let named = self.headers.iter().map(|Header((name, value))| (name, value));
        let headers = kept.map(|(name, value)| (name, value)).chain(named);
        let headers = headers.map(|(name, value)| (name.as_str().to_owned(), text(value))).collect();
        let body = match (self.own_secret(play, attempt), self.secret) {
            (Some(own), Some(secret)) => {
                let quoted = |secret: &Secret| serde_json::Value::from(secret.expose()).to_string();
                String::from_utf8_lossy(&attempt.body).replace(&quoted(&own), &quoted(secret)).into_bytes()
            }
            (_, None) | (None, _) => attempt.body.to_vec(),
        };
        Event { name: self.event.to_owned(), id, headers, body }
    }
}

impl<'a> Stand<'a> {
    pub(super) fn new(recipe: Recipe<'a>, house: &'a House) -> Self {
        Self { recipe, house, worlds: 0, tenancy: None, since: EntrySeq(0), called: 0 }
    }

    /// How often the receiver has called the platform.
    pub(super) fn calls(&self) -> usize {
        let is_call = |what: &What| matches!(what, What::Called(called) if called.source == Caller::Bot);
        self.called + self.count(EntrySeq(0), is_call)
    }

    fn count(&self, since: EntrySeq, counts: impl Fn(&What) -> bool) -> usize {
        let Some(tenancy) = &self.tenancy else { return 0 };
        tenancy.world.with(|world| world.journal().since(since).filter(|entry| counts(&entry.what)).count())
    }

    /// Lets the receiver call the world that was played so far, and no other.
    async fn open(&mut self, world: World) -> Result<(), HouseError> {
        self.called = self.calls();
        if let Some(before) = self.tenancy.take() {
            before.world.close();
        }
        self.since = world.journal().end();
        self.tenancy = Some(self.house.premises.admit(self.recipe.vendor, world).await?);
        Ok(())
    }

    fn play(&mut self) -> (Play, String) {
        self.worlds += 1;
        let id = format!("msg_{:024x}", select::round(self.recipe.seed, self.worlds).0);
        (self.recipe.play(self.worlds), id)
    }
}

impl Source for Stand<'_> {
    async fn next(&mut self) -> Event {
        let (mut play, id) = self.play();
        let attempt = play.find(self.recipe.event).expect("the recipe has led there before");
        let event = self.recipe.event(&play, &attempt, id);
        self.open(play.into_world()).await.expect("a house whose bot is elsewhere admits every world");
        event
    }

    async fn pair(&mut self) -> Option<(Event, Event)> {
        let (mut play, id) = self.play();
        let first = play.find(self.recipe.event)?;
        let earlier = self.recipe.event(&play, &first, id.clone());
        let second = play.follower(&first)?;
        let later = self.recipe.event(&play, &second, format!("{id}a"));
        self.open(play.into_world()).await.ok()?;
        Some((earlier, later))
    }

    fn deeds(&self) -> usize {
        self.count(self.since, |what| match what {
            What::Said(said) => said.from.role != Role::Customer,
            What::Changed { .. } => true,
            _ => false,
        })
    }
}
