//! Text for people: one line where one line is wanted, nothing a terminal would obey, colours only where they are asked for.

use crate::base::diag::Paint;

/// How many columns a report may take.
pub(crate) const COLUMNS: usize = 100;

/// What a piece of text is, from which its colour follows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Tone {
    /// Nothing special.
    Plain,
    /// A heading.
    Strong,
    /// Of less interest.
    Faint,
    /// A customer.
    Customer,
    /// A human agent.
    Agent,
    /// The software under test.
    Bot,
    /// As it should be.
    Good,
    /// Worth a look.
    Warning,
    /// Not as it should be.
    Bad,
}

impl Tone {
    /// The text with this tone's colour, if there may be colours.
    pub(crate) fn paint(self, text: &str, paint: Paint) -> String {
        let code = match self {
            Self::Plain => return text.to_owned(),
            Self::Strong => "1",
            Self::Faint => "2",
            Self::Customer => "36",
            Self::Agent => "35",
            Self::Bot => "34",
            Self::Good => "32",
            Self::Warning => "33",
            Self::Bad => "31",
        };
        match paint {
            Paint::Colour if !text.is_empty() => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
            Paint::Colour | Paint::Plain => text.to_owned(),
        }
    }
}

/// The text on one line, with everything escaped that would move a cursor or turn the reading direction: much of what is
/// reported was written by the bot.
pub(crate) fn one_line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => out.push('↵'),
            '\r' => {}
            '\t' => out.push(' '),
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}' => {
                out.extend(c.escape_unicode());
            }
            c if c.is_control() => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
    out
}

/// What stands before all that is noted of a step behind its text.
const NOTE: &str = "  # ";

/// A step's text, and what is noted behind it, such as the round that it is played in.
pub(super) fn parted(source: &str) -> (&str, &str) {
    source.rfind(NOTE).map_or((source, ""), |at| source.split_at(at))
}

/// The text cut to `width` characters; what was cut shows as an ellipsis.
pub(super) fn clip(text: &str, width: usize) -> String {
    match text.char_indices().nth(width) {
        None => text.to_owned(),
        Some(_) => {
            let kept: String = text.chars().take(width.saturating_sub(1)).collect();
            format!("{}…", kept.trim_end())
        }
    }
}

/// The text broken at spaces into lines of at most `width` characters; longer words stay whole.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split(' ') {
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > width {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.push(line);
    lines
}

/// A count with its noun: `1 call`, `2 calls`.
pub(crate) fn count(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_others_cannot_steer_the_terminal() {
        let check = |text: &str, expected: &str| assert_eq!(one_line(text), expected);
        check("two\r\nlines", "two↵lines");
        check("\u{1b}[31mred", "\\u{1b}[31mred");
        check("a\u{202e}b", "a\\u{202e}b");
        check("שלום ✓", "שלום ✓");
    }

    #[test]
    fn long_text_is_clipped_by_characters() {
        let check = |text: &str, width: usize, expected: &str| assert_eq!(clip(text, width), expected);
        check("short", 5, "short");
        check("longer", 5, "long…");
        check("שלום עולם", 6, "שלום…");
        check("x", 0, "…");
    }

    #[test]
    fn wrapping_loses_nothing() {
        let text = "one two three fourteen";
        assert_eq!(wrap(text, 8), ["one two", "three", "fourteen"]);
        assert_eq!(wrap(text, 3).join(" "), text);
        assert_eq!(wrap("", 8), [""]);
    }

    #[test]
    fn colours_show_only_where_they_are_asked_for() {
        assert_eq!(Tone::Bad.paint("x", Paint::Plain), "x");
        assert_eq!(Tone::Bad.paint("x", Paint::Colour), "\u{1b}[31mx\u{1b}[0m");
        assert_eq!(Tone::Plain.paint("x", Paint::Colour), "x");
    }
}
