//! Every test that `tests/conformance.md` names is there.
#![cfg(not(target_arch = "wasm32"))]

use std::path::Path;

#[test]
fn every_row_names_tests_that_exist() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let rows = include_str!("conformance.md").lines().filter(|line| line.starts_with("| ") && line.contains('`'));
    let mut named = 0;
    for row in rows {
        let (what, shown) = row.trim_end_matches('|').rsplit_once(" | ").expect("two columns");
        for test in shown.split('·') {
            let [_, file, _, name, _] = test.split('`').collect::<Vec<_>>()[..] else {
                panic!("{what}: `{test}` is not a file and a name");
            };
            let text = std::fs::read_to_string(folder.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
            assert!(text.contains(name), "{what}: {file} has no `{name}`");
            named += 1;
        }
    }
    assert!(named > 40, "{named}");
}
