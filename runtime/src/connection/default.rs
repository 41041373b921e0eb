use std::{error::Error, fmt, sync::OnceLock};

use super::Preset;

static DEFAULT: OnceLock<Preset> = OnceLock::new();

/// The preset of connections for which none is named.
pub(crate) fn default() -> &'static Preset {
    DEFAULT.get_or_init(Preset::recommended)
}

/// Sets the preset of every connection for which none is named, for the whole
/// process.
///
/// Call it at start-up: it counts once, and only before the first connection is
/// made.
///
/// # Errors
///
/// The default has been set before, or has been used.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use tonic_scope::connection::{self, Preset};
///
/// let preset = Preset::builder()
///     .connect_timeout(Duration::from_secs(3))
///     .build()?;
/// connection::set_default(preset.clone())?;
/// assert!(connection::set_default(preset).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn set_default(preset: Preset) -> Result<(), DefaultPresetError> {
    DEFAULT.set(preset).map_err(|_| DefaultPresetError(()))
}

/// The default preset was already in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DefaultPresetError(());

impl fmt::Display for DefaultPresetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "the default preset is already in force: set it once, at start-up, before any connection is made",
        )
    }
}

impl Error for DefaultPresetError {}
