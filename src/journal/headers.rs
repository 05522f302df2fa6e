//! Headers of a request or an answer, as they are kept and shown.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Headers in their order. Kept as one text, as there are many of them; told as a list of lines `name: value`.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Headers(Box<str>);

impl Headers {
    /// Keeps these headers, at most so many bytes of them, whole lines only.
    pub fn keep<'h>(headers: impl Iterator<Item = (&'h str, &'h str)> + Clone, most: usize) -> Self {
        // There is one of these for each attempt, so it is measured first and written into as many bytes as it takes.
        let length = headers.clone().map(length_of).sum::<usize>().min(most);
        let mut text = String::with_capacity(length);
        for (name, value) in headers {
            if text.len() + length_of((name, value)) > length {
                break;
            }
            for part in [name, ": ", first_line(value), "\n"] {
                text.push_str(part);
            }
        }
        Self(text.into_boxed_str())
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The lines, one for each header.
    pub fn lines(&self) -> impl Iterator<Item = &str> {
        self.0.lines()
    }

    /// The bytes it keeps.
    pub(super) fn weight(&self) -> usize {
        self.0.len()
    }
}

/// The bytes that a header takes.
fn length_of((name, value): (&str, &str)) -> usize {
    name.len() + ": ".len() + first_line(value).len() + "\n".len()
}

/// Neither a name nor a value has line breaks where it comes from HTTP; what does must not look like two.
fn first_line(value: &str) -> &str {
    value.find(['\r', '\n']).map_or(value, |end| &value[..end])
}

impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.lines()).finish()
    }
}

impl Serialize for Headers {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.lines())
    }
}

impl<'de> Deserialize<'de> for Headers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let lines = Vec::<String>::deserialize(deserializer)?;
        let lines = lines.iter().map(|line| line.split_once(": ").unwrap_or((line, "")));
        Ok(Self::keep(lines, usize::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_told_as_lines_and_read_back() {
        let headers = Headers::keep([("a", "1"), ("b", ""), ("c", "x\r\nd: 2")].into_iter(), 100);
        let written = serde_json::to_string(&headers).unwrap();
        assert_eq!(written, r#"["a: 1","b: ","c: x"]"#);
        assert_eq!(serde_json::from_str::<Headers>(&written).unwrap(), headers);
    }

    #[test]
    fn what_does_not_fit_is_left_out_line_by_line() {
        let kept = |most: usize| Headers::keep([("a", "1"), ("b", "2")].into_iter(), most).lines().count();
        assert_eq!((kept(4), kept(5), kept(9), kept(10)), (0, 1, 1, 2));
    }
}
