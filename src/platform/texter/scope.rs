//! What tokens are good for: the scopes that the vendor's pages show, and which operation needs which.
//!
//! Only the names that people see are published, and other tools of the vendor spell some of them differently. So scopes are
//! compared without regard to case, punctuation and a plural's `s`.

/// What a token is good for.
#[derive(Clone, Debug)]
pub(super) enum Grant {
    /// Everything.
    All,
    /// What needs no other than these scopes.
    Listed(Vec<&'static str>),
}

macro_rules! scopes {
    ($( $name:ident = $text:literal; )*) => {
        $( #[doc = $text] pub(super) const $name: &str = $text; )*

        /// All scopes, by their published names.
        pub(super) const SCOPES: &[&str] = &[ $( $text ),* ];
    };
}

scopes! {
    SEND_TEMPLATES = "Send template messages";
    VIEW_TEMPLATES = "View template messages";
    MANAGE_TEMPLATES = "Manage WhatsApp templates";
    MANAGE_CHATS = "Manage all chats";
    LIST_CHATS = "List all chats";
    VIEW_CHATS = "View all chats";
    SEND_MESSAGES = "Send session message";
    MANAGE_LABELS = "Manage labels";
    MANAGE_CHANNELS = "Manage channels";
    VIEW_FILES = "View all files";
    VIEW_SCENARIOS = "View scenarios";
    CREATE_SCENARIOS = "Create scenarios";
    EDIT_SCENARIOS = "Edit scenarios";
    DELETE_SCENARIOS = "Delete scenarios";
    ACTIVATE_SCENARIOS = "Activate/inactivate scenarios";
    ON_BEHALF = "Manage scenarios on behalf of user";
    VIEW_RUNS = "View scenarios runs";
    VIEW_QUICK_REPLIES = "View quick replies";
    MANAGE_QUICK_REPLIES = "Manage quick replies";
}

impl Grant {
    /// The first of these scopes that is not granted.
    pub(super) fn lacks(&self, needed: &[&'static str]) -> Option<&'static str> {
        match self {
            Self::All => None,
            Self::Listed(scopes) => needed.iter().find(|scope| !scopes.contains(scope)).copied(),
        }
    }
}

/// The scope that somebody calls so.
pub(super) fn named(word: &str) -> Option<&'static str> {
    SCOPES.iter().find(|scope| slug(scope) == slug(word)).copied()
}

/// A name without what people spell differently.
fn slug(name: &str) -> String {
    let words = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let bare = words.map(|word| word.to_lowercase().trim_end_matches('s').to_owned());
    bare.collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_known_however_they_are_spelled() {
        let check = |word: &str, expected: Option<&str>| assert_eq!(named(word), expected, "{word}");
        check("Send session message", Some(SEND_MESSAGES));
        check("Send Session Messages", Some(SEND_MESSAGES));
        check("activate-inactivate-scenarios", Some(ACTIVATE_SCENARIOS));
        check("VIEW SCENARIOS RUNS", Some(VIEW_RUNS));
        check("fly", None);
        check("", None);
    }

    #[test]
    fn no_two_scopes_are_the_same() {
        for scope in SCOPES {
            assert_eq!(named(scope), Some(*scope));
        }
    }
}
