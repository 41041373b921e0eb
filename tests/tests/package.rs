//! What is published: its contents, and what they say of the crate and of where else
//! to look.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

const PUBLISHED: [&str; 2] = ["tonic-scope-macros", "tonic-scope"];

/// Where the repository says that it is.
const REPOSITORY: &str = "https://github.com/tonic-scope/tonic-scope/blob/HEAD/";

#[test]
fn a_package_has_its_licence_its_changes_and_its_readme() {
    for name in PUBLISHED {
        let contents = contents(name);
        for file in ["LICENSE", "CHANGELOG.md", "README.md", "src/lib.rs"] {
            assert!(
                contents.iter().any(|it| it == file),
                "{file} is not in {name}"
            );
        }
    }
}

#[test]
fn a_package_has_what_is_needed_to_build_it_and_no_more() {
    for name in PUBLISHED {
        let folder = folder(name);
        for file in contents(name) {
            // Of those that cargo makes, only the lock file is large.
            let size = fs::metadata(folder.join(&file)).map_or(0, |it| it.len());
            assert!(size < 64 * 1024, "{file} has {size} bytes");
            let top = file.split('/').next().unwrap();
            let is_known = ["src", "docs"].contains(&top) || !file.contains('/');
            assert!(is_known, "{file} is in {name}");
        }
    }
}

#[test]
fn the_macros_are_those_of_exactly_this_version() {
    let metadata = metadata();
    let runtime = package(&metadata, "tonic-scope");
    let dependencies = runtime["dependencies"].as_array().unwrap();
    let macros = dependencies
        .iter()
        .find(|it| it["name"] == "tonic-scope-macros");
    let version = package(&metadata, "tonic-scope-macros")["version"].clone();
    assert_eq!(runtime["version"], version);
    let exact = format!("={}", version.as_str().unwrap());
    assert_eq!(macros.unwrap()["req"], exact);
}

#[test]
fn the_table_of_features_has_each_of_them() {
    let metadata = metadata();
    let features: BTreeMap<String, Vec<String>> =
        serde_json::from_value(package(&metadata, "tonic-scope")["features"].clone()).unwrap();
    let table = include_str!("../../runtime/docs/features.md");
    let rows = table.lines().skip(2);
    let mut told: Vec<_> = rows.map(|row| row.split('`').nth(1).unwrap()).collect();
    told.sort_unstable();
    assert_eq!(told, features.keys().collect::<Vec<_>>());
    // "none is on unless asked for"
    assert!(!features.contains_key("default"));
    assert!(include_str!("../../README.md").contains(table));
}

#[test]
fn what_pages_link_to_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut there: Vec<(PathBuf, String)> = Vec::new();
    for page in pages(&root) {
        let links = links(&fs::read_to_string(&page).unwrap()).into_iter();
        let here = links.filter(|it| !it.contains("://"));
        there.extend(here.map(|link| (page.clone(), link)));
    }
    for published in ["runtime", "macros"] {
        let readme = fs::read_to_string(root.join(published).join("README.md")).unwrap();
        for link in links(&readme) {
            // A registry looks for what is relative in the folder of the package.
            assert!(link.starts_with("https://"), "{link} in {published}");
            let link = link.strip_prefix(REPOSITORY).map(str::to_owned);
            there.extend(link.map(|link| (root.join("README.md"), link)));
        }
    }
    assert!(there.len() > 20, "{there:?}");
    for (page, link) in &there {
        let (file, section) = link.split_once('#').unwrap_or((link, ""));
        let file = match file {
            "" => page.clone(),
            file => page.parent().unwrap().join(file),
        };
        assert!(file.is_file(), "{link} in {}", page.display());
        if !section.is_empty() {
            let text = fs::read_to_string(file).unwrap();
            let sections: Vec<_> = text.lines().filter_map(anchor).collect();
            let is_there = sections.iter().any(|it| it == section);
            assert!(is_there, "{link} in {}", page.display());
        }
    }
}

/// Those that are read where they lie.
fn pages(root: &Path) -> impl Iterator<Item = PathBuf> {
    let folders = ["", "docs", "examples"].map(|folder| root.join(folder));
    let files = folders.into_iter().flat_map(|it| fs::read_dir(it).unwrap());
    let files = files.map(|file| file.unwrap().path());
    files.filter(|file| file.extension().is_some_and(|it| it == "md"))
}

/// What a heading is linked to by.
fn anchor(line: &str) -> Option<String> {
    let heading = line.strip_prefix('#')?.trim_start_matches('#').trim();
    let kept = |it: &char| it.is_alphanumeric() || *it == ' ' || *it == '-';
    let text: String = heading.to_lowercase().chars().filter(kept).collect();
    Some(text.replace(' ', "-"))
}

/// The targets of inline links and pictures.
fn links(markdown: &str) -> Vec<String> {
    let targets = markdown.split("](").skip(1);
    let targets = targets.filter_map(|rest| rest.split_once(')'));
    targets.map(|(target, _)| target.to_owned()).collect()
}

fn contents(package: &str) -> Vec<String> {
    let args = ["package", "--list", "--allow-dirty", "--offline", "-p"];
    let listed = cargo(&[&args[..], &[package]].concat());
    listed.lines().map(str::to_owned).collect()
}

fn folder(package: &str) -> PathBuf {
    let metadata = metadata();
    let manifest = self::package(&metadata, package)["manifest_path"].clone();
    let manifest = Path::new(manifest.as_str().unwrap());
    manifest.parent().unwrap().to_owned()
}

fn metadata() -> Value {
    let metadata = cargo(&["metadata", "--no-deps", "--format-version", "1"]);
    serde_json::from_str(&metadata).unwrap()
}

fn package<'a>(metadata: &'a Value, name: &str) -> &'a Value {
    let packages = metadata["packages"].as_array().unwrap();
    packages.iter().find(|it| it["name"] == name).unwrap()
}

fn cargo(args: &[&str]) -> String {
    let output = Command::new(env!("CARGO")).args(args).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    String::from_utf8(output.stdout).unwrap()
}
