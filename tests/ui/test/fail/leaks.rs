#[tonic_scope::test(leaks)]
async fn alone() {}

#[tonic_scope::test(leaks = "audit")]
async fn by_name() {}

#[tonic_scope::test(leaks(audit))]
async fn as_a_list() {}

#[tonic_scope::test(leaks = false, leaks = true)]
async fn both() {}

fn main() {}
