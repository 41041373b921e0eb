//! What `#[scoped]` accepts, and what it says about what it refuses.
//!
//! A folder of `ui` is a rule, a file one case.

use std::path::Path;

#[test]
fn ui() {
    let cases = trybuild::TestCases::new();
    cases.pass("ui/*/pass/*.rs");
    cases.compile_fail("ui/*/fail/*.rs");
}

#[test]
fn a_rule_has_cases_of_both_kinds_and_clippy_reads_what_it_accepts() {
    let read = include_str!("ui.rs");
    let ui = Path::new(env!("CARGO_MANIFEST_DIR")).join("ui");
    let entries = |path: &Path| {
        std::fs::read_dir(path)
            .unwrap()
            .map(|it| it.unwrap().path())
    };
    for rule in entries(&ui) {
        for kind in ["pass", "fail"] {
            let cases: Vec<_> = entries(&rule.join(kind)).collect();
            assert!(!cases.is_empty(), "{}/{kind}", rule.display());
            for case in cases.iter().filter(|_| kind == "pass") {
                let path = case.strip_prefix(&ui).unwrap().to_str().unwrap();
                // It names paths from the root of its crate on.
                let is_exempt = path == "grammar/pass/crate_elsewhere.rs";
                assert!(
                    is_exempt || read.contains(&format!("../ui/{path}\"")),
                    "{path}"
                );
            }
        }
    }
}

// The accepted cases once more, so that clippy reads what becomes of them.
macro_rules! cases {
    ($($name:ident: $path:literal;)*) => {
        $(
            #[path = $path]
            mod $name;
        )*
    };
}

cases! {
    allow_union: "../ui/allow/pass/union.rs";
    blocking_awaits: "../ui/blocking/pass/awaits.rs";
    call_idle: "../ui/call/pass/idle.rs";
    call_local: "../ui/call/pass/local.rs";
    call_positions: "../ui/call/pass/positions.rs";
    call_reserve: "../ui/call/pass/reserve.rs";
    call_timeout: "../ui/call/pass/timeout.rs";
    call_unscoped: "../ui/call/pass/unscoped.rs";
    client_escapes_stays: "../ui/client_escapes/pass/stays.rs";
    client_in_loop_once: "../ui/client_in_loop/pass/once.rs";
    fallible_errors: "../ui/fallible/pass/errors.rs";
    fire_and_forget_kept: "../ui/fire_and_forget/pass/kept.rs";
    forms_associated_streams: "../ui/forms/pass/associated_streams.rs";
    forms_beside_instrument: "../ui/forms/pass/beside_instrument.rs";
    forms_bodies: "../ui/forms/pass/bodies.rs";
    forms_entry_points: "../ui/forms/pass/entry_points.rs";
    forms_fragments_of_macros: "../ui/forms/pass/fragments_of_macros.rs";
    forms_free_functions: "../ui/forms/pass/free_functions.rs";
    forms_from_a_macro: "../ui/forms/pass/from_a_macro.rs";
    forms_impl_above_async_trait: "../ui/forms/pass/impl_above_async_trait.rs";
    forms_impl_below_async_trait: "../ui/forms/pass/impl_below_async_trait.rs";
    forms_methods_in_async_trait: "../ui/forms/pass/methods_in_async_trait.rs";
    forms_receivers: "../ui/forms/pass/receivers.rs";
    forms_used_arguments: "../ui/forms/pass/used_arguments.rs";
    grammar_call_timeout: "../ui/grammar/pass/call_timeout.rs";
    grammar_grace: "../ui/grammar/pass/grace.rs";
    grammar_idle: "../ui/grammar/pass/idle.rs";
    grammar_inherit: "../ui/grammar/pass/inherit.rs";
    grammar_name: "../ui/grammar/pass/name.rs";
    grammar_reserve: "../ui/grammar/pass/reserve.rs";
    grammar_stream: "../ui/grammar/pass/stream.rs";
    grammar_timeout: "../ui/grammar/pass/timeout.rs";
    ignore_types: "../ui/ignore/pass/types.rs";
    leaked_dropped: "../ui/leaked/pass/dropped.rs";
    opaque_macro_known: "../ui/opaque_macro/pass/known.rs";
    override_within: "../ui/override/pass/within.rs";
    pool_borrowed: "../ui/pool/pass/borrowed.rs";
    rewrites_channels: "../ui/rewrites/pass/channels.rs";
    rewrites_clients: "../ui/rewrites/pass/clients.rs";
    rewrites_connectors: "../ui/rewrites/pass/connectors.rs";
    rewrites_functions_as_values: "../ui/rewrites/pass/functions_as_values.rs";
    rewrites_imports: "../ui/rewrites/pass/imports.rs";
    rewrites_imports_in_the_body: "../ui/rewrites/pass/imports_in_the_body.rs";
    rewrites_macros: "../ui/rewrites/pass/macros.rs";
    rewrites_places: "../ui/rewrites/pass/places.rs";
    rewrites_spawns: "../ui/rewrites/pass/spawns.rs";
    test_arguments: "../ui/test/pass/arguments.rs";
    test_leaks: "../ui/test/pass/leaks.rs";
    unbound_stream_bound_streams: "../ui/unbound_stream/pass/bound_streams.rs";
    unbounded_stream_limits: "../ui/unbounded_stream/pass/limits.rs";
    unbounded_stream_message_named_stream: "../ui/unbounded_stream/pass/message_named_stream.rs";
    unjoinable_spawns: "../ui/unjoinable/pass/spawns.rs";
}
