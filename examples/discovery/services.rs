//! The file that describes the fleet: which services there are, and what goes wrong with each.
//!
//! What parses is valid: every rule is checked while it is read, so an error can name its line.

use std::{fs, path::Path, time::Duration};

use serde::Deserialize;
use toml::Spanned;

/// The file that the example ships, used unless another one is named.
const SHIPPED: &str = include_str!("services.toml");
const LONGEST_TICK: Duration = Duration::from_secs(60);

/// A fleet of at least two services.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Services {
    /// The shortest time between the starts of two cycles.
    #[serde(default = "default_tick", with = "humantime_serde")]
    pub(crate) tick: Duration,
    #[serde(rename = "service")]
    list: Vec<Spanned<Service>>,
}

/// One `[[service]]` of the file; the probabilities of its faults add up to at most 1.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Service {
    pub(crate) name: String,
    pub(crate) slow: Option<Slow>,
    pub(crate) fail: Option<Chance>,
    pub(crate) stall: Option<Chance>,
    pub(crate) vanish: Option<Vanish>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Slow {
    pub(crate) probability: Probability,
    #[serde(with = "humantime_serde")]
    pub(crate) delay: Duration,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Chance {
    pub(crate) probability: Probability,
}

/// A number from 0 to 1.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "f64")]
pub(crate) struct Probability(pub(crate) f64);

/// Gone for the last `length` of every `every` cycles.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "RawVanish")]
pub(crate) struct Vanish {
    every: u64,
    length: u64,
}

impl Services {
    /// The services of `file`, or those that the example ships.
    ///
    /// # Errors
    ///
    /// One line that names the file, the line where there is one, and what is wrong with it.
    pub(crate) fn load(file: Option<&Path>) -> anyhow::Result<Self> {
        let Some(file) = file else {
            return Self::parse(SHIPPED)
                .map_err(|problem| anyhow::anyhow!("services.toml{problem}"));
        };
        let text = fs::read_to_string(file)
            .map_err(|error| anyhow::anyhow!("{}: {error}", file.display()))?;
        Self::parse(&text).map_err(|problem| anyhow::anyhow!("{}{problem}", file.display()))
    }

    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = &Service> {
        self.list.iter().map(Spanned::get_ref)
    }

    fn parse(text: &str) -> Result<Self, String> {
        let services: Self = toml::from_str(text).map_err(|error| {
            let line = error.span().map(|span| line_of(text, span.start));
            problem(line, error.message())
        })?;
        if services.tick.is_zero() || services.tick > LONGEST_TICK {
            return Err(problem(
                None,
                "`tick` must be longer than 0s and at most 1m",
            ));
        }
        if services.list.len() < 2 {
            return Err(problem(None, "at least two [[service]] tables are needed"));
        }
        for (at, service) in services.list.iter().enumerate() {
            let others = services.list[..at].iter().map(Spanned::get_ref);
            service
                .get_ref()
                .check(others)
                .map_err(|message| problem(Some(line_of(text, service.span().start)), &message))?;
        }
        Ok(services)
    }
}

impl Service {
    /// What concerns more than one key.
    fn check<'a>(&self, mut others: impl Iterator<Item = &'a Self>) -> Result<(), String> {
        let name = &self.name;
        if name.trim().is_empty() {
            return Err("a service's `name` is empty".into());
        }
        if others.any(|other| other.name == *name) {
            return Err(format!("a second service is named `{name}`"));
        }
        let chances = [self.slow.map(|rule| rule.probability)]
            .into_iter()
            .chain([self.fail, self.stall].map(|rule| rule.map(|rule| rule.probability)));
        let sum: f64 = chances.flatten().map(|probability| probability.0).sum();
        // Decimal fractions that add up to 1 may do so from above.
        if sum > 1.0 + 1e-9 {
            return Err(format!(
                "the probabilities of `{name}` add up to {sum}, more than 1"
            ));
        }
        Ok(())
    }
}

impl Vanish {
    pub(crate) fn is_gone(self, cycle: u64) -> bool {
        cycle % self.every >= self.every - self.length
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawVanish {
    every: u64,
    #[serde(rename = "for")]
    length: u64,
}

impl TryFrom<RawVanish> for Vanish {
    type Error = String;

    fn try_from(RawVanish { every, length }: RawVanish) -> Result<Self, String> {
        if length == 0 || length >= every {
            return Err(format!(
                "`for` = {length} must be at least 1 and less than `every` = {every}"
            ));
        }
        Ok(Self { every, length })
    }
}

impl TryFrom<f64> for Probability {
    type Error = String;

    fn try_from(number: f64) -> Result<Self, String> {
        if (0.0..=1.0).contains(&number) {
            Ok(Self(number))
        } else {
            Err(format!(
                "a probability must lie between 0 and 1, not at {number}"
            ))
        }
    }
}

fn default_tick() -> Duration {
    Duration::from_millis(10)
}

fn line_of(text: &str, byte: usize) -> usize {
    text.bytes()
        .take(byte)
        .filter(|&byte| byte == b'\n')
        .count()
        + 1
}

/// `: what is wrong`, or `, line 7: what is wrong`, always on one line.
fn problem(line: Option<usize>, message: &str) -> String {
    let message = message.replace('\n', ", ");
    line.map_or_else(
        || format!(": {message}"),
        |line| format!(", line {line}: {message}"),
    )
}
