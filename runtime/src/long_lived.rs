#![doc = include_str!("../docs/long_lived.md")]
