//! The right word for a wrong one.

/// The candidate most like `word`, if any is like enough to be what was meant.
#[must_use]
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    const LIKE_ENOUGH: f64 = 0.6;
    let length = word.chars().count();
    candidates
        .into_iter()
        // Words of very different length cannot be alike; comparing them anyway is slow if one of them is huge.
        .filter(|candidate| length <= 2 * candidate.chars().count())
        .map(|candidate| (strsim::normalized_damerau_levenshtein(word, candidate), candidate))
        .filter(|(likeness, _)| *likeness >= LIKE_ENOUGH)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn finds_what_was_meant() {
        let words = ["start_chat", "say", "choose", "transfer"];
        assert_eq!(nearest("strat_chat", words), Some("start_chat"));
        assert_eq!(nearest("chose", words), Some("choose"));
        assert_eq!(nearest("banana", words), None);
        assert_eq!(nearest("", words), None);
        assert_eq!(nearest(&"say".repeat(100_000), words), None);
    }
}
