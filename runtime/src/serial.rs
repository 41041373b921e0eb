//! How what a snapshot consists of serializes.

use std::{
    panic::Location,
    time::{Duration, SystemTime},
};

use serde::{Serialize, Serializer};

pub(crate) fn seconds<S: Serializer>(it: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    it.as_secs_f64().serialize(serializer)
}

#[allow(clippy::ref_option, reason = "serde hands on a reference to the field")]
pub(crate) fn maybe_seconds<S: Serializer>(
    it: &Option<Duration>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    it.map(|it| it.as_secs_f64()).serialize(serializer)
}

pub(crate) fn unix<S: Serializer>(it: &SystemTime, serializer: S) -> Result<S::Ok, S::Error> {
    let since = it.duration_since(SystemTime::UNIX_EPOCH);
    seconds(&since.unwrap_or_default(), serializer)
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
pub(crate) fn place<S: Serializer>(
    it: &&'static Location<'static>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Place {
        file: &'static str,
        line: u32,
        column: u32,
    }
    let (file, line, column) = (it.file(), it.line(), it.column());
    Place { file, line, column }.serialize(serializer)
}
