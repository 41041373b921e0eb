//! The workload of the example `discovery` in the console: what is alive while four services check
//! and follow each other's config, some of them slow, failing, stalling or gone.
//!
//! ```text
//! cargo run --example console
//! cargo run --example console -- --terminal
//! ```
//!
//! It prints its URL; Ctrl-C ends it. Open the URL in a browser, or give it to `curl`, and look at
//!
//! - the tree: a `tick` holds a `check` and a `follow` for each peer, and those a client and a call;
//!   on the servers' side are `Service::check` and `Service::watch` with their tasks. None of them
//!   is older than its limit;
//! - the charts: scopes, tasks and connections go up and down and do not grow;
//! - the deadline misses: a service that is slow or stalls costs each of its callers one.
//!
//! The services are there twice: annotated (`discovery/scoped.rs`, a connection for each client),
//! and with a pool (`discovery/pooled.rs`). `--terminal` draws the same as a table, once a second.

// The services are the other example's, and not all of theirs is needed here.
#![allow(dead_code)]

#[path = "../discovery/calls.rs"]
mod calls;
#[path = "../discovery/faults.rs"]
mod faults;
#[path = "../discovery/fleet.rs"]
mod fleet;
#[path = "../discovery/mode.rs"]
mod mode;
#[path = "../discovery/node.rs"]
mod node;
#[path = "../discovery/pooled.rs"]
mod pooled;
#[path = "../discovery/scoped.rs"]
mod scoped;
#[path = "../discovery/services.rs"]
mod services;
mod terminal;

use std::path::PathBuf;

use clap::Parser;
use tokio::time::{MissedTickBehavior, interval};
use tonic_scope::monitor;

use crate::{
    calls::Calls, fleet::Fleet, mode::Mode, pooled::Pooled, scoped::Scoped, services::Services,
};

/// Four services check and watch each other's config, and a console shows what is alive.
#[derive(Debug, Parser)]
#[command(name = "console")]
struct Args {
    /// Where the console listens; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:9899")]
    address: String,

    /// Draw the table in this terminal, once a second
    #[arg(long)]
    terminal: bool,

    /// The services and their faults; discovery/services.toml describes the format
    #[arg(long, value_name = "FILE")]
    services: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let services = Services::load(args.services.as_deref())?;
    let console = monitor::serve(&args.address).await?;
    println!("{}", console.url());

    tokio::select! {
        ended = run::<Scoped>(services.clone()) => ended?,
        ended = run::<Pooled>(services) => ended?,
        () = terminal::draw(console.url()), if args.terminal => {}
        raised = tokio::signal::ctrl_c() => raised?,
    }
    console.close().await;
    Ok(())
}

/// A fleet that goes on until it is dropped.
async fn run<M: Mode>(services: Services) -> anyhow::Result<()> {
    const SEED: u64 = 7;
    let mut fleet = Fleet::start::<M>(&services, SEED).await?;
    let mut tick = interval(services.tick);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    for cycle in 0.. {
        tick.tick().await;
        fleet.turn_to::<M>(cycle).await;
        // Nobody asks for the sum here, which would go on growing.
        fleet.tick::<M>(&Calls::default(), cycle).await;
    }
    Ok(())
}
