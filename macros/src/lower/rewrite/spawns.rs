//! `tokio::spawn` and `spawn_local`, called or named.

use syn::ExprPath;

use crate::lower::syntax::replace_path;
use crate::paths;

// Input:
//     tokio::spawn(future)
//     task::spawn_local(future)
//
// Output:
//     spawn(future)
//     spawn_local(future)
//
// A bare `spawn` may be anyone's and stays.
pub(super) fn bind(path: &mut ExprPath) -> bool {
    if path.qself.is_some() {
        return false;
    }
    let names: Vec<String> = path
        .path
        .segments
        .iter()
        .map(|segment| segment.ident.to_string())
        .collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    match names.as_slice() {
        ["tokio" | "task", "spawn"] | ["tokio", "task", "spawn"] => {
            replace_path(path, paths::spawn)
        }
        ["task", "spawn_local"] | ["tokio", "task", "spawn_local"] => {
            replace_path(path, paths::spawn_local)
        }
        _ => false,
    }
}
