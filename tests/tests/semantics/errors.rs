//! Errors, and what they convert into on the way out.

use std::{error::Error, num::ParseIntError};

use tonic::Status;

use super::harness::{Answer, Noisy, is_send, note, pause};

shape! {
    errors_convert_into_anyhow;
    annotated {
        async fn handler(a: Noisy, text: &str) -> anyhow::Result<u64> {
            let n: u64 = text.parse()?;
            pause().await;
            let [byte] = <[u8; 1]>::try_from(text.as_bytes())?;
            a.touch();
            anyhow::ensure!(n != 3, "not {n}");
            if n == 4 {
                Err(Status::aborted("four"))?;
            }
            Ok(n + u64::from(byte))
        }
    }
    runs |run| {
        for text in ["", "12", "3", "4", "5"] {
            run.drive_to(is_send(handler(Noisy("a"), text)), |result| {
                format!("{:?}", result.map_err(|error| error.to_string()))
            });
        }
    }
}

shape! {
    errors_are_boxed;
    annotated {
        async fn handler(n: u8) -> Result<u8, Box<dyn Error + Send + Sync>> {
            pause().await;
            match n {
                0 => Err("text".into()),
                1 => Err(Box::new(Status::aborted("status"))),
                2 => Ok("x".parse::<u8>()?),
                3 => return Err(format!("owned {n}"))?,
                n => Ok(n),
            }
        }
    }
    runs |run| {
        for n in 0..5 {
            run.drive_to(is_send(handler(n)), |result| {
                format!("{:?}", result.map_err(|error| error.to_string()))
            });
        }
    }
}

shape! {
    errors_are_an_enum_of_the_users;
    annotated {
        async fn handler(text: &str) -> Result<u8, Mine> {
            let n = text.parse()?;
            pause().await;
            checked(n).await?;
            Ok(n)
        }
    }
    beside {
        #[derive(Debug)]
        enum Mine {
            Number(ParseIntError),
            Status(Status),
            Scope(tonic_scope::ScopeError),
        }
        impl From<ParseIntError> for Mine {
            fn from(error: ParseIntError) -> Self {
                note("converted");
                Self::Number(error)
            }
        }
        impl From<Status> for Mine {
            fn from(error: Status) -> Self {
                note("converted");
                Self::Status(error)
            }
        }
        impl From<tonic_scope::ScopeError> for Mine {
            fn from(error: tonic_scope::ScopeError) -> Self {
                Self::Scope(error)
            }
        }
        async fn checked(n: u8) -> Answer {
            pause().await;
            if n > 2 { Err(Status::out_of_range("big")) } else { Ok(()) }
        }
    }
    runs |run| {
        for text in ["x", "1", "3"] {
            run.drive(is_send(handler(text)));
        }
    }
}
