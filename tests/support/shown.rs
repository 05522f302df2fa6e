//! Snapshots of what users are shown, all in one folder and under names that do not depend on where a test stands.

/// Compares what is shown with the snapshot of this name.
pub(crate) fn assert_shown(name: &str, shown: &str) {
    let settings = {
        let mut settings = insta::Settings::clone_current();
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.set_snapshot_path("../snapshots");
        settings
    };
    settings.bind(|| insta::assert_snapshot!(name, shown));
}
