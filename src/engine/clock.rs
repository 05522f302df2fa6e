//! A world's clock: where virtual time stands and when it may move.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use crate::base::time::{VirtualSpan, VirtualTime, WallLimit, WallTime};

/// How virtual time relates to real time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Pace {
    /// It stands still until the scenario moves it.
    Stepped,
    /// It runs so many times as fast as real time; 1 is real time.
    Running(u32),
}

/// Why a text does not name a pace.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("write `virtual`, `real`, or a factor from 1 to 1000000 as in `x60`")]
pub struct PaceError;

impl FromStr for Pace {
    type Err = PaceError;

    fn from_str(text: &str) -> Result<Self, PaceError> {
        let factor = || text.strip_prefix('x').and_then(|factor| factor.parse().ok());
        match text {
            "virtual" => Ok(Self::Stepped),
            "real" => Ok(Self::Running(1)),
            _ => factor().filter(|factor| (1..=1_000_000).contains(factor)).map(Self::Running).ok_or(PaceError),
        }
    }
}

impl fmt::Display for Pace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stepped => f.write_str("virtual"),
            Self::Running(1) => f.write_str("real"),
            Self::Running(factor) => write!(f, "x{factor}"),
        }
    }
}

/// A clock.
#[derive(Clone, Debug)]
pub struct Clock {
    pace: Pace,
    now: VirtualTime,
    /// A real instant and where virtual time stood then; meaningless when stepped.
    anchor: (WallTime, VirtualTime),
}

impl Clock {
    /// A clock that begins at this real instant. A stepped one begins at [`VirtualTime::OPENING`], a running one shows
    /// the real date.
    #[must_use]
    pub fn new(pace: Pace, wall: WallTime) -> Self {
        let now = match pace {
            Pace::Stepped => VirtualTime::OPENING,
            Pace::Running(_) => VirtualTime::from_nanos(i64::try_from(wall.as_nanos()).unwrap_or(i64::MAX)),
        };
        Self { pace, now, anchor: (wall, now) }
    }

    /// How it relates to real time.
    #[must_use]
    pub fn pace(&self) -> Pace {
        self.pace
    }

    /// Where it stands.
    #[must_use]
    pub fn now(&self) -> VirtualTime {
        self.now
    }

    /// Lets a running clock catch up with real time; a stepped one stays where it is.
    pub fn observe(&mut self, wall: WallTime) {
        if let Pace::Running(factor) = self.pace {
            let (start, virtual_start) = self.anchor;
            let nanos = wall.since(start).as_nanos().saturating_mul(u128::from(factor));
            let millis = u64::try_from(nanos / 1_000_000).unwrap_or(u64::MAX);
            let rest = i64::try_from(nanos % 1_000_000).unwrap_or_default();
            let whole = virtual_start + VirtualSpan::from_millis(millis);
            self.now = self.now.max(VirtualTime::from_nanos(whole.as_nanos().saturating_add(rest)));
        }
    }

    /// Has it relate to real time in another way from this real instant on. Virtual time stands where it stood.
    pub fn set_pace(&mut self, pace: Pace, wall: WallTime) {
        self.pace = pace;
        self.anchor = (wall, self.now);
    }

    /// Moves it forward, never back; a running one goes on from there.
    pub fn move_to(&mut self, to: VirtualTime, wall: WallTime) {
        self.now = self.now.max(to);
        self.anchor = (wall, self.now);
    }

    /// How much real time passes until a running clock shows `at`.
    #[must_use]
    pub fn until(&self, at: VirtualTime) -> Option<WallLimit> {
        match self.pace {
            Pace::Stepped => None,
            Pace::Running(factor) => {
                let nanos = at.since(self.now).as_nanos().div_ceil(u64::from(factor.max(1)));
                // Rounded up to a millisecond, the grain of the rim's timers, so that an alarm is never early.
                Some(WallLimit::from_millis(
                    u64::try_from(Duration::from_nanos(nanos).as_millis()).unwrap_or(u64::MAX) + 1,
                ))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: WallTime = WallTime::from_nanos(1_800_000_000_000_000_000);

    #[test]
    fn a_pace_is_a_word_or_a_factor_and_prints_as_it_is_written() {
        for text in ["virtual", "real", "x60"] {
            assert_eq!(text.parse::<Pace>().map(|pace| pace.to_string()), Ok(text.to_owned()));
        }
        for wrong in ["", "x", "x0", "x-1", "60", "xx", "x9999999"] {
            assert_eq!(wrong.parse::<Pace>(), Err(PaceError), "{wrong}");
        }
    }

    #[test]
    fn a_stepped_clock_ignores_real_time() {
        let mut clock = Clock::new(Pace::Stepped, START);
        clock.observe(START + WallLimit::from_secs(99));
        assert_eq!(clock.now(), VirtualTime::OPENING);
        clock.move_to(VirtualTime::OPENING + VirtualSpan::from_mins(45), START);
        clock.move_to(VirtualTime::OPENING, START);
        assert_eq!(clock.now().since(VirtualTime::OPENING), VirtualSpan::from_mins(45));
        assert_eq!(clock.until(clock.now()), None);
    }

    #[test]
    fn a_clock_goes_on_from_where_it_was_moved_and_at_the_pace_it_was_given() {
        let at = |secs| START + WallLimit::from_secs(secs);
        let mut clock = Clock::new(Pace::Running(1), START);
        let begin = clock.now();
        let mut check = |deed: &dyn Fn(&mut Clock), secs: u64, expected: u64| {
            deed(&mut clock);
            clock.observe(at(secs));
            assert_eq!(clock.now().since(begin), VirtualSpan::from_secs(expected), "after {secs} s");
        };
        check(&|clock| clock.observe(at(1)), 2, 2);
        check(&|clock| clock.move_to(begin + VirtualSpan::from_secs(100), at(2)), 3, 101);
        check(&|clock| clock.move_to(begin, at(3)), 4, 102);
        check(&|clock| clock.set_pace(Pace::Running(60), at(4)), 5, 162);
        check(&|clock| clock.set_pace(Pace::Stepped, at(5)), 9, 162);
        check(&|clock| clock.set_pace(Pace::Running(1), at(9)), 10, 163);
    }

    #[test]
    fn a_running_clock_follows_real_time() {
        let check = |factor: u32, passed: u64, expected: u64| {
            let mut clock = Clock::new(Pace::Running(factor), START);
            let begin = clock.now();
            clock.observe(START + WallLimit::from_secs(passed));
            assert_eq!(clock.now().since(begin), VirtualSpan::from_secs(expected), "x{factor}");
        };
        check(1, 7, 7);
        check(60, 7, 420);
        let clock = Clock::new(Pace::Running(10), START);
        assert_eq!(clock.until(clock.now() + VirtualSpan::from_secs(10)), Some(WallLimit::from_millis(1001)));
        assert_eq!(clock.now().as_nanos(), i64::try_from(START.as_nanos()).unwrap());
    }
}
