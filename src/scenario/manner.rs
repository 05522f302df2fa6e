//! How customers write: in several bubbles, with pauses, slips, things sent twice, and characters that nobody sees.
//!
//! All of it follows from the seed. What a customer means to say is never changed: without the noise the bubbles are the text.

use super::codes;
use super::decode::{Decode, Problems, Schema, wrong_type};
use super::node::{Node, Value};
use crate::base::diag::Diagnostic;
use crate::base::rng::Draw;
use crate::base::time::VirtualSpan;
use crate::record;

/// Into how many messages one text may be broken up.
const MOST_BUBBLES: u32 = 20;
/// How long it takes to notice that something was sent twice, or to correct a slip, at most.
const REACTION_MS: u64 = 2_000;
/// The shortest word that anybody makes a slip in, in letters.
const SLIPPERY: usize = 4;

/// What people end a message with: plain, of several characters, with a tone of skin, joined, and a flag.
const EMOJI: [&str; 6] = ["🙂", "😡", "❤️", "👍🏽", "👩‍💻", "🇮🇱"];
/// What nobody sees: a space without width, a non-joiner, a joiner, a word joiner, a byte order mark, marks of direction.
const INVISIBLE: [char; 7] = ['\u{200b}', '\u{200c}', '\u{200d}', '\u{2060}', '\u{feff}', '\u{200e}', '\u{200f}'];

record! {
    /// How a customer writes. What is left out they never do.
    pub struct Manner {
        /// How long they take before each message, at most, in virtual time; 0s by default.
        pub typing: VirtualSpan = VirtualSpan::ZERO,
        /// Into how many messages they break up what they say, at most; 1 by default.
        pub bubbles: Bubbles = Bubbles(1),
        /// In how many of 100 messages they make a slip, and send the word again.
        pub slips: Percent = Percent(0),
        /// How many of 100 messages they send twice.
        pub doubles: Percent = Percent(0),
        /// How many of 100 messages end with an emoji.
        pub emoji: Percent = Percent(0),
        /// How many of 100 messages have a character in them that nobody sees.
        pub invisible: Percent = Percent(0),
    }
}

macro_rules! decode_within {
    ($name:ident, $range:expr, $expects:literal, $doc:literal) => {
        #[doc = $doc]
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub struct $name(u32);

        impl Decode for $name {
            const EXPECTS: &'static str = $expects;

            fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
                let Value::Int(number) = node.value else {
                    wrong_type(node, Self::EXPECTS, problems);
                    return None;
                };
                let read = u32::try_from(number).ok().filter(|number| $range.contains(number));
                if read.is_none() {
                    let message = format!("{number} is out of range; {} to {} is possible", $range.start(), $range.end());
                    problems.push(Diagnostic::new(&codes::OUT_OF_RANGE, node.place, message));
                }
                read.map(Self)
            }

            fn schema() -> Schema {
                serde_json::json!({"type": "integer", "minimum": $range.start(), "maximum": $range.end()})
            }
        }
    };
}

decode_within!(Percent, (0..=100), "a whole number from 0 to 100", "So many of a hundred.");
decode_within!(Bubbles, (1..=MOST_BUBBLES), "a whole number from 1 to 20", "So many messages, at most.");

/// One message, and how long it takes after the one before.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Utterance {
    /// How much virtual time passes before it.
    pub after: VirtualSpan,
    /// What it says.
    pub text: String,
}

impl Manner {
    /// The messages that somebody sends who means to say this; at least one.
    #[must_use]
    pub fn utter(&self, text: &str, draw: &mut Draw) -> Vec<Utterance> {
        let mut said = Vec::new();
        for bubble in broken_up(text, self.bubbles, draw) {
            // All is drawn for each, so that one habit does not change what the others draw.
            let (typing, slips, doubles) = (pause(self.typing, draw), hits(self.slips, draw), hits(self.doubles, draw));
            let (emoji, invisible, place) = (hits(self.emoji, draw), hits(self.invisible, draw), draw.below(1 << 32));
            let slip = slip(&bubble).filter(|_| slips);
            let mut text = slip.as_ref().map_or_else(|| bubble.clone(), |(slipped, _)| slipped.clone());
            if emoji {
                text = format!("{text} {}", pick(&EMOJI, place));
            }
            if invisible {
                insert(&mut text, *pick(&INVISIBLE, place), place);
            }
            let reaction = VirtualSpan::from_millis(place % REACTION_MS);
            said.push(Utterance { after: typing, text: text.clone() });
            said.extend(doubles.then_some(Utterance { after: reaction, text }));
            said.extend(slip.map(|(_, word)| Utterance { after: reaction, text: format!("*{word}") }));
        }
        said
    }
}

/// A text in up to so many parts, broken between words.
fn broken_up(text: &str, bubbles: Bubbles, draw: &mut Draw) -> Vec<String> {
    let wanted = 1 + usize::try_from(draw.below(u64::from(bubbles.0))).unwrap_or_default();
    let words: Vec<&str> = text.split_whitespace().collect();
    let parts = wanted.min(words.len());
    if parts < 2 {
        return vec![text.to_owned()];
    }
    // As even as whole words allow.
    (0..parts).map(|part| words[part * words.len() / parts..(part + 1) * words.len() / parts].join(" ")).collect()
}

