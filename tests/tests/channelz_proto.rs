//! The channelz messages are generated and committed, so that nobody who builds
//! the crate needs a compiler of protos.

use std::{fs, path::Path};

const HEAD: &str = "\
// Generated from channelz.proto by `tests/tests/channelz_proto.rs`: not to be edited.
//
// Source: https://github.com/grpc/grpc-proto, grpc/channelz/v1/channelz.proto, at
// commit 99135b19189588fcc787acb84cff27991787473d.
// Copyright 2018 The gRPC Authors, licensed under the Apache License, Version 2.0
// (http://www.apache.org/licenses/LICENSE-2.0).
";

/// `REGENERATE=1` writes what this generates.
#[test]
fn what_is_committed_is_what_the_proto_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../runtime/src/console/channelz");
    let committed = folder.join("proto.rs");
    let generated = format!("{HEAD}{}", generate(&folder));
    if std::env::var_os("REGENERATE").is_some() {
        fs::write(&committed, &generated).unwrap();
    }
    let committed = fs::read_to_string(committed).unwrap();
    assert!(
        committed == generated,
        "proto.rs is not what channelz.proto says: run this test with REGENERATE=1"
    );
}

fn generate(folder: &Path) -> String {
    let out = tempfile::tempdir().unwrap();
    let files = protox::compile(["channelz.proto"], [folder]).unwrap();
    tonic_prost_build::configure()
        .build_client(false)
        .out_dir(out.path())
        .compile_fds(files)
        .unwrap();
    fs::read_to_string(out.path().join("grpc.channelz.v1.rs")).unwrap()
}
