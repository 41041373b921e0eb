//! The command line.

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, ValueEnum};

/// N services check and watch each other's config, in plain tonic, with `#[scoped]`, and with a pool.
#[derive(Debug, Parser)]
#[command(name = "discovery")]
pub(crate) struct Args {
    /// The services and their faults; discovery/services.toml describes the format
    #[arg(long, value_name = "FILE")]
    pub(crate) services: Option<PathBuf>,

    /// How the services are written
    #[arg(long, value_enum, default_value_t = Modes::All)]
    pub(crate) mode: Modes,

    /// How often each service checks and watches every other one
    #[arg(long, value_name = "N", default_value = "300", value_parser = at_least_one)]
    pub(crate) cycles: u64,

    /// Decides which faults strike when
    #[arg(long, value_name = "N", default_value_t = 7)]
    pub(crate) seed: u64,

    /// Print one JSON object on stdout, and the table on stderr
    #[arg(long)]
    pub(crate) json: bool,

    /// Draw tasks and sockets over time
    #[arg(long, value_name = "FILE.svg")]
    pub(crate) chart: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Modes {
    /// Plain tonic
    Leaky,
    /// The same, annotated
    Scoped,
    /// Annotated, with a pool
    Pooled,
    /// Plain and annotated, one after the other
    Both,
    /// All three
    All,
}

impl Args {
    /// The arguments, or the exit code where there is nothing to run: 0 after `--help`, else 2.
    pub(crate) fn read() -> Result<Self, ExitCode> {
        Self::try_parse().map_err(|error| {
            if error.use_stderr() {
                eprintln!("{}", one_line(&error.to_string()));
                ExitCode::from(2)
            } else {
                print!("{error}");
                ExitCode::SUCCESS
            }
        })
    }
}

impl Modes {
    pub(crate) fn leaky(self) -> bool {
        matches!(self, Self::Leaky | Self::Both | Self::All)
    }

    pub(crate) fn scoped(self) -> bool {
        matches!(self, Self::Scoped | Self::Both | Self::All)
    }

    pub(crate) fn pooled(self) -> bool {
        matches!(self, Self::Pooled | Self::All)
    }
}

fn at_least_one(text: &str) -> Result<u64, String> {
    match text.parse() {
        Ok(0) => Err("it must be at least 1".into()),
        Ok(number) => Ok(number),
        Err(_) => Err("it must be a whole number of at least 1".into()),
    }
}

/// clap's first paragraph, which says what is wrong; its usage and hints follow a blank line.
fn one_line(error: &str) -> String {
    let said = error.split("\n\n").next().unwrap_or_default();
    said.split_whitespace().collect::<Vec<_>>().join(" ")
}
