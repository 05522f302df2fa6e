//! The hosts of a vendor: where clients go that know nothing of a stand-in, and which a proxy may answer for.

use serde::Serialize;

use crate::base::doc_ref::DocRef;

/// A host of a vendor, or a family of hosts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Host {
    /// The name in lower case. A `*`, one at most, stands for letters, digits and hyphens, at least one of them, and never
    /// for a dot.
    pub name: &'static str,
    /// What is found there.
    pub serves: &'static str,
    /// Where it is documented.
    pub doc: DocRef,
}

impl Host {
    /// Whether this name is meant, in whichever case, and with or without the dot that ends an absolute name.
    #[must_use]
    pub fn covers(&self, name: &str) -> bool {
        let name = name.strip_suffix('.').unwrap_or(name).as_bytes();
        let Some((head, tail)) = self.name.split_once('*') else {
            return name.eq_ignore_ascii_case(self.name.as_bytes());
        };
        let Some(end) = name.len().checked_sub(tail.len()).filter(|end| *end > head.len()) else { return false };
        let varies = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'-';
        name[..head.len()].eq_ignore_ascii_case(head.as_bytes())
            && name[end..].eq_ignore_ascii_case(tail.as_bytes())
            && name[head.len()..end].iter().all(varies)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::doc_ref::Mark;

    #[test]
    fn a_family_differs_within_one_label() {
        let check = |pattern: &'static str, name: &str, expected: bool| {
            let host = Host { name: pattern, serves: "all", doc: DocRef::new(Mark::Inferred, "made up") };
            assert_eq!(host.covers(name), expected, "{pattern} {name}");
        };
        check("api.toy.example", "api.toy.example", true);
        check("api.toy.example", "API.Toy.example.", true);
        check("api.toy.example", "api.toy.example..", false);
        check("api.toy.example", "api.toy.example.evil.example", false);
        check("api.toy.example", "x.api.toy.example", false);
        check("api.toy.example", "apiXtoy.example", false);
        check("api.toy.example", "", false);
        check("api-*.toy.example", "api-fra.toy.example", true);
        check("api-*.toy.example", "API-FRA.TOY.EXAMPLE", true);
        check("api-*.toy.example", "api-.toy.example", false);
        check("api-*.toy.example", "api-a.b.toy.example", false);
        check("api-*.toy.example", "api-é.toy.example", false);
        check("api-*.toy.example", "api-a@b.toy.example", false);
        check("*.toy.example", "acme.toy.example", true);
        check("*.toy.example", ".toy.example", false);
        check("*.toy.example", "toy.example", false);
        check("*.toy.example", "a.toy.example.evil.example", false);
        check("*.toy.example", "acme.toy.examplé", false);
    }
}
