//! A soak: temporary clients and streams by the hundred thousand, with random faults, and what is
//! left of them.
//!
//! ```text
//! cargo run --release --example soak
//! ```
//!
//! Each cycle makes a client, calls with it, and lets it go; each stream is read for a moment. A
//! fault befalls about every third: the server fails, stalls beyond the deadline, or panics; the
//! caller gives up, a task of its panics, or it closes its scope. `--cycles` and `--streams` say how
//! many (200,000 of each), `--at-once` how many run side by side, `--seed` which faults.
//!
//! The last line of stdout is a JSON object with the start, the middle and the end of tasks,
//! sockets, live scopes and resident memory, and the slope of memory over the second half, in bytes
//! for each cycle or stream.

mod faults;
mod meter;
mod server;

use std::time::Duration;

use clap::Parser;
use futures::{StreamExt, stream};
use rand::{Rng, SeedableRng, rngs::StdRng};
use tokio::net::TcpListener;
use tonic_scope::{Scope, Scoped};
use tonic_scope_examples::discovery::config_client::ConfigClient;

use crate::{faults::Fault, meter::Meter};

#[derive(Parser, Debug)]
struct Args {
    /// How many temporary clients to make.
    #[arg(long, default_value_t = 200_000)]
    cycles: u64,
    /// How many streams to open.
    #[arg(long, default_value_t = 200_000)]
    streams: u64,
    /// How many run side by side.
    #[arg(long, default_value_t = 32)]
    at_once: usize,
    /// Which faults happen.
    #[arg(long, default_value_t = 7)]
    seed: u64,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    // What panics on purpose need not tell.
    std::panic::set_hook(Box::new(|_| {}));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}", listener.local_addr()?);
    let server = server::start(listener)?;
    let lasting = tonic::transport::Endpoint::from_shared(url.clone())?
        .connect()
        .await?;
    let lasting = ConfigClient::new(Scoped::new(lasting));

    let total = args.cycles + args.streams;
    let mut random = StdRng::seed_from_u64(args.seed);
    let kinds = (0..total).map(|n| (n % 2 == 0, Fault::any(&mut random), random.random()));
    let kinds: Vec<(bool, Fault, u64)> = kinds.collect();
    // A warm-up, so that what is allocated once does not count.
    run(
        &kinds[..kinds.len().min(2_000)],
        &url,
        &lasting,
        args.at_once,
    )
    .await;
    let mut meter = Meter::default();
    meter.settle().await;
    let start = Meter::read();
    meter.follow();
    let half = kinds.len() / 2;
    run(&kinds[..half], &url, &lasting, args.at_once).await;
    meter.settle().await;
    let middle = Meter::read();
    let samples = stream::iter(kinds[half..].chunks(kinds.len().div_ceil(64).max(1)));
    let mut samples = std::pin::pin!(samples);
    let mut done = 0;
    while let Some(chunk) = samples.next().await {
        run(chunk, &url, &lasting, args.at_once).await;
        done += chunk.len();
        meter.sample(done);
    }
    meter.settle().await;
    let end = Meter::read();
    println!("{}", meter.report(&args, [start, middle, end]));
    drop(server);
    Ok(())
}

/// Runs them all, some side by side, each in a scope of its own.
async fn run(
    kinds: &[(bool, Fault, u64)],
    url: &str,
    lasting: &ConfigClient<Scoped<tonic::transport::Channel>>,
    at_once: usize,
) {
    stream::iter(kinds.iter().copied())
        .map(|(temporary, fault, salt)| {
            let (url, lasting) = (url.to_owned(), lasting.clone());
            tokio::spawn(async move {
                let scope = Scope::builder("soak").timeout(Duration::from_secs(5));
                let body = async move {
                    if temporary {
                        faults::cycle(&url, fault, salt).await
                    } else {
                        faults::stream(lasting, fault, salt).await
                    }
                };
                fault.befall(scope.run(body)).await;
            })
        })
        .buffer_unordered(at_once)
        .for_each(|_outcome| std::future::ready(()))
        .await;
}
