//! Where the program writes: data to one stream, remarks to another, colours only where somebody looks.

use std::io::{self, Write};

use clap::ValueEnum;

use crate::base::diag::Paint;

/// The two streams of the program. Tests put buffers in.
pub struct Terminal<'t> {
    /// Data: what the command was asked for.
    pub out: &'t mut dyn Write,
    /// Remarks on how it goes.
    pub err: &'t mut dyn Write,
    /// Whether `out` may carry colours.
    pub paint: Paint,
}

impl Terminal<'_> {
    /// Writes data.
    ///
    /// # Errors
    /// If the stream fails; a reader that went away, such as `head`, is not a failure.
    pub fn data(&mut self, text: &str) -> io::Result<()> {
        write(self.out, text)
    }

    /// Writes a remark and ends its line.
    ///
    /// # Errors
    /// If the stream fails; a reader that went away is not a failure.
    pub fn remark(&mut self, text: &str) -> io::Result<()> {
        write(self.err, &format!("{}\n", text.trim_end_matches('\n')))
    }
}

fn write(stream: &mut dyn Write, text: &str) -> io::Result<()> {
    match stream.write_all(text.as_bytes()).and_then(|()| stream.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}

/// When to use colours.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set
    #[default]
    Auto,
    /// In any case
    Always,
    /// In no case
    Never,
}

/// What decides about colours where the user does not.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Surroundings {
    /// Whether the data goes to a terminal.
    pub terminal: bool,
    /// Whether `NO_COLOR` is set to anything but nothing.
    pub no_color: bool,
}

impl Color {
    /// Whether there are colours in these surroundings.
    #[must_use]
    pub fn paint(self, surroundings: Surroundings) -> Paint {
        match self {
            Self::Always => Paint::Colour,
            Self::Never => Paint::Plain,
            Self::Auto if surroundings.terminal && !surroundings.no_color => Paint::Colour,
            Self::Auto => Paint::Plain,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Gone(io::ErrorKind);

    impl Write for Gone {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_reader_that_went_away_is_not_a_failure() {
        let check = |kind: io::ErrorKind, fails: bool| {
            let mut terminal = Terminal { out: &mut Gone(kind), err: &mut io::sink(), paint: Paint::Plain };
            assert_eq!(terminal.data("x").is_err(), fails, "{kind}");
        };
        check(io::ErrorKind::BrokenPipe, false);
        check(io::ErrorKind::StorageFull, true);
    }

    #[test]
    fn colours_are_for_those_who_look() {
        let check = |color: Color, terminal: bool, no_color: bool, expected: Paint| {
            assert_eq!(color.paint(Surroundings { terminal, no_color }), expected, "{color:?}");
        };
        check(Color::Auto, true, false, Paint::Colour);
        check(Color::Auto, true, true, Paint::Plain);
        check(Color::Auto, false, false, Paint::Plain);
        check(Color::Always, false, true, Paint::Colour);
        check(Color::Never, true, false, Paint::Plain);
    }
}