/// The text with two neighbouring letters swapped, and the word as it should be.
fn slip(text: &str) -> Option<(String, &str)> {
    let word = text.split_whitespace().find(|word| word.chars().filter(|c| c.is_alphabetic()).count() >= SLIPPERY)?;
    let letters: Vec<(usize, char)> = word.char_indices().collect();
    let pair = letters
        .windows(2)
        .skip(1)
        .find(|pair| pair[0].1 != pair[1].1 && pair[0].1.is_alphabetic() && pair[1].1.is_alphabetic())?;
    let (at, end) = (pair[0].0, pair[1].0 + pair[1].1.len_utf8());
    let slipped = format!("{}{}{}{}", &word[..at], pair[1].1, pair[0].1, &word[end..]);
    Some((text.replacen(word, &slipped, 1), word))
}

/// Puts a character somewhere between others.
fn insert(text: &mut String, character: char, place: u64) {
    let count = text.chars().count() as u64 + 1;
    let nth = usize::try_from(place % count).unwrap_or_default();
    let at = text.char_indices().nth(nth).map_or(text.len(), |(at, _)| at);
    text.insert(at, character);
}

fn pick<T>(from: &[T], place: u64) -> &T {
    &from[usize::try_from(place).unwrap_or_default() % from.len()]
}

fn hits(percent: Percent, draw: &mut Draw) -> bool {
    draw.below(100) < u64::from(percent.0)
}

fn pause(most: VirtualSpan, draw: &mut Draw) -> VirtualSpan {
    VirtualSpan::from_millis(draw.below(most.as_nanos() / 1_000_000 + 1))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::node::parse;
    use super::*;
    use crate::base::rng::{Seed, Streams};

    fn uttered(manner: &str, text: &str, seed: u64) -> Vec<Utterance> {
        let mut problems = Vec::new();
        let manner = Manner::decode(&parse(manner).unwrap(), &mut problems).unwrap();
        assert_eq!(problems, []);
        manner.utter(text, Streams::new(Seed(seed), "test").of("manner"))
    }

    fn texts(manner: &str, text: &str, seed: u64) -> Vec<String> {
        uttered(manner, text, seed).into_iter().map(|said| said.text).collect()
    }

    #[test]
    fn whoever_has_no_habits_says_it_as_it_is() {
        let said = uttered("{}", "  Where is\nmy order? ", 1);
        assert_eq!(said, [Utterance { after: VirtualSpan::ZERO, text: "  Where is\nmy order? ".to_owned() }]);
    }

    #[test]
    fn habits_show() {
        assert_eq!(texts("{doubles: 100}", "Hi", 1), ["Hi", "Hi"]);
        assert_eq!(texts("{slips: 100}", "I am Alice Cooper", 1), ["I am Ailce Cooper", "*Alice"]);
        assert_eq!(texts("{slips: 100}", "איפה ההזמנה", 1), ["אפיה ההזמנה", "*איפה"]);
        assert_eq!(texts("{slips: 100}", "oh no 12345", 1), ["oh no 12345"]);
        let bubbles: Vec<usize> = (0..50).map(|seed| texts("{bubbles: 3}", "one two three four", seed).len()).collect();
        assert!((1..=3).all(|count| bubbles.contains(&count)), "{bubbles:?}");
        assert!(texts("{bubbles: 20}", "one two three", 1).len() <= 3);
        assert!(EMOJI.contains(&texts("{emoji: 100}", "Hi", 1)[0].strip_prefix("Hi ").unwrap()));
        assert!(texts("{invisible: 100}", "Hi", 1)[0].contains(INVISIBLE));
        let slow: Vec<VirtualSpan> = (0..50).map(|seed| uttered("{typing: 3s}", "Hi", seed)[0].after).collect();
        assert!(slow.iter().all(|after| *after <= VirtualSpan::from_secs(3)), "{slow:?}");
        assert!(slow.iter().any(|after| *after > VirtualSpan::from_secs(2)), "{slow:?}");
    }

    #[test]
    fn habits_out_of_range_are_reported() {
        let check = |manner: &str, words: &str| {
            let mut problems = Vec::new();
            Manner::decode(&parse(manner).unwrap(), &mut problems);
            assert!(problems[0].message.contains(words), "{manner}: {problems:?}");
        };
        check("{slips: 101}", "101 is out of range; 0 to 100 is possible");
        check("{doubles: -1}", "-1 is out of range");
        check("{bubbles: 0}", "0 is out of range; 1 to 20 is possible");
        check("{emoji: often}", "a whole number from 0 to 100 is wanted");
    }

    proptest! {
        #[test]
        fn what_is_meant_is_what_is_said(text in "\\PC{1,60}", seed in 0_u64..1000) {
            let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
            let said = texts("{bubbles: 5, typing: 10s}", &text, seed);
            prop_assert_eq!(words(&said.join(" ")), words(&text));
            prop_assert!(!said.is_empty());
        }

        #[test]
        fn no_habit_panics_and_the_seed_decides(text in "\\PC{0,60}", seed in 0_u64..1000) {
            let all = "{bubbles: 5, typing: 10s, slips: 50, doubles: 50, emoji: 50, invisible: 50}";
            prop_assert_eq!(uttered(all, &text, seed), uttered(all, &text, seed));
        }
    }
}
