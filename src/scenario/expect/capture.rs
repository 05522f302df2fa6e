//! `let`: values that a scenario keeps.

use super::super::decode::Located;
use crate::record;

record! {
    /// Captures a value out of the latest thing that matches.
    pub struct Let {
        /// The name that `${…}` refers to.
        pub name: Located<String>,
        /// Where the value comes from.
        pub from: LetFrom,
        /// A JSON pointer into the webhook's body, or into the call's answer.
        pub at: Located<String>,
    }
}

record! {
    /// The source of a captured value: one of the two.
    pub struct LetFrom {
        /// The latest webhook with this name.
        pub event: Option<Located<String>>,
        /// The latest answered call of this operation.
        pub call: Option<Located<String>>,
    }
}
