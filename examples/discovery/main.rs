//! The founding case of tonic-scope in one process: N services, each a gRPC server and a client of
//! the others, that check and watch each other's config on every tick.
//!
//! ```text
//! cargo run --release --example discovery -- --cycles 300
//! ```
//!
//! Look at the tasks and the sockets, before and after. In plain tonic (`leaky.rs`) they grow with
//! the cycles; with attributes (`scoped.rs`) they end where they started; with a pool as well
//! (`pooled.rs`) there are few connections to begin with. Then read the files as diffs. Everything
//! else is shared:
//!
//! - `services.toml` says who slows down, fails, stalls or vanishes; `--services` takes another.
//! - `--cycles`, `--seed` and `--mode leaky|scoped|pooled|both|all` say what to run.
//! - `--json` prints one object on stdout (the table goes to stderr); `--chart` draws an SVG.
//!
//! The start is counted when all services are up and nobody has called anybody; the end once the
//! counts are back there, or 3 s after the last cycle, in all modes alike. The leaky mode goes
//! last: an allocator gives little back, so what the leaky one grew would hide what the scoped one
//! grows.
//!
//! Exit codes: 0 after a run, also one that Ctrl-C cut short (the table says how many cycles it
//! had); 1 if the run itself failed; 2, with one line, if the arguments or the file are wrong.

mod calls;
mod chart;
mod cli;
mod faults;
mod fleet;
mod interrupt;
mod leaky;
mod log;
mod measure;
mod mode;
mod node;
mod pooled;
mod progress;
mod report;
mod scoped;
mod services;
mod workload;

use std::{
    io::{Write, stdout},
    process::ExitCode,
};

use crate::{
    chart::Chart, cli::Args, interrupt::Interrupt, leaky::Leaky, pooled::Pooled, report::Report,
    scoped::Scoped, services::Services, workload::Workload,
};

fn main() -> ExitCode {
    let args = match Args::read() {
        Ok(args) => args,
        Err(code) => return code,
    };
    let (services, chart) = match prepare(&args) {
        Ok(prepared) => prepared,
        Err(problem) => {
            eprintln!("error: {problem:#}");
            return ExitCode::from(2);
        }
    };
    match run(&args, services, chart) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("error: {problem:#}");
            ExitCode::FAILURE
        }
    }
}

/// Everything that can be wrong with what the user has named, before anything is run.
fn prepare(args: &Args) -> anyhow::Result<(Services, Option<Chart>)> {
    let services = Services::load(args.services.as_deref())?;
    let chart = args.chart.as_deref().map(Chart::create).transpose()?;
    Ok((services, chart))
}

fn run(args: &Args, services: Services, chart: Option<Chart>) -> anyhow::Result<()> {
    // The leaky mode is here to be watched, not to run into a soft limit of 1,024. Where even the
    // hard limit is too low, its calls fail and are counted.
    let _ = rlimit::increase_nofile_limit(u64::MAX);
    let interrupt = Interrupt::listen()?;
    let workload = Workload {
        services,
        cycles: args.cycles,
        seed: args.seed,
        interrupt,
    };

    let mut report = Report::default();
    if args.mode.pooled() {
        report.pooled = Some(workload.run::<Pooled>()?);
    }
    if args.mode.scoped() && !workload.interrupt.is_raised() {
        report.scoped = Some(workload.run::<Scoped>()?);
    }
    if args.mode.leaky() && !workload.interrupt.is_raised() {
        report.leaky = Some(workload.run::<Leaky>()?);
    }

    if let Some(chart) = chart {
        chart.draw(&report)?;
    }
    // Not `println!`, which panics when a reader such as `head` has left.
    if args.json {
        eprintln!("{}", report.table());
        writeln!(stdout(), "{}", report.json()?)?;
    } else {
        writeln!(stdout(), "{}", report.table())?;
    }
    Ok(())
}
