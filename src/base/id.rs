//! Newtypes for the numbers that name things within one world.

use std::fmt;

macro_rules! number {
    ($(#[doc = $doc:literal])* $name:ident, $prefix:literal) => {
        $(#[doc = $doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub u64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "{}"), self.0)
            }
        }
    };
}

number! {
    /// The place of an entry in a world's journal, counted from 0.
    EntrySeq, "#"
}
number! {
    /// One webhook on its way, over all its attempts; counted from 1.
    DeliveryId, "d"
}
number! {
    /// Steps that came from outside, told apart from others of their world.
    Ticket, "t"
}
number! {
    /// A request for the rim to call back after some real time; counted from 1.
    AlarmId, "alarm"
}
number! {
    /// A socket that somebody has opened; counted from 1 in the order of opening.
    SocketId, "s"
}
