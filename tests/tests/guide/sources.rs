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
