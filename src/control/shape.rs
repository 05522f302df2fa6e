//! What answers hold, written once: [`shown!`] makes a struct, its JSON, and the schema of it in the port's own document.

use indexmap::IndexMap;
use serde_json::json;

use crate::base::diag::Diagnostic;
use crate::base::id::{DeliveryId, EntrySeq};
use crate::base::json::Mismatch;
use crate::base::time::VirtualTime;
use crate::journal::entry::{Match, Miss, Near};
use crate::scenario::decode::{Member, Schema, mapping};

/// Something that answers hold.
pub(super) trait Shape {
    /// Its JSON Schema.
    fn schema() -> Schema;

    /// Whether the member that would hold it may be missing.
    const OPTIONAL: bool = false;

    /// Whether the member that would hold it is missing.
    fn is_left_out(&self) -> bool {
        false
    }
}

/// Declares an object of answers: a struct with its JSON and its schema.
macro_rules! shown {
    (
        $(#[doc = $doc:literal])*
        $vis:vis struct $name:ident {
            $( $(#[doc = $field_doc:literal])* $field:ident : $type:ty ),* $(,)?
        }
    ) => {
        $(#[doc = $doc])*
        #[derive(Debug, serde::Serialize)]
        $vis struct $name {
            $(
                $(#[doc = $field_doc])*
                #[serde(skip_serializing_if = "crate::control::shape::Shape::is_left_out")]
                $vis $field: $type
            ),*
        }

        impl $crate::control::shape::Shape for $name {
            fn schema() -> $crate::scenario::decode::Schema {
                $crate::control::shape::object(&[$($doc),*], vec![ $( (
                    stringify!($field),
                    &[$($field_doc),*],
                    <$type as $crate::control::shape::Shape>::schema(),
                    !<$type as $crate::control::shape::Shape>::OPTIONAL,
                ) ),* ])
            }
        }
    };
}
pub(super) use shown;

/// One member of an object: its name, what it means, what may stand there, and whether it is always there.
type Part = (&'static str, &'static [&'static str], Schema, bool);

/// The schema of an object with these members.
pub(super) fn object(doc: &[&str], parts: Vec<Part>) -> Schema {
    let member = |(key, doc, schema, required)| Member { key, doc, schema, required };
    mapping(doc, parts.into_iter().map(member).collect())
}

macro_rules! plain {
    ($($type:ty => $schema:tt),* $(,)?) => {$(
        impl Shape for $type {
            fn schema() -> Schema {
                json!($schema)
            }
        }
    )*};
}

plain! {
    String => {"type": "string"},
    &'static str => {"type": "string"},
    bool => {"type": "boolean"},
    u16 => {"type": "integer", "minimum": 0},
    u64 => {"type": "integer", "minimum": 0},
    usize => {"type": "integer", "minimum": 0},
    EntrySeq => {"type": "integer", "minimum": 0},
    DeliveryId => {"type": "integer", "minimum": 1},
    VirtualTime => {"type": "string", "format": "date-time"},
}

impl<T: Shape> Shape for Option<T> {
    fn schema() -> Schema {
        T::schema()
    }

    const OPTIONAL: bool = true;

    fn is_left_out(&self) -> bool {
        self.is_none()
    }
}

impl<T: Shape> Shape for Box<T> {
    fn schema() -> Schema {
        T::schema()
    }
}

/// A list is left out where it is empty.
impl<T: Shape> Shape for Vec<T> {
    fn schema() -> Schema {
        json!({"type": "array", "items": T::schema()})
    }

    const OPTIONAL: bool = true;

    fn is_left_out(&self) -> bool {
        self.is_empty()
    }
}

impl<K, T: Shape> Shape for IndexMap<K, T> {
    fn schema() -> Schema {
        json!({"type": "object", "additionalProperties": T::schema()})
    }
}

impl Shape for Diagnostic {
    fn schema() -> Schema {
        object(
            &["One thing that is wrong with a body."],
            vec![
                ("code", &["The stable code, for `rehearsal explain`."], String::schema(), true),
                ("title", &["What is wrong, in a few words."], String::schema(), true),
                ("line", &["The line, from 1; 0 for the body as a whole."], u64::schema(), true),
                ("column", &["The column, from 1."], u64::schema(), true),
                ("width", &["How many characters are meant."], u64::schema(), true),
                ("message", &["What is wrong here."], String::schema(), true),
                ("help", &["How to mend it, if that is known."], json!({"type": ["string", "null"]}), true),
            ],
        )
    }
}

impl Shape for Miss {
    fn schema() -> Schema {
        let matches =
            &["What did match, but too often, too late, in the wrong order or not often enough: at most five."];
        let nearest = &["Where too little matches, what did happen and comes nearest, at most three."];
        object(
            &["Why an expectation was not met."],
            vec![
                ("expected", &["What was expected, in words."], String::schema(), true),
                ("found", &["What was found instead, in words."], String::schema(), true),
                ("matches", matches, Vec::<Match>::schema(), false),
                ("nearest", nearest, Vec::<Near>::schema(), true),
            ],
        )
    }
}

impl Shape for Match {
    fn schema() -> Schema {
        object(
            &["Something that matched."],
            vec![
                ("entry", &["Its number in the journal."], EntrySeq::schema(), true),
                ("summary", &["It in a few words."], String::schema(), true),
            ],
        )
    }
}

impl Shape for Near {
    fn schema() -> Schema {
        object(
            &["Something that nearly matched."],
            vec![
                ("entry", &["Its number in the journal."], EntrySeq::schema(), true),
                ("summary", &["It in a few words."], String::schema(), true),
                ("mismatches", &["How it differs."], Vec::<Mismatch>::schema(), true),
            ],
        )
    }
}

impl Shape for Mismatch {
    fn schema() -> Schema {
        object(
            &["One difference."],
            vec![
                ("at", &["Where: a field, or a JSON pointer."], String::schema(), true),
                ("expected", &["What was wanted there."], String::schema(), true),
                ("actual", &["What was there."], String::schema(), true),
            ],
        )
    }
}
