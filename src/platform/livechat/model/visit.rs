//! When customers are on the site, and where there.

use crate::base::time::VirtualTime;

/// A page of the site.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Page {
    /// Its address.
    pub(crate) url: String,
    /// Its title.
    pub(crate) title: String,
    /// When the customer opened it.
    pub(crate) opened_at: VirtualTime,
}

/// The visits of a customer, each from the first of their sockets to the last. Whoever is played by a scenario has no
/// socket, and so no visit that could be told of.
#[derive(Clone, Debug, Default)]
pub(crate) struct Visits {
    count: u64,
    views: u64,
    latest: Option<Visit>,
}

/// A visit.
#[derive(Clone, Debug)]
pub(crate) struct Visit {
    /// Its number among those of the customer, from 1 on.
    pub(crate) number: u64,
    /// When it began.
    pub(crate) since: VirtualTime,
    /// Where the customer came from, if they say so.
    pub(crate) referrer: Option<String>,
    /// The page that the customer has opened last, if they say so.
    pub(crate) page: Option<Page>,
    /// Whether it goes on.
    pub(crate) goes_on: bool,
}

impl Visits {
    /// The latest visit.
    pub(crate) fn latest(&self) -> Option<&Visit> {
        self.latest.as_ref()
    }

    /// How many there were.
    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    /// How many pages were opened in all of them.
    pub(crate) fn views(&self) -> u64 {
        self.views
    }

    /// Whether the customer is on the site now.
    pub(crate) fn is_on(&self) -> bool {
        self.latest.as_ref().is_some_and(|visit| visit.goes_on)
    }

    /// Begins another visit, unless one goes on; whether it did.
    pub(crate) fn begin(&mut self, since: VirtualTime, referrer: Option<String>) -> bool {
        let begins = !self.is_on();
        if begins {
            self.count += 1;
            self.latest = Some(Visit { number: self.count, since, referrer, page: None, goes_on: true });
        }
        begins
    }

    /// The customer opens a page.
    pub(crate) fn open(&mut self, page: Page) {
        if let Some(visit) = self.latest.as_mut().filter(|visit| visit.goes_on) {
            visit.page = Some(page);
            self.views += 1;
        }
    }

    /// Ends the visit.
    pub(crate) fn end(&mut self) {
        if let Some(visit) = &mut self.latest {
            visit.goes_on = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(url: &str) -> Page {
        Page { url: url.to_owned(), title: String::new(), opened_at: VirtualTime::OPENING }
    }

    #[test]
    fn visits_and_pages_are_counted_over_all_of_them() {
        let mut visits = Visits::default();
        visits.open(page("before"));
        assert_eq!((visits.count(), visits.views(), visits.is_on()), (0, 0, false));
        assert!(visits.begin(VirtualTime::OPENING, None));
        assert!(!visits.begin(VirtualTime::OPENING, Some("elsewhere".to_owned())), "one goes on");
        visits.open(page("a"));
        visits.open(page("b"));
        visits.end();
        visits.open(page("after"));
        assert!(!visits.is_on());
        assert_eq!(visits.latest().and_then(|visit| visit.page.clone()), Some(page("b")));
        assert!(visits.begin(VirtualTime::OPENING, None));
        assert_eq!((visits.count(), visits.views()), (2, 2));
        assert_eq!(visits.latest().and_then(|visit| visit.page.clone()), None);
    }
}
