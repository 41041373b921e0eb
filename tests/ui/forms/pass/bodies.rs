//! What a body means without the attribute, it means with it.
#![deny(warnings, clippy::pedantic)]
#![allow(dead_code, missing_docs)]

use std::collections::BTreeMap;
use std::fmt::Display;
use std::num::ParseIntError;

use tonic_scope::scoped;

#[scoped]
async fn question_mark(text: &str) -> anyhow::Result<u32> {
    let parse = |text: &str| -> Result<u32, ParseIntError> { text.parse() };
    Ok(parse(text)? + text.parse::<u32>()?)
}

#[scoped]
async fn early_return(n: u32) -> anyhow::Result<u32> {
    for i in 0..n {
        if i == 3 {
            return Ok(i);
        }
    }
    anyhow::bail!("too small")
}

#[scoped]
async fn inferred() -> anyhow::Result<BTreeMap<u32, Box<dyn Display + Send>>> {
    let mut all = BTreeMap::new();
    all.insert("1".parse()?, Box::new("one") as Box<dyn Display + Send>);
    if false {
        return Ok([].into_iter().collect());
    }
    Ok(all.into_iter().collect())
}

#[scoped]
async fn coerced(n: u32) -> anyhow::Result<Box<dyn Fn() -> u32 + Send>> {
    if n == 0 {
        return Ok(Box::new(|| 0));
    }
    Ok(Box::new(move || n))
}

#[scoped]
async fn diverges() -> anyhow::Result<()> {
    anyhow::bail!("never")
}

#[scoped]
async fn unfinished() -> anyhow::Result<()> {
    std::future::pending().await
}

#[scoped]
async fn shadows() -> anyhow::Result<u32> {
    let (caller, mode, edge) = (1, 2, 3);
    let run = |n: u32| n;
    Ok(run(caller + mode + edge))
}

#[scoped]
async fn nested() -> anyhow::Result<u32> {
    const ONE: u32 = 1;
    #[scoped]
    async fn inner() -> anyhow::Result<u32> {
        Ok(ONE)
    }
    Ok(inner().await? + inner().await?)
}

#[tokio::main]
async fn main() {
    assert_eq!(question_mark("2").await.unwrap(), 4);
    assert!(question_mark("x").await.is_err());
    assert_eq!(early_return(9).await.unwrap(), 3);
    assert_eq!(inferred().await.unwrap().len(), 1);
    assert_eq!(coerced(7).await.unwrap()(), 7);
    assert_eq!(shadows().await.unwrap(), 6);
    assert_eq!(nested().await.unwrap(), 2);
}
