//! The exit codes of the program, which scripts may rely on.

use std::process::ExitCode;

use super::{Outcome, Status};

/// How a run of the program ended.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[repr(u8)]
pub enum Exit {
    /// All expectations were met, or the command did what was asked.
    Met = 0,
    /// An expectation was not met, an act of the scenario had become impossible, or less was covered than was asked for.
    Missed = 1,
    /// The command line or a scenario is wrong.
    Invalid = 2,
    /// Something outside got in the way: a taken port, a bot that cannot be reached, a file that cannot be written.
    CouldNotRun = 3,
    /// There was nothing to test: no scenario, no step, no expectation.
    NothingTested = 4,
}

impl Exit {
    /// All exit codes, by number.
    pub const ALL: [Self; 5] = [Self::Met, Self::Missed, Self::Invalid, Self::CouldNotRun, Self::NothingTested];

    /// The number that the shell sees.
    #[must_use]
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// What the number means, in a few words.
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Met => "all expectations were met",
            Self::Missed => "an expectation was not met, or too little was covered",
            Self::Invalid => "bad usage, or an invalid scenario",
            Self::CouldNotRun => "could not run: port taken, bot unreachable",
            Self::NothingTested => "nothing was tested: no scenario, no step, no expectation",
        }
    }

    /// The exit code of a run with these outcomes.
    ///
    /// A verdict about the bot outranks a scenario that could not be played, because it stays true whatever the other
    /// scenario would have shown. So does one that was not played because the run ended before.
    #[must_use]
    pub fn of(outcomes: &[Outcome]) -> Self {
        let any = |status: Status| outcomes.iter().any(|outcome| outcome.status == status);
        if any(Status::Failed) {
            Self::Missed
        } else if any(Status::Errored) || any(Status::Unplayed) {
            Self::CouldNotRun
        } else if outcomes.iter().all(|outcome| outcome.counts.expectations() == 0) {
            Self::NothingTested
        } else {
            Self::Met
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.number())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_the_documented_ones() {
        assert_eq!(Exit::ALL.map(Exit::number), [0, 1, 2, 3, 4]);
    }
}
