//! Lists come in pages; which one is wanted stands in the query.
//!
//! Page: docs.imi.chat/reference/get-chats. It tells the order and the size of pages, but not what is beyond the last one:
//! here, an empty list. No list says how many pages there are.

use super::reading::Findings;
use crate::platform::route::pairs;

/// How many entries a page has, as documented for chats and users. Nothing is documented for teams; theirs have as many.
const SIZE: usize = 10;

/// The only parameter of lists.
const PARAMETER: &str = "page";

/// A page of a list, by how many pages come before it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Page(usize);

impl Page {
    /// Reads the query of a call; the first page if it names none.
    pub(crate) fn read(query: &str, findings: &mut Findings) -> Self {
        let mut wanted = None;
        for pair in pairs(query) {
            match pair {
                (PARAMETER, _) if wanted.is_some() => {
                    findings.oddity("page stands in the query more than once; the first one counts");
                }
                (PARAMETER, number) => wanted = Some(Self::numbered(number, findings)),
                (other, _) => {
                    findings.oddity(format!("{other} is not a documented parameter of the query; it is ignored"));
                }
            }
        }
        wanted.unwrap_or_default()
    }

    /// The entries that are on this page.
    pub(crate) fn of<T>(self, all: impl Iterator<Item = T>) -> impl Iterator<Item = T> {
        all.skip(self.0.saturating_mul(SIZE)).take(SIZE)
    }

    fn numbered(text: &str, findings: &mut Findings) -> Self {
        let is_whole = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        // A number beyond all counting is a page beyond the last.
        let number = if is_whole { text.parse().unwrap_or(usize::MAX) } else { 0 };
        number.checked_sub(1).map(Self).unwrap_or_else(|| {
            findings.fault("page must be a whole number from 1 on");
            Self::default()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FAULT: &str = "page must be a whole number from 1 on";

    #[test]
    fn a_page_is_a_whole_number_from_one_on() {
        let check = |query: &str, before: usize, faults: &[&str], oddities: &[&str]| {
            let mut findings = Findings::default();
            assert_eq!(Page::read(query, &mut findings), Page(before), "{query}");
            assert_eq!(
                (findings.faults.as_slice(), findings.oddities.as_slice()),
                (&to_texts(faults)[..], &to_texts(oddities)[..]),
                "{query}"
            );
        };
        check("", 0, &[], &[]);
        check("page=1", 0, &[], &[]);
        check("page=2", 1, &[], &[]);
        check("page=007", 6, &[], &[]);
        check("page=99999999999999999999999", usize::MAX - 1, &[], &[]);
        for wrong in ["page=0", "page=-1", "page=+1", "page=x", "page=1.5", "page=", "page"] {
            check(wrong, 0, &[FAULT], &[]);
        }
        check("page=2&size=5", 1, &[], &["size is not a documented parameter of the query; it is ignored"]);
        check("&Page=2", 0, &[], &["Page is not a documented parameter of the query; it is ignored"]);
        check("page=3&page=x", 2, &[], &["page stands in the query more than once; the first one counts"]);
    }

    #[test]
    fn a_page_has_ten_entries_and_the_last_one_the_rest() {
        let check = |page: usize, expected: &[u32]| {
            assert_eq!(Page(page - 1).of(1..=11).collect::<Vec<u32>>(), expected, "{page}");
        };
        check(1, &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
        check(2, &[11]);
        check(3, &[]);
        check(usize::MAX, &[]);
    }

    fn to_texts(texts: &[&str]) -> Vec<String> {
        texts.iter().map(ToString::to_string).collect()
    }
}
