//! Chance that can be repeated: every draw comes from a stream named by seed, world and purpose.
//!
//! Streams are independent, so a step that draws one more chat id does not change anybody's name. This is the only file
//! that names `rand` and `fake`.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use fake::Fake as _;
use fake::faker::internet::en::SafeEmail;
use fake::faker::name::ar_sa::Name as ArabicName;
use fake::faker::name::en::Name;
use rand::rngs::{ChaCha8Rng, SysRng};
use rand::{Rng as _, RngExt as _, SeedableRng as _, TryRng as _};
use sha2::{Digest as _, Sha256};

use super::locale::{HEBREW_FIRST, HEBREW_LAST, Locale};
use super::secret::Secret;

/// What all chance of a run follows from.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct Seed(pub u64);

impl Seed {
    /// A seed nobody asked for. Drawn once in a run and then told, so that the run can be repeated; short, so that it can
    /// be typed.
    #[must_use]
    pub fn unplanned() -> Self {
        // Without entropy from the system any constant serves as well: the seed is told either way.
        Self(SysRng.try_next_u32().map_or(1, u64::from))
    }
}

/// 64 hexadecimal digits that nobody can guess, for a token; nothing if the system has no entropy to give.
#[must_use]
pub fn unguessable() -> Option<Secret> {
    let mut bytes = [0; 32];
    SysRng.try_fill_bytes(&mut bytes).ok()?;
    Some(Secret::new(bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>()))
}

impl fmt::Display for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// All streams of one world.
#[derive(Clone)]
pub struct Streams {
    seed: Seed,
    world: String,
    open: HashMap<Cow<'static, str>, Draw>,
}

impl Streams {
    /// The streams of the world called `world` in a run with this seed.
    #[must_use]
    pub fn new(seed: Seed, world: &str) -> Self {
        Self { seed, world: world.to_owned(), open: HashMap::new() }
    }

    /// The streams of another world in the same run, none of them drawn from.
    #[must_use]
    pub fn of_another(&self, world: &str) -> Self {
        Self::new(self.seed, world)
    }

    /// The stream for one purpose, such as `imichat/chat-id` or `customer/alice`; it goes on where its last draw ended.
    pub fn of(&mut self, purpose: impl Into<Cow<'static, str>>) -> &mut Draw {
        let purpose = purpose.into();
        let (seed, world) = (self.seed, &self.world);
        self.open.entry(purpose).or_insert_with_key(|purpose| Draw::named(seed, world, purpose))
    }
}

impl Streams {
    /// A stream that is drawn from only once, so that nothing is kept of it.
    #[must_use]
    pub fn once(&self, purpose: &str) -> Draw {
        Draw::named(self.seed, &self.world, purpose)
    }
}

impl fmt::Debug for Streams {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Streams").field("seed", &self.seed).field("world", &self.world).finish_non_exhaustive()
    }
}

const HEX: &[u8; 16] = b"0123456789abcdef";

/// One stream of draws.
pub struct Draw(ChaCha8Rng);

impl Clone for Draw {
    /// A stream of the same draws from here on. The generator cannot be copied, lest somebody do so by mistake.
    fn clone(&self) -> Self {
        Self(ChaCha8Rng::deserialize_state(&self.0.serialize_state()))
    }
}

