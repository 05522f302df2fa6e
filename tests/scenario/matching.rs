//! What texts may hold and how they are matched.
