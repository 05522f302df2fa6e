//! The types of what travels, from which its schemas follow.

use super::{codes, wire};
use crate::openapi::of;
use crate::platform::{Part, Shape};

const CHAT: Shape = Shape { of: Part::Answer("get_chat"), schema: of::<wire::Chat> };
const COUNT: usize = wire::SHAPES.len() + 2;

/// All bodies that have a type.
pub(super) const SHAPES: [Shape; COUNT] = {
    let mut all = [codes::SHAPE; COUNT];
    all[1] = CHAT;
    let mut at = 0;
    while at < wire::SHAPES.len() {
        all[at + 2] = wire::SHAPES[at];
        at += 1;
    }
    all
};
