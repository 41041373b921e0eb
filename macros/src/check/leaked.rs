//! `leaked`: what is forgotten is never dropped, so no scope can end it.

use syn::ExprPath;

use super::misuse::Misuse;
use super::names;
use crate::args::Rule;

pub(super) fn path(path: &ExprPath, misuse: &mut Misuse<'_>) {
    let [what, remedy] = if names::ends_with(&path.path, &["mem", "forget"]) {
        [
            "`mem::forget` keeps a value from being dropped",
            "let it drop, or move it to whoever is to keep it",
        ]
    } else if names::ends_with(&path.path, &["Box", "leak"]) {
        [
            "`Box::leak` never gives its memory back",
            "share it as an `Arc`, or make it once, outside of this function, in a `LazyLock`",
        ]
    } else if names::ends_with(&path.path, &["ManuallyDrop", "new"]) {
        [
            "`ManuallyDrop` keeps a value from being dropped",
            "keep it in an `Option` and `take` it where it is to end",
        ]
    } else {
        return;
    };
    misuse.refuse(
        Rule::Leaked,
        &path.path,
        &format!(
            "{what}: a scope ends what it can reach by dropping it, and each call would leave \
             something behind\nhelp: {remedy}"
        ),
    );
}
