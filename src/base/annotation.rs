//! Annotations as GitHub's workflow runner reads them on standard output.
//!
//! The forms of commands and what is escaped in them: docs.github.com/actions/reference/workflow-commands-for-github-actions.

use std::fmt::{self, Display};

/// How serious it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Gravity {
    /// It fails.
    Error,
    /// It does not.
    Warning,
}

/// One annotation, shown beside its line of a file.
#[derive(Clone, Debug)]
pub struct Annotation<'a> {
    /// How serious it is.
    pub gravity: Gravity,
    /// The file.
    pub file: &'a str,
    /// The line, from 1; 0 means the file as a whole.
    pub line: usize,
    /// The column, from 1; 0 means the line as a whole.
    pub column: usize,
    /// What it is about, in a few words.
    pub title: &'a str,
    /// What it says; may have several lines.
    pub message: &'a str,
}

impl Display for Annotation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let command = match self.gravity {
            Gravity::Error => "error",
            Gravity::Warning => "warning",
        };
        write!(f, "::{command} file={}", property(self.file))?;
        if self.line > 0 {
            write!(f, ",line={}", self.line)?;
        }
        if self.column > 0 {
            write!(f, ",col={}", self.column)?;
        }
        write!(f, ",title={}::{}", property(self.title), data(self.message))
    }
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_an_annotation_can_end_it() {
        let check = |(line, column), message: &str, expected: &str| {
            let (gravity, file, title) = (Gravity::Error, "a,b:c.yaml", "100%");
            let annotation = Annotation { gravity, file, line, column, title, message };
            assert_eq!(annotation.to_string(), expected);
        };
        check((3, 7), "no: 1, 2", "::error file=a%2Cb%3Ac.yaml,line=3,col=7,title=100%25::no: 1, 2");
        check((3, 0), "a\r\nb", "::error file=a%2Cb%3Ac.yaml,line=3,title=100%25::a%0D%0Ab");
        check((0, 0), "%0A", "::error file=a%2Cb%3Ac.yaml,title=100%25::%250A");
    }
}
