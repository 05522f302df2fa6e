//! What several topics need.

pub(crate) mod shown;
pub(crate) mod stagehand;
pub(crate) mod toy;
