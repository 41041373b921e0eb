//! What scopes cost, measured in one run beside what they are compared with.
//!
//! `cargo bench -p tonic-scope --bench price` prints a line for each row of the
//! price: `ratio NAME VALUE GOAL ok|short`. `--quick` does fewer rounds.

#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "counts and nanoseconds, all far below 2^53"
)]

mod axes;
mod callgrind;
mod close;
mod compile;
mod guard;
mod instructions;
mod memory;
mod nested;
mod rounds;
mod row;
mod times;
mod work;

use std::{env, io, process::ExitCode};

use row::Rows;

fn main() -> io::Result<ExitCode> {
    let arguments: Vec<String> = env::args().skip(1).filter(|it| it != "--bench").collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let ok = match *arguments {
        [callgrind::ARGUMENT, name, warm_up, counted] => {
            callgrind::run(name, warm_up, counted)?;
            true
        }
        ["--profile", name] => {
            println!(
                "{}",
                callgrind::profile(name, instructions::times_of(name))?
            );
            true
        }
        ["--axes", ref names @ ..] => {
            axes::tables(5, names);
            true
        }
        ["--record"] => {
            guard::record()?;
            true
        }
        ["--guard"] => guard::holds()?,
        _ => rows(&arguments),
    };
    Ok(if ok {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

const ROUNDS: usize = 15;

/// All rows, or those of the parts that are named; `false` if one is short.
fn rows(arguments: &[&str]) -> bool {
    let rounds = if arguments.contains(&"--quick") {
        5
    } else {
        ROUNDS
    };
    let parts: Vec<&str> = (arguments.iter().copied())
        .filter(|it| !it.starts_with('-'))
        .collect();
    let asked = |part| parts.is_empty() || parts.contains(&part);
    let mut rows = Rows::default();
    if asked("instructions") {
        instructions::rows(&mut rows);
    }
    if asked("memory") {
        memory::rows(&mut rows);
    }
    if asked("times") {
        times::rows(&mut rows, rounds);
    }
    if asked("compile") {
        compile::rows(&mut rows, rounds);
    }
    rows.conclude()
}
