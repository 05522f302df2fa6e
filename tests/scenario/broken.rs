//! Files as people break them, each with what they are told: code, place, words, and the way to mend it.

use std::path::Path;

use rehearsal::base::diag::{Paint, Source, render};
use rehearsal::platform::PLATFORMS;
use rehearsal::scenario::{Vocabulary, load};

#[test]
fn every_broken_file_is_told_how_to_be_mended() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenario/broken");
    let words: Vec<Vocabulary> = PLATFORMS.iter().map(|vendor| vendor.vocabulary).collect();
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(files.len() >= 60, "{} files", files.len());
    for file in files {
        let name = file.file_stem().unwrap().to_str().unwrap();
        let text = std::fs::read_to_string(&file).unwrap();
        let problems = load(&text, &words).expect_err(name);
        let source = Source { name: format!("{name}.yaml").into(), text: text.into() };
        insta::assert_snapshot!(format!("broken__{name}"), render(&source, &problems, Paint::Plain));
    }
}
