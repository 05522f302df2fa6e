//! Clocks of worlds.

use super::answer::gone;
use super::problem::Problem;
use super::query::Query;
use super::shape::shown;
use crate::base::diag::Diagnostic;
use crate::base::time::{VirtualSpan, VirtualTime};
use crate::engine::World;
use crate::engine::clock::Pace;
use crate::engine::port::Input;
use crate::record;
use crate::scenario::codes;
use crate::scenario::decode::{Decode as _, Located};
use crate::scenario::node::parse;
use crate::server::ticker;
use crate::server::world::WorldHandle;

shown! {
    /// How a clock goes and where it stands.
    pub(super) struct Shown {
        /// `real`, `virtual`, or a factor as in `x60`.
        mode: String,
        /// The time on it.
        now: VirtualTime,
    }
}

record! {
    /// What is to become of a clock.
    pub(super) struct Change {
        /// How much virtual time is to pass at once.
        advance: Option<VirtualSpan>,
        /// How it is to go from now on: `real`, `virtual`, or a factor as in `x60`.
        mode: Option<Located<String>>,
    }
}

impl Shown {
    pub(super) fn of(world: &WorldHandle<World>) -> Self {
        world.with(|world| Self { mode: world.pace().to_string(), now: world.now(ticker::now()) })
    }
}

/// Does what a text wants done to a clock; first its mode is changed, then time passes.
pub(super) async fn set(world: &WorldHandle<World>, query: &Query<'_>, text: &str) -> Result<(), Problem> {
    let within = query.duration("within")?;
    let (pace, advance) = read(text).map_err(Problem::diagnosed)?;
    if let Some(pace) = pace {
        world.input(Input::SetPace(pace));
    }
    let Some(span) = advance else { return Ok(()) };
    let advanced = match within {
        None => world.advance(span).await,
        Some(within) => {
            let late = || Problem::new(408, format!("not all that falls due is done after {within}; it goes on"));
            ticker::within(within, world.advance(span)).await.ok_or_else(late)?
        }
    };
    advanced.map(drop).ok_or_else(gone)
}

fn read(text: &str) -> Result<(Option<Pace>, Option<VirtualSpan>), Vec<Diagnostic>> {
    let node = parse(text)?;
    let mut problems = Vec::new();
    let change = Change::decode(&node, &mut problems);
    let Some(Change { advance, mode }) = change.filter(|_| problems.is_empty()) else { return Err(problems) };
    if advance.is_none() && mode.is_none() {
        let problem = Diagnostic::new(&codes::ONE_KEY, node.place, "nothing is to become of the clock");
        return Err(vec![problem.help("write `advance: 45m`, or `mode: virtual`")]);
    }
    let pace = mode.map(|mode| {
        let wrong = |error: crate::engine::clock::PaceError| {
            let message = format!("`{}` is no way for a clock to go", mode.value);
            vec![Diagnostic::new(&codes::OUT_OF_RANGE, mode.place, message).help(error.to_string())]
        };
        mode.value.parse().map_err(wrong)
    });
    Ok((pace.transpose()?, advance))
}
