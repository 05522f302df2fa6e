//! A scenario as a tree that stands for itself: the values of one row and the included steps are in their places.

use super::compose::{INCLUDE, ONE_OF, PARALLEL, REPEAT};
use super::decode::Problems;
use super::examples::{self, Row};
use super::include::{Library, MOST_LEVELS, plain};
use super::node::{Key, Node, Value, parse};

/// A scenario that [`load_rows`](super::load_rows) has found nothing wrong with, once for each row of its examples, in their
/// order. Each tree has the name that the scenario has with that row.
#[must_use]
pub fn expand(text: &str, library: &dyn Library) -> Vec<Node> {
    let rows = parse(text).ok().and_then(|root| examples::rows(root, &mut Problems::new()).ok()).unwrap_or_default();
    let one = |(row, mut root): (Option<Row>, Node)| {
        let values = row.as_ref().map_or(&[][..], |row| &row.values);
        let inclusion = Inclusion { library, values };
        each_list(&mut root, &mut |steps| inclusion.put_in(steps, "", 0));
        if let Some(row) = &row {
            entitle(&mut root, &row.title);
        }
        root
    };
    rows.into_iter().map(one).collect()
}

/// Adds what a row is called to the name of a scenario.
fn entitle(root: &mut Node, title: &str) {
    let place = root.place;
    let Value::Map(members) = &mut root.value else { return };
    let title = format!("[{title}]");
    match members.iter_mut().find(|(key, _)| key.name == "name") {
        Some((_, Node { value: Value::Text(name), .. })) => *name = format!("{name} {title}"),
        Some((_, name)) => name.value = Value::Text(title),
        None => members.push((Key { name: "name".to_owned(), place }, Node { place, value: Value::Text(title) })),
    }
}

/// Visits every list of steps in a scenario, the scenario's own first, those within a step after that step's list.
pub fn each_list(root: &mut Node, visit: &mut dyn FnMut(&mut Vec<Node>)) {
    if let Some(Node { value: Value::List(steps), .. }) = member(root, "steps") {
        visit(steps);
        for step in steps {
            for inner in within(step) {
                each_list(inner, visit);
            }
        }
    }
}

/// The mappings in a step that have steps of their own.
fn within(step: &mut Node) -> Vec<&mut Node> {
    let Value::Map(members) = &mut step.value else { return Vec::new() };
    let parts = members.iter_mut().map(|(key, value)| match key.name.as_str() {
        REPEAT => vec![value],
        ONE_OF | PARALLEL => match &mut value.value {
            Value::List(branches) => branches.iter_mut().collect(),
            _ => Vec::new(),
        },
        _ => Vec::new(),
    });
    parts.flatten().collect()
}

/// The lists of steps that a step is made of, such as the branches of `parallel`; nothing for one that stands for itself.
#[must_use]
pub fn parts(step: &Node) -> Vec<Vec<Node>> {
    let mut step = step.clone();
    let lists = within(&mut step).into_iter().filter_map(|inner| match member(inner, "steps") {
        Some(Node { value: Value::List(steps), .. }) => Some(std::mem::take(steps)),
        _ => None,
    });
    lists.collect()
}

fn member<'n>(node: &'n mut Node, name: &str) -> Option<&'n mut Node> {
    let Value::Map(members) = &mut node.value else { return None };
    members.iter_mut().find(|(key, _)| key.name == name).map(|(_, value)| value)
}

/// What included steps are taken from, and what is filled into them.
struct Inclusion<'l> {
    library: &'l dyn Library,
    values: &'l [(Key, Node)],
}

impl Inclusion<'_> {
    /// Puts included steps in the place of the steps that include them. A file that cannot be read any more stays as it is.
    fn put_in(&self, steps: &mut Vec<Node>, folder: &str, level: usize) {
        let put = |step: Node| match self.read(&step, folder, level) {
            Some(included) => included,
            None => vec![step],
        };
        *steps = std::mem::take(steps).into_iter().flat_map(put).collect();
    }

    fn read(&self, step: &Node, folder: &str, level: usize) -> Option<Vec<Node>> {
        let Value::Text(written) = &step.get(INCLUDE)?.value else { return None };
        let path = plain(written).ok().filter(|_| level < MOST_LEVELS)?;
        let source = self.library.read(folder, &path).ok()?;
        let mut root = examples::filled(&parse(&source.text).ok()?, self.values);
        let whole = if folder.is_empty() { path } else { format!("{folder}/{path}") };
        let inner = whole.rsplit_once('/').map_or("", |(folder, _)| folder);
        each_list(&mut root, &mut |steps| self.put_in(steps, inner, level + 1));
        match member(&mut root, "steps") {
            Some(Node { value: Value::List(steps), .. }) => Some(std::mem::take(steps)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::include::Refusal;
    use super::super::write::document;
    use super::*;
    use crate::base::diag::Source;

    struct Files(&'static [(&'static str, &'static str, &'static str)]);

    impl Library for Files {
        fn read(&self, folder: &str, path: &str) -> Result<Source, Refusal> {
            let found = self.0.iter().find(|file| (file.0, file.1) == (folder, path));
            found.map(|file| Source { name: file.1.into(), text: file.2.into() }).ok_or(Refusal::Nowhere)
        }
    }

    fn check(yaml: &str, files: &'static [(&str, &str, &str)], expected: &[&str]) {
        let trees: Vec<String> = expand(yaml, &Files(files)).iter().map(document).collect();
        assert_eq!(trees, expected);
    }

    #[test]
    fn included_steps_stand_where_they_were_included() {
        let files =
            &[("", "a/b.yaml", "steps: [{wait: 1s}, {include: ./c.yaml}]"), ("a", "c.yaml", "steps: [{wait: 2s}]")];
        check(
            "steps: [{include: a/b.yaml}, {wait: 3s}]",
            files,
            &["steps:\n  - wait: 1s\n  - wait: 2s\n  - wait: 3s\n"],
        );
        let nested = "steps: [{repeat: {times: 2, steps: [{include: a/b.yaml}]}}]";
        check(nested, files, &["steps:\n  - repeat: {times: 2, steps: [{wait: 1s}, {wait: 2s}]}\n"]);
        let branch = "steps: [{parallel: [{steps: [{include: a/b.yaml}]}, {steps: []}]}]";
        check(branch, files, &["steps:\n  - parallel: [{steps: [{wait: 1s}, {wait: 2s}]}, {steps: []}]\n"]);
    }

    #[test]
    fn each_row_is_a_scenario_of_its_own() {
        let rows = "name: N\nexamples: [{pause: 1s}, {pause: 2s}]\nsteps: [{wait: \"${pause}\"}, {include: a.yaml}]\n";
        let files = &[("", "a.yaml", "steps: [{say: \"${pause}!\"}]")];
        check(
            rows,
            files,
            &[
                "name: \"N [pause=1s]\"\nsteps:\n  - wait: 1s\n  - say: \"1s!\"\n",
                "name: \"N [pause=2s]\"\nsteps:\n  - wait: 2s\n  - say: \"2s!\"\n",
            ],
        );
        check("examples: [{name: first}]\nsteps: []\n", &[], &["steps: []\nname: \"[first]\"\n"]);
    }

    #[test]
    fn files_that_include_themselves_end_somewhere() {
        let files = &[("", "a.yaml", "steps: [{wait: 1s}, {include: a.yaml}]")];
        let trees = expand("steps: [{include: a.yaml}]", &Files(files));
        assert_eq!(document(&trees[0]).matches("wait").count(), MOST_LEVELS);
    }
}
