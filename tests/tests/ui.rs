//! What `#[scoped]` accepts, and what it says about what it refuses.
//!
//! A folder of `ui` is a rule, a file one case.

#[test]
fn ui() {
    let cases = trybuild::TestCases::new();
    cases.pass("ui/*/pass/*.rs");
    cases.compile_fail("ui/*/fail/*.rs");
}
