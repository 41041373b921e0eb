//! Compiles the protos without protoc.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo:rerun-if-changed=proto");
    let files = ["shapes", "quick_start", "shop"].map(|name| format!("proto/{name}.proto"));
    let files = protox::compile(files, ["proto"])?;
    tonic_prost_build::configure().compile_fds(files)?;

    // As a client of the console sees it.
    let channelz = "../runtime/src/console/channelz";
    println!("cargo:rerun-if-changed={channelz}/channelz.proto");
    let files = protox::compile(["channelz.proto"], [channelz])?;
    tonic_prost_build::configure()
        .build_server(false)
        .compile_fds(files)?;
    Ok(())
}
