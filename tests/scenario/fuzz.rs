//! Arbitrary text: no panic, no long wait, no place outside the file.