impl Draw {
    fn named(seed: Seed, world: &str, purpose: &str) -> Self {
        let mut hash = Sha256::new();
        hash.update(seed.0.to_le_bytes());
        // Lengths keep ("ab", "c") and ("a", "bc") apart.
        for part in [world, purpose] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part.as_bytes());
        }
        Self(ChaCha8Rng::from_seed(hash.finalize().into()))
    }

    /// A number from zero up to, not including, `end`. `end` must not be zero.
    pub fn below(&mut self, end: u64) -> u64 {
        self.0.random_range(0..end)
    }

    /// `count` characters out of `alphabet`, which is ASCII and not empty.
    pub fn characters(&mut self, alphabet: &[u8], count: usize) -> String {
        // A product's upper half falls evenly enough for ids, and costs a fraction of an exact draw.
        let pick = |word: u32| alphabet[((u64::from(word) * alphabet.len() as u64) >> 32) as usize];
        (0..count).map(|_| char::from(pick(self.0.next_u32()))).collect()
    }

    /// `count` upper-case letters and digits.
    pub fn upper_alphanumeric(&mut self, count: usize) -> String {
        self.characters(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", count)
    }

    /// `count` lower-case hexadecimal digits.
    pub fn hex(&mut self, count: usize) -> String {
        let mut text = String::with_capacity(count);
        while text.len() < count {
            let word = self.0.next_u64();
            let digits = (0..16).map(|place| char::from(HEX[(word >> (4 * place)) as usize & 0x0f]));
            text.extend(digits.take(count - text.len()));
        }
        text
    }

    /// A version 4 UUID, lower case, with dashes.
    pub fn guid(&mut self) -> String {
        let mut bytes = [0_u8; 16];
        self.0.fill_bytes(&mut bytes);
        bytes[6] = (bytes[6] & 0x0f) | 0x40;
        bytes[8] = (bytes[8] & 0x3f) | 0x80;
        let mut text = String::with_capacity(36);
        for (index, byte) in bytes.iter().enumerate() {
            if matches!(index, 4 | 6 | 8 | 10) {
                text.push('-');
            }
            text.push(char::from(HEX[usize::from(byte >> 4)]));
            text.push(char::from(HEX[usize::from(byte & 0x0f)]));
        }
        text
    }

    /// A made-up person's name.
    pub fn name(&mut self, locale: Locale) -> String {
        match locale {
            Locale::En => Name().fake_with_rng(&mut self.0),
            Locale::He => format!("{} {}", self.one_of(HEBREW_FIRST), self.one_of(HEBREW_LAST)),
            Locale::Ar => ArabicName().fake_with_rng(&mut self.0),
        }
    }

    /// A made-up mobile number: the country code and all other digits, and nothing else.
    pub fn phone(&mut self) -> String {
        format!("97250{}", self.characters(b"0123456789", 7))
    }

    /// A made-up e-mail address under a reserved domain.
    pub fn email(&mut self) -> String {
        SafeEmail().fake_with_rng(&mut self.0)
    }

    /// Something that a customer begins with.
    pub fn remark(&mut self, locale: Locale) -> String {
        self.one_of(locale.remarks()).to_owned()
    }

    /// One of these, of which there is at least one.
    fn one_of(&mut self, words: &'static [&'static str]) -> &'static str {
        words[self.below(words.len() as u64) as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_depends_on_seed_world_and_purpose_only() {
        let draw = |seed, world: &str, purpose: &'static str| Streams::new(Seed(seed), world).of(purpose).hex(32);
        assert_eq!(draw(7, "a", "chat"), draw(7, "a", "chat"));
        assert_ne!(draw(7, "a", "chat"), draw(8, "a", "chat"));
        assert_ne!(draw(7, "a", "chat"), draw(7, "b", "chat"));
        assert_ne!(draw(7, "a", "chat"), draw(7, "a", "name"));
        assert_ne!(draw(7, "ac", "hat"), draw(7, "a", "chat"));
    }

    #[test]
    fn a_draw_elsewhere_does_not_move_a_stream() {
        let mut calm = Streams::new(Seed(1), "w");
        let mut busy = Streams::new(Seed(1), "w");
        busy.of("other").hex(100);
        assert_eq!(calm.of("chat").guid(), busy.of("chat").guid());
        assert_eq!(calm.of("customer/alice").email(), busy.of("customer/alice").email());
    }

    #[test]
    fn a_guid_has_the_shape_of_version_four() {
        let guid = Streams::new(Seed(3), "w").of("id").guid();
        let parts: Vec<usize> = guid.split('-').map(str::len).collect();
        assert_eq!(parts, [8, 4, 4, 4, 12]);
        assert_eq!(&guid[14..15], "4");
        assert!(matches!(&guid[19..20], "8" | "9" | "a" | "b"));
    }
}
