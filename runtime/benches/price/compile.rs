//! How long `cargo check` takes for 200 handlers, annotated and not.

use std::{
    cell::Cell,
    env,
    fmt::Write as _,
    fs, io,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    callgrind::scratch,
    rounds::{Compared, compare},
    row::{Goal, Rows},
};

/// A service of ten handlers, as its author writes it.
const SHOP: &str = include_str!("handlers/shop.rs");
const SHOPS: usize = 20;

/// The same handlers.
#[derive(Clone, Copy)]
enum Handlers {
    /// As they are.
    Annotated,
    /// Without the annotations, on the same clients.
    NotAnnotated,
    /// Without the annotations, on clients as tonic makes them.
    Plain,
}

pub(crate) fn rows(rows: &mut Rows, rounds: usize) {
    const ROW: &str = "check/not_annotated";
    // A check takes seconds.
    let quick = rounds < crate::ROUNDS;
    let rounds = rounds / 2 + 1;
    let compared = compare_to(Handlers::NotAnnotated, rounds).and_then(|seen| {
        let mut made_of = seen.described();
        if !quick {
            let plain = compare_to(Handlers::Plain, 1)?.ratio;
            let _ = write!(
                made_of,
                "; {plain:.3} of the same on clients as tonic makes them"
            );
        }
        Ok((seen.ratio, made_of))
    });
    match compared {
        Ok((ratio, made_of)) => rows.add(ROW, ratio, Goal::AtMost(1.1), made_of),
        Err(error) => rows.skip(ROW, &error.to_string()),
    }
}

/// The annotated ones against others.
fn compare_to(other: Handlers, rounds: usize) -> io::Result<Compared> {
    let annotated = Package::write(Handlers::Annotated)?;
    let other = Package::write(other)?;
    let failed = Cell::new(None);
    let check = |package: &Package| {
        if let Err(error) = package.check() {
            failed.set(Some(error));
        }
    };
    let compared = compare(rounds, 1, |_| check(&annotated), |_| check(&other));
    failed.into_inner().map_or(Ok(compared), Err)
}

struct Package {
    directory: PathBuf,
    modules: String,
    /// Its dependencies have been checked, in the round that warms up.
    warm: Cell<bool>,
}

impl Package {
    fn write(handlers: Handlers) -> io::Result<Self> {
        let name = match handlers {
            Handlers::Annotated => "annotated",
            Handlers::NotAnnotated => "not-annotated",
            Handlers::Plain => "plain",
        };
        let directory = scratch().join(name);
        let sources = directory.join("src");
        fs::create_dir_all(&sources)?;
        fs::write(directory.join("Cargo.toml"), manifest(name))?;
        // The versions that the workspace has been built with are there.
        fs::copy(root().join("Cargo.lock"), directory.join("Cargo.lock"))?;
        fs::write(sources.join("shop.rs"), tonic_scope_tests::SHOP)?;
        let mut modules = String::from("pub mod shop;\n");
        for shop in 0..SHOPS {
            writeln!(modules, "pub mod shop_{shop};").map_err(io::Error::other)?;
            fs::write(sources.join(format!("shop_{shop}.rs")), source(handlers))?;
        }
        Ok(Self {
            directory,
            modules,
            warm: Cell::new(false),
        })
    }

    /// Checks its dependencies, and from the second time on itself.
    fn check(&self) -> io::Result<()> {
        let modules = if self.warm.replace(true) {
            &*self.modules
        } else {
            ""
        };
        // Written anew, so that cargo looks at it again.
        fs::write(self.directory.join("src/lib.rs"), modules)?;
        let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let output = Command::new(cargo)
            .args(["check", "--quiet", "--offline"])
            .arg("--target-dir")
            .arg(scratch().join("target"))
            .current_dir(&self.directory)
            // What a first check costs, not one after a small change.
            .env("CARGO_INCREMENTAL", "0")
            .output()?;
        if output.status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        Err(io::Error::other(said.into_owned()))
    }
}

fn source(handlers: Handlers) -> String {
    let mut source = SHOP.to_owned();
    if !matches!(handlers, Handlers::Annotated) {
        let kept = SHOP
            .lines()
            .filter(|line| !line.trim_start().starts_with("#[scoped"));
        source = kept.collect::<Vec<_>>().join("\n");
        source = source.replace(
            "use tonic_scope::{Scoped, scoped};",
            "use tonic_scope::Scoped;",
        );
    }
    if matches!(handlers, Handlers::Plain) {
        source = source.replace("use tonic_scope::Scoped;", "");
        source = source.replace("Scoped<Channel>", "Channel");
    }
    source
}

fn manifest(name: &str) -> String {
    let root = root();
    let root = root.display();
    format!(
        r#"[package]
name = "handlers-{name}"
version = "0.0.0"
edition = "2024"

[dependencies]
prost = "0.14"
tokio = {{ version = "1", features = ["full"] }}
tokio-stream = "0.1"
tonic = {{ version = "0.14", features = ["transport"] }}
tonic-prost = "0.14"
tonic-scope = {{ path = "{root}/runtime" }}

[workspace]
"#
    )
}

fn root() -> PathBuf {
    let runtime = Path::new(env!("CARGO_MANIFEST_DIR"));
    runtime.parent().unwrap_or(runtime).to_owned()
}
