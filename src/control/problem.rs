//! What the control port says when it cannot do what it was asked for, as RFC 9457 has it.

use http::HeaderValue;
use http::header::CONTENT_TYPE;

use super::shape::shown;
use crate::base::diag::Diagnostic;
use crate::journal::entry::Miss;
use crate::platform::route::Reply;

shown! {
    /// Why something was not done, as RFC 9457 has it.
    pub(super) struct Problem {
        /// What kind of problem it is, in a few words.
        title: &'static str,
        /// The HTTP status.
        status: u16,
        /// What is wrong, and what to do about it.
        detail: String,
        /// What is wrong with the body, place by place.
        diagnostics: Vec<Diagnostic>,
        /// The step that was not done, or not met.
        step: Option<StepShown>,
        /// What happened instead of what a step expects.
        miss: Option<Box<Miss>>,
    }
}

shown! {
    /// A step as the journal has it.
    pub(super) struct StepShown {
        /// Its number among all that its world has begun.
        index: usize,
        /// It on one line.
        source: String,
    }
}

impl Problem {
    /// A problem with this HTTP status.
    pub(super) fn new(status: u16, detail: impl Into<String>) -> Self {
        let title = http::StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
        Self {
            title: title.unwrap_or_default(),
            status,
            detail: detail.into(),
            diagnostics: Vec::new(),
            step: None,
            miss: None,
        }
    }

    /// A body with mistakes in it.
    pub(super) fn diagnosed(diagnostics: Vec<Diagnostic>) -> Self {
        let detail = match diagnostics.as_slice() {
            [one] => one.message.clone(),
            all => format!("the body has {} mistakes", all.len()),
        };
        Self { diagnostics, ..Self::new(400, detail) }
    }

    /// A step that could not be done.
    pub(super) fn refused(step: StepShown, reason: String) -> Self {
        Self { title: "Step refused", step: Some(step), ..Self::new(422, reason) }
    }

    /// A step whose expectation was not met.
    pub(super) fn missed(step: StepShown, miss: Miss) -> Self {
        let detail = format!("expected {}, but {}", miss.expected, miss.found);
        Self { title: "Expectation missed", step: Some(step), miss: Some(Box::new(miss)), ..Self::new(422, detail) }
    }

    pub(super) fn reply(self) -> Reply {
        let mut reply = super::answer::document(self.status, &self);
        for (name, value) in &mut reply.headers {
            if *name == CONTENT_TYPE {
                *value = HeaderValue::from_static("application/problem+json");
            }
        }
        reply
    }
}
