//! The dashboard beside the example `metrics` asks for what there is.

use std::collections::BTreeSet;

use serde_json::Value;
use tonic_scope::monitor::metrics::{METRICS, MetricKind};

/// Every text under a key, wherever it is.
fn texts<'a>(of: &'a Value, key: &str, found: &mut Vec<&'a str>) {
    match of {
        Value::Object(fields) => {
            found.extend(fields.get(key).and_then(Value::as_str));
            fields.values().for_each(|value| texts(value, key, found));
        }
        Value::Array(values) => values.iter().for_each(|value| texts(value, key, found)),
        _ => {}
    }
}

/// The words of expressions that are names of metrics.
fn names(expressions: &[&str]) -> BTreeSet<String> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    expressions
        .iter()
        // A name is what labels or a comma follow; a label stands within the braces.
        .flat_map(|expression| expression.split(['{', ',']))
        .filter_map(|before| before.rsplit(|c| !is_name(c)).next())
        .filter(|word| word.starts_with("tonic_scope_") || word.starts_with("rpc_client_"))
        .map(str::to_owned)
        .collect()
}

#[test]
fn the_dashboard_shows_all_metrics_and_no_others() {
    let dashboard: Value = serde_json::from_str(include_str!("../metrics/dashboard.json")).unwrap();
    let mut expressions = Vec::new();
    texts(&dashboard, "expr", &mut expressions);
    texts(&dashboard, "query", &mut expressions);
    let known: BTreeSet<_> = METRICS
        .iter()
        .map(|metric| {
            let name = metric.name.replace('.', "_");
            match metric.kind {
                MetricKind::Histogram => name + "_bucket",
                _ => name,
            }
        })
        .collect();
    assert_eq!(names(&expressions), known);
}
