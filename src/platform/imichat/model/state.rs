//! The life of a chat as a state machine. A state owns what belongs to it, so nobody can hold a queued chat and no picked
//! chat is without an owner.

use super::Login;
use crate::journal::entry::Change;

/// Where a chat is in its life.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum State {
    /// It waits in the queue of its team.
    Queued,
    /// Somebody has it.
    Picked {
        /// Who.
        assignee: Login,
    },
    /// Somebody has it and lets it rest.
    OnHold {
        /// Who.
        assignee: Login,
    },
    /// It has ended; nothing changes it any more.
    Closed {
        /// Who had it in the end.
        assignee: Option<Login>,
    },
}

/// Something that moves a chat from one state to another.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Move {
    /// It is given to somebody.
    Assign(Login),
    /// It goes back to the queue.
    Queue,
    /// Its owner puts it on hold.
    Hold,
    /// Its owner takes it up again.
    Pick,
    /// It is closed.
    Close {
        /// The outcome somebody chose; empty if nobody did.
        outcome: String,
    },
}

/// Why a move is impossible.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub(crate) enum Impossible {
    /// Nothing changes a closed chat; no reopening is documented.
    #[error("the chat is closed")]
    Closed,
    /// Only a chat that somebody has can be picked or held.
    #[error("nobody has the chat, so it needs an assignee first")]
    NoOwner,
}

impl State {
    /// The vendor's word for it.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Picked { .. } => "picked",
            Self::OnHold { .. } => "onhold",
            Self::Closed { .. } => "closed",
        }
    }

    /// Who has the chat, or had it when it was closed.
    pub(crate) const fn assignee(&self) -> Option<&Login> {
        match self {
            Self::Queued => None,
            Self::Picked { assignee } | Self::OnHold { assignee } => Some(assignee),
            Self::Closed { assignee } => assignee.as_ref(),
        }
    }

    /// Who has the chat now.
    pub(crate) const fn holder(&self) -> Option<&Login> {
        match self {
            Self::Picked { assignee } | Self::OnHold { assignee } => Some(assignee),
            Self::Queued | Self::Closed { .. } => None,
        }
    }

    /// Whether nothing can change it any more.
    pub(crate) const fn is_closed(&self) -> bool {
        matches!(self, Self::Closed { .. })
    }

    /// The state after a move, and what there is to tell about it; nothing if the move changes nothing.
    ///
    /// # Errors
    /// If the move is impossible here.
    pub(crate) fn after(&self, step: &Move) -> Result<(Self, Option<Change>), Impossible> {
        let stay = || Ok((self.clone(), None));
        match (self, step) {
            (Self::Closed { .. }, _) => Err(Impossible::Closed),
            (Self::Picked { assignee } | Self::OnHold { assignee }, Move::Assign(to)) if assignee == to => stay(),
            (Self::Queued | Self::Picked { .. } | Self::OnHold { .. }, Move::Assign(to)) => {
                Ok((Self::Picked { assignee: to.clone() }, Some(Change::Assigned { to: to.as_str().to_owned() })))
            }
            (Self::Queued, Move::Queue) | (Self::Picked { .. }, Move::Pick) | (Self::OnHold { .. }, Move::Hold) => {
                stay()
            }
            (Self::Picked { .. } | Self::OnHold { .. }, Move::Queue) => Ok((Self::Queued, Some(Change::Queued))),
            (Self::Queued, Move::Hold | Move::Pick) => Err(Impossible::NoOwner),
            (Self::Picked { assignee }, Move::Hold) => {
                Ok((Self::OnHold { assignee: assignee.clone() }, Some(Change::Held)))
            }
            (Self::OnHold { assignee }, Move::Pick) => {
                Ok((Self::Picked { assignee: assignee.clone() }, Some(Change::Resumed)))
            }
            (Self::Queued | Self::Picked { .. } | Self::OnHold { .. }, Move::Close { outcome }) => {
                let closed = Self::Closed { assignee: self.assignee().cloned() };
                Ok((closed, Some(Change::Closed { outcome: outcome.clone() })))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(text: &str) -> State {
        let (name, who) = text.split_once(' ').unwrap_or((text, ""));
        let login = || Login::new(who);
        match name {
            "queued" => State::Queued,
            "picked" => State::Picked { assignee: login() },
            "onhold" => State::OnHold { assignee: login() },
            "closed" => State::Closed { assignee: (!who.is_empty()).then(login) },
            other => panic!("{other} is no state"),
        }
    }

    #[test]
    fn every_move_from_every_state_is_as_documented() {
        let assign = |to: &str| Move::Assign(Login::new(to));
        let close = || Move::Close { outcome: "Resolved".to_owned() };
        let check = |from: &str, step: Move, expected: Result<(&str, Option<&str>), Impossible>| {
            let found = state(from).after(&step);
            let told = |change: Change| serde_json::to_value(change).unwrap()["change"].as_str().unwrap().to_owned();
            let found = found.map(|(state, change)| (state, change.map(told)));
            let expected = expected.map(|(to, change)| (state(to), change.map(str::to_owned)));
            assert_eq!(found, expected, "{from}, {step:?}");
        };
        check("queued", assign("a"), Ok(("picked a", Some("assigned"))));
        check("queued", Move::Queue, Ok(("queued", None)));
        check("queued", Move::Hold, Err(Impossible::NoOwner));
        check("queued", Move::Pick, Err(Impossible::NoOwner));
        check("queued", close(), Ok(("closed", Some("closed"))));
        check("picked a", assign("a"), Ok(("picked a", None)));
        check("picked a", assign("b"), Ok(("picked b", Some("assigned"))));
        check("picked a", Move::Queue, Ok(("queued", Some("queued"))));
        check("picked a", Move::Hold, Ok(("onhold a", Some("held"))));
        check("picked a", Move::Pick, Ok(("picked a", None)));
        check("picked a", close(), Ok(("closed a", Some("closed"))));
        check("onhold a", assign("a"), Ok(("onhold a", None)));
        check("onhold a", assign("b"), Ok(("picked b", Some("assigned"))));
        check("onhold a", Move::Queue, Ok(("queued", Some("queued"))));
        check("onhold a", Move::Hold, Ok(("onhold a", None)));
        check("onhold a", Move::Pick, Ok(("picked a", Some("resumed"))));
        check("onhold a", close(), Ok(("closed a", Some("closed"))));
        for step in [assign("a"), Move::Queue, Move::Hold, Move::Pick, close()] {
            check("closed a", step, Err(Impossible::Closed));
        }
    }
}
