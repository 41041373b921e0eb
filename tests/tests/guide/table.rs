use std::fmt::Display;

/// What the tables of the chapter explain: for each row what `it says`, with `..` for what differs.
pub(crate) struct Explained(Vec<Vec<String>>);

impl Explained {
    pub(crate) fn read() -> Self {
        let chapter = include_str!("../../../runtime/docs/guide/troubleshooting.md");
        let mut rows = Vec::new();
        let mut is_table = false;
        for line in chapter.lines() {
            if line.starts_with("| it says |") {
                is_table = true;
            } else if !line.starts_with('|') {
                is_table = false;
            } else if is_table && !line.starts_with("|---") {
                let first = line[1..].split(" | ").next().unwrap();
                rows.push(code_spans(first));
            }
        }
        Self(rows)
    }

    pub(crate) fn rows(&self) -> &[Vec<String>] {
        &self.0
    }

    /// The message has these in it, and a row is about it, and about these.
    #[track_caller]
    pub(crate) fn all_of(&self, message: &impl Display, says: &[&str]) {
        let message = message.to_string();
        for part in says {
            assert!(message.contains(part), "{part:?} is not in {message:?}");
        }
        let explained = self.0.iter().flatten().any(|row| {
            let is_about = says.iter().any(|part| row.contains(part));
            is_about && matches(&message, row)
        });
        assert!(explained, "the guide does not explain {message:?}");
    }
}

/// The longest literal part of what a row says.
pub(crate) fn longest(says: &str) -> &str {
    let parts = says.split("..").flat_map(|part| part.split("set by "));
    let trimmed = parts.map(|part| part.trim_matches([' ', ',', ':', '(', ')']));
    trimmed.max_by_key(|part| part.len()).unwrap()
}

fn matches(message: &str, says: &str) -> bool {
    let mut rest = message;
    says.split("..")
        .all(|part| match rest.split_once(part.trim()) {
            Some((_, after)) => {
                rest = after;
                true
            }
            None => false,
        })
}

/// What stands between as many backticks as it began with.
fn code_spans(text: &str) -> Vec<String> {
    let mut spans = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find('`') {
        let ticks = rest[start..].bytes().take_while(|&it| it == b'`').count();
        let (fence, after) = rest[start..].split_at(ticks);
        let Some((span, after)) = after.split_once(fence) else {
            break;
        };
        spans.push(span.trim().to_owned());
        rest = after;
    }
    spans
}
