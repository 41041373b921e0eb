use std::{fs, path::Path};

/// All that the crate can say: its sources, strings in one piece, and what the compiler was seen to
/// say in the cases of `ui`.
pub(crate) fn said() -> String {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut said = String::new();
    for folder in ["runtime/src", "macros/src", "tests/ui"] {
        collect(&workspace.join(folder), &mut said);
    }
    said
}

/// The messages of the runtime's `tracing` events.
pub(crate) fn events() -> Vec<String> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut said = String::new();
    collect(&workspace.join("runtime/src"), &mut said);
    let begins = ["tracing::", "tell"];
    let calls = begins.iter().flat_map(|begin| said.split(begin).skip(1));
    calls.filter_map(message).collect()
}

/// The last string among a macro's arguments, if that is a sentence.
fn message(call: &str) -> Option<String> {
    let (name, arguments) = call.split_once("!(")?;
    if !name.chars().all(|it| it.is_alphabetic() || it == '_') {
        return None;
    }
    let (mut depth, mut is_string, mut last) = (1, false, None);
    for part in arguments.split_inclusive(['(', ')', '"']) {
        match part.chars().last()? {
            '"' => {
                last = is_string.then(|| part.trim_end_matches('"')).or(last);
                is_string = !is_string;
            }
            '(' if !is_string => depth += 1,
            ')' if !is_string => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    last.filter(|last| last.contains(' ')).map(str::to_owned)
}

fn collect(folder: &Path, said: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, said);
        } else if path
            .extension()
            .is_some_and(|it| it == "rs" || it == "stderr")
        {
            said.push_str(&in_one_piece(&fs::read_to_string(path).unwrap()));
        }
    }
}

/// A string that goes on in the next line does so without the line's end and its indent.
fn in_one_piece(source: &str) -> String {
    let mut pieces = source.split("\\\n");
    let mut text = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        text.push_str(piece.trim_start());
    }
    text
}
