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
    /// What stands on the last line of `err`.
    pub status: StatusLine,
}

/// A line that is written over again and again.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum StatusLine {
    /// There is none: nobody looks at a terminal.
    Absent,
    /// There may be one, and there is none now.
    Blank,
    /// This text.
    Shown(String),
}

impl StatusLine {
    /// A line where somebody looks at a terminal that obeys, and none elsewhere.
    #[must_use]
    pub fn on(terminal: bool) -> Self {
        if terminal { Self::Blank } else { Self::Absent }
    }
}

/// Back to the beginning of the line, and all of it away.
const ERASE: &str = "\r\u{1b}[K";

impl Terminal<'_> {
    /// Writes data.
    ///
    /// # Errors
    /// If the stream fails; a reader that went away, such as `head`, is not a failure.
    pub fn data(&mut self, text: &str) -> io::Result<()> {
        self.clear()?;
        write(self.out, text)
    }

    /// Writes a remark and ends its line.
    ///
    /// # Errors
    /// If the stream fails; a reader that went away is not a failure.
    pub fn remark(&mut self, text: &str) -> io::Result<()> {
        self.clear()?;
        write(self.err, &format!("{}\n", text.trim_end_matches('\n')))
    }

    /// Shows a text on the status line, if there is one; data and remarks take its place.
    ///
    /// # Errors
    /// If the stream fails; a reader that went away is not a failure.
    pub fn show(&mut self, text: &str) -> io::Result<()> {
        let same = matches!(&self.status, StatusLine::Shown(shown) if shown == text);
        if self.status == StatusLine::Absent || same {
            return Ok(());
        }
        self.status = StatusLine::Shown(text.to_owned());
        // Wide letters may take it over the margin, where it must not go on to a line that is never erased.
        write(self.err, &format!("{ERASE}\u{1b}[?7l{text}\u{1b}[?7h"))
    }

    /// Makes the status line blank.
    ///
    /// # Errors
    /// If the stream fails; a reader that went away is not a failure.
    pub fn clear(&mut self) -> io::Result<()> {
        if let StatusLine::Shown(_) = self.status {
            self.status = StatusLine::Blank;
            write(self.err, ERASE)?;
        }
        Ok(())
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
            let mut terminal = Terminal {
                out: &mut Gone(kind),
                err: &mut io::sink(),
                paint: Paint::Plain,
                status: StatusLine::Absent,
            };
            assert_eq!(terminal.data("x").is_err(), fails, "{kind}");
        };
        check(io::ErrorKind::BrokenPipe, false);
        check(io::ErrorKind::StorageFull, true);
    }

    #[test]
    fn a_status_line_is_gone_before_anything_else_is_written() {
        let told = |status: StatusLine| {
            let (mut out, mut err) = (Vec::new(), Vec::new());
            let mut terminal = Terminal { out: &mut out, err: &mut err, paint: Paint::Plain, status };
            for text in ["1/2", "1/2", "2/2"] {
                terminal.show(text).unwrap();
            }
            terminal.data("data\n").unwrap();
            terminal.remark("remark").unwrap();
            terminal.show("2/2").unwrap();
            terminal.remark("end").unwrap();
            (String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap().replace('\u{1b}', "^"))
        };
        let line = "\r^[K^[?7l2/2^[?7h\r^[K";
        let expected = format!("\r^[K^[?7l1/2^[?7h{line}remark\n{line}end\n");
        assert_eq!(told(StatusLine::on(true)), ("data\n".to_owned(), expected));
        assert_eq!(told(StatusLine::on(false)), ("data\n".to_owned(), "remark\nend\n".to_owned()));
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
