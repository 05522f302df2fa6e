//! Scopes: what the methods ask for and what tokens have.
//!
//! Page: platform.text.com/docs/authorization/scopes. Which methods ask for what is [`needs`], which roles may grant what is
//! [`role`]. That `rw` contains `rc` and `rc` contains `ro` is inferred from the words that the page explains them with:
//! read and write, read and create, read.

mod needs;
mod role;

#[cfg(test)]
pub(super) use self::needs::is_listed;
pub(super) use self::needs::{Need, need};
pub(super) use self::role::{BOT, OWN_CUSTOMERS, of};

/// What a token may do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Grant {
    /// Everything.
    All,
    /// What these scopes allow.
    Listed(Vec<String>),
}

impl Grant {
    /// A grant of these scopes.
    pub(super) fn listed(scopes: &[&str]) -> Self {
        Self::Listed(scopes.iter().map(|scope| (*scope).to_owned()).collect())
    }

    /// Whether it allows what a scope allows.
    pub(super) fn covers(&self, wanted: &str) -> bool {
        match self {
            Self::All => true,
            Self::Listed(scopes) => scopes.iter().any(|scope| Scope::of(scope).contains(&Scope::of(wanted))),
        }
    }

    /// Whether it allows the widest of what a method asks for, which is what belongs to others.
    pub(super) fn is_wide(&self, need: Need) -> bool {
        need != Need::Nothing && self.lacks(need).is_none()
    }

    /// What is missing of the widest of what a method asks for.
    pub(super) fn lacks(&self, need: Need) -> Option<&'static str> {
        match need {
            Need::AnyOf(ways) => ways.first()?.split(' ').find(|scope| !self.covers(scope)),
            Need::Nothing => None,
        }
    }

    /// Checks the scopes that a method asks for.
    ///
    /// # Errors
    /// The scope that is missing. Where several would do, the widest one is named.
    pub(super) fn meet(&self, need: Need) -> Result<(), &'static str> {
        let Need::AnyOf(ways) = need else { return Ok(()) };
        let lacking = |way: &&'static str| way.split(' ').find(|scope| !self.covers(scope));
        match ways.iter().map(lacking).collect::<Option<Vec<_>>>() {
            Some(missing) => missing.first().map_or(Ok(()), |scope| Err(*scope)),
            None => Ok(()),
        }
    }
}

/// No method asks for this one, but pushes do.
pub(super) const MULTICAST: &str = "multicast:ro";

/// All scopes that are known here.
pub(super) fn known() -> Vec<&'static str> {
    let mut names: Vec<&str> = needs::named().chain(role::named()).chain([MULTICAST]).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// A scope, taken apart.
struct Scope<'s> {
    /// What it is about.
    family: &'s str,
    /// Whose.
    reach: Reach,
    /// What may be done to it.
    access: Access,
}

/// Whose resources a scope is about.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Reach {
    /// The requester's own.
    My,
    /// Those of the requester's groups.
    Groups,
    /// Everybody's, which is also what scopes mean that do not say.
    All,
}

/// What a scope allows.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Access {
    Read,
    Create,
    Write,
}

impl<'s> Scope<'s> {
    fn of(name: &'s str) -> Self {
        // Some families keep the older spelling, as in `banlist_read`.
        let endings = [
            (":ro", Access::Read),
            (":rc", Access::Create),
            (":rw", Access::Write),
            ("_read", Access::Read),
            ("_write", Access::Write),
        ];
        let ending = endings.iter().find_map(|(ending, access)| Some((name.strip_suffix(ending)?, *access)));
        let (subject, access) = ending.unwrap_or((name, Access::Write));
        let reaches =
            [("--my", Reach::My), ("--access", Reach::Groups), ("--groups", Reach::Groups), ("--all", Reach::All)];
        let reach = reaches.iter().find_map(|(ending, reach)| Some((subject.strip_suffix(ending)?, *reach)));
        let (family, reach) = reach.unwrap_or((subject, Reach::All));
        Self { family, reach, access }
    }

    fn contains(&self, other: &Self) -> bool {
        self.family == other.family && self.reach >= other.reach && self.access >= other.access
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wider_scope_contains_the_narrower_one() {
        let check = |has: &str, wanted: &str, expected: bool| {
            assert_eq!(Grant::listed(&[has]).covers(wanted), expected, "{has} covers {wanted}");
        };
        check("chats--all:rw", "chats--access:ro", true);
        check("chats--access:rw", "chats--access:ro", true);
        check("chats--access:rw", "chats--my:rw", true);
        check("chats--access:rw", "chats--all:ro", false);
        check("chats--all:ro", "chats--all:rw", false);
        check("accounts--all:rw", "accounts--all:rc", true);
        check("accounts--all:rc", "accounts--all:ro", true);
        check("accounts--all:rc", "accounts--all:rw", false);
        check("tags--all:rw", "tags--groups:rw", true);
        check("banlist_write", "banlist_read", true);
        check("banlist_read", "banlist_write", false);
        check("customers:rw", "customers.ban:rw", false);
        check("agents--all:rw", "agents-bot--my:ro", false);
        check("domain_manage", "domain_manage", true);
    }

    #[test]
    fn the_widest_way_is_named_where_none_is_open() {
        let check = |has: &[&str], route: &str, expected: Result<(), &str>| {
            assert_eq!(Grant::listed(has).meet(need(route)), expected, "{route}");
        };
        check(&[], "list_chats", Err("chats--all:ro"));
        check(&["chats--my:ro"], "list_chats", Err("chats--all:ro"));
        check(&["chats--access:ro"], "list_chats", Ok(()));
        check(&["agents--all:ro"], "list_routing_statuses", Err("agents-bot--all:ro"));
        check(&["agents--all:ro", "agents-bot--all:rw"], "list_routing_statuses", Ok(()));
        check(&[], "upload_file", Ok(()));
        check(&[], "list_webhook_names", Ok(()));
        assert!(Grant::listed(&["chats--all:ro"]).is_wide(need("list_chats")));
        assert!(!Grant::listed(&["chats--all:ro", "chats--access:rw"]).is_wide(need("send_event")));
        assert!(!Grant::All.is_wide(need("upload_file")));
        assert_eq!(Grant::All.meet(need("check_product_limits_for_plan")), Ok(()));
    }

    #[test]
    fn a_scope_is_named_once() {
        let names = known();
        assert!(names.contains(&"chats--access:rw") && names.contains(&"sessions--all:rw"));
        assert!(names.iter().all(|name| !name.contains(' ')));
    }
}
