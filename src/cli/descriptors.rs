//! How many files and connections the system lets the program have open: it asks for as many as it can use, and takes no more
//! connections than it was given.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::server::Limits;

/// How many are kept for all that is no connection of a client: those to bots, the control port's, files, and the rest of the
/// program.
const OTHERS: u64 = 1_024;

/// These limits, with no more connections than there can be open files.
pub(super) fn bounded(limits: Limits) -> Limits {
    let wanted = u64::try_from(limits.connections).unwrap_or(u64::MAX).saturating_add(OTHERS);
    let given = raised(wanted);
    let connections = usize::try_from(share(given)).unwrap_or(usize::MAX).min(limits.connections);
    Limits { connections, ..limits }
}

/// How many files may be open, after asking for `wanted`.
fn raised(wanted: u64) -> u64 {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let current = current.unwrap_or(u64::MAX);
    let possible = maximum.unwrap_or(u64::MAX).min(wanted);
    if possible <= current {
        return current;
    }
    match setrlimit(Resource::Nofile, Rlimit { current: Some(possible), maximum }) {
        Ok(()) => possible,
        Err(_) => current,
    }
}

/// How many of so many open files may be connections of clients: all but those for others, where there are few the half.
fn share(files: u64) -> u64 {
    files.saturating_sub(OTHERS).max(files / 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_leave_room_for_others() {
        let check = |files: u64, expected: u64| assert_eq!(share(files), expected, "{files}");
        check(0, 0);
        check(256, 128);
        check(1_024, 512);
        check(2_048, 1_024);
        check(20_000, 18_976);
    }

    #[test]
    fn there_are_no_more_connections_than_were_asked_for() {
        let few = bounded(Limits { connections: 10, ..Limits::default() });
        assert_eq!(few.connections, 10);
        let many = bounded(Limits::default()).connections;
        assert!((1..=Limits::default().connections).contains(&many), "{many}");
    }
}
