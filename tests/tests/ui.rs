//! What `#[scoped]` accepts, and what it says about what it refuses.
//!
//! A folder of `ui` is a rule, a file one case.

#[test]
fn ui() {
    let cases = trybuild::TestCases::new();
    cases.pass("ui/*/pass/*.rs");
    cases.compile_fail("ui/*/fail/*.rs");
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
    associated_streams: "../ui/forms/pass/associated_streams.rs";
    beside_instrument: "../ui/forms/pass/beside_instrument.rs";
    bodies: "../ui/forms/pass/bodies.rs";
    free_functions: "../ui/forms/pass/free_functions.rs";
    from_a_macro: "../ui/forms/pass/from_a_macro.rs";
    impl_above_async_trait: "../ui/forms/pass/impl_above_async_trait.rs";
    impl_below_async_trait: "../ui/forms/pass/impl_below_async_trait.rs";
    limits: "../ui/forms/pass/limits.rs";
    methods_in_async_trait: "../ui/forms/pass/methods_in_async_trait.rs";
    receivers: "../ui/forms/pass/receivers.rs";
    call_positions: "../ui/call/pass/positions.rs";
    channels: "../ui/rewrites/pass/channels.rs";
    clients: "../ui/rewrites/pass/clients.rs";
    imports: "../ui/rewrites/pass/imports.rs";
    macros: "../ui/rewrites/pass/macros.rs";
    places: "../ui/rewrites/pass/places.rs";
    spawns: "../ui/rewrites/pass/spawns.rs";
    errors: "../ui/fallible/pass/errors.rs";
    bound_streams: "../ui/unbound_stream/pass/bound_streams.rs";
    union: "../ui/allow/pass/union.rs";
    awaits: "../ui/blocking/pass/awaits.rs";
    stays: "../ui/client_escapes/pass/stays.rs";
    once: "../ui/client_in_loop/pass/once.rs";
    kept: "../ui/fire_and_forget/pass/kept.rs";
    dropped: "../ui/leaked/pass/dropped.rs";
    known: "../ui/opaque_macro/pass/known.rs";
    spawned_by_others: "../ui/unjoinable/pass/spawns.rs";
    message_named_stream: "../ui/unbounded_stream/pass/message_named_stream.rs";
}
