//! The public surface of the crate, line by line, and the types of other crates in it.
//!
//! `.ci/public-api` documents the crate as JSON, which is what this reads.

use std::{
    collections::BTreeSet,
    env, fs,
    path::{Path, PathBuf},
};

use public_api::Builder;

#[path = "public_api/documented.rs"]
mod documented;

use documented::Documented;

/// Auto traits that no promise is made of, where each `Send`, `Sync` and `Unpin` is one;
/// and how others are implemented.
const NOT_PROMISED: [&str; 5] = [
    "marker::Freeze",
    "marker::StructuralPartialEq",
    "marker::UnsafeUnpin",
    "panic::unwind_safe::",
    "pin_project::__private",
];

/// Methods of traits of the language and of serde: the line of the impl says it.
const IMPLIED: [&str; 8] = [
    "::clone(",
    "::cmp(",
    "::drop(",
    "::eq(",
    "::fmt(",
    "::hash<",
    "::partial_cmp(",
    "::serialize<",
];

/// Not to be accounted for: the language's, and ours.
const OWN: [&str; 4] = ["alloc", "core", "std", "tonic_scope"];

/// `ACCEPT=1` writes what this finds.
#[test]
fn the_surface_is_the_one_that_is_committed() {
    let committed = docs().join("public-api.txt");
    let found = surface();
    if env::var_os("ACCEPT").is_some() {
        fs::write(&committed, found.join("\n") + "\n").unwrap();
    }
    let committed = fs::read_to_string(committed).unwrap();
    let committed: BTreeSet<_> = committed.lines().collect();
    let found: BTreeSet<_> = found.iter().map(String::as_str).collect();
    let (new, gone) = (&found - &committed, &committed - &found);
    assert!(
        new.is_empty() && gone.is_empty(),
        "the public surface has changed: if that is meant, say so in CHANGELOG.md and run \
         `ACCEPT=1 .ci/public-api`\nnew: {new:#?}\ngone: {gone:#?}"
    );
}

#[test]
fn types_of_other_crates_in_it_are_accounted_for() {
    let surface = surface();
    let found: BTreeSet<_> = surface.iter().flat_map(|line| foreign(line)).collect();
    let table = fs::read_to_string(docs().join("public-api.md")).unwrap();
    let (_, table) = table.split_once("\n## Types of other crates\n").unwrap();
    let (table, _) = table.split_once("\n## ").unwrap();
    let rows = table.lines().filter(|line| line.starts_with("| `"));
    let told: BTreeSet<_> = rows
        .flat_map(|row| code(row.split('|').nth(1).unwrap()))
        .collect();
    assert_eq!(told, found);
}

/// By its name, in its own documentation or in that of anything else: a builder's methods
/// are shown together.
#[test]
fn each_function_is_called_in_an_example() {
    let documented = Documented::read(&json());
    let code = documented.examples();
    let functions = documented.functions(&surface());
    assert!(functions.len() > 100, "{}", functions.len());
    let not_called = functions.iter().filter(|it| !is_called(it.name, &code));
    let not_called: Vec<_> = not_called.map(|it| it.name).collect();
    assert!(not_called.is_empty(), "no example calls {not_called:?}");
}

#[test]
fn each_function_tells_what_a_drop_does_and_what_fails() {
    let documented = Documented::read(&json());
    let functions = documented.functions(&surface());
    for (title, has_to) in [
        (
            "# Cancel safety",
            functions
                .iter()
                .filter(|it| it.is_future)
                .collect::<Vec<_>>(),
        ),
        (
            "# Errors",
            functions.iter().filter(|it| it.is_fallible).collect(),
        ),
    ] {
        assert!(has_to.len() > 10, "{title}: {}", has_to.len());
        let without = has_to.iter().filter(|it| !it.docs.contains(title));
        let without: Vec<_> = without.map(|it| it.name).collect();
        assert!(
            without.is_empty(),
            "no `{title}` in the docs of {without:?}"
        );
    }
}

fn is_called(name: &str, code: &str) -> bool {
    code.match_indices(name).any(|(at, _)| {
        let before = code[..at].trim_end_matches(' ');
        let is_whole = !code[..at].ends_with(|it: char| it.is_alphanumeric() || it == '_');
        let is_made = before.ends_with("fn");
        is_whole && !is_made && code[at + name.len()..].starts_with('(')
    })
}

/// In the order of the crate's modules.
fn surface() -> Vec<String> {
    let api = Builder::from_rustdoc_json(json())
        .omit_blanket_impls(true)
        .build()
        .unwrap();
    let lines = api.items().map(ToString::to_string);
    let left_out = |line: &str| {
        let has = |part: &&str| line.contains(*part);
        NOT_PROMISED.iter().any(has) || line.starts_with("pub fn ") && IMPLIED.iter().any(has)
    };
    lines.filter(|line| !left_out(line)).collect()
}

/// The types in a line that are from another crate, by their paths.
fn foreign(line: &str) -> impl Iterator<Item = &str> {
    let is_path = |it: char| it.is_alphanumeric() || it == '_' || it == ':';
    let paths = line
        .split(move |it| !is_path(it))
        .filter(|it| it.contains("::"));
    let foreign = paths.filter(|path| {
        let head = path.split("::").next().unwrap();
        head.starts_with(char::is_lowercase) && !OWN.contains(&head)
    });
    foreign.map(|path| {
        // Of `a::Type::method` the type.
        let names = path.match_indices("::").map(|(at, _)| at + 2);
        let mut types = names.filter(|&at| path[at..].starts_with(char::is_uppercase));
        let name = types.next().unwrap_or(0);
        let end = path[name..].find("::").map_or(path.len(), |it| name + it);
        &path[..end]
    })
}

fn code(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

fn json() -> PathBuf {
    let json = env::var_os("PUBLIC_API").expect("run `.ci/public-api`");
    json.into()
}

fn docs() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs"))
}
