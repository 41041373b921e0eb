//! Shapes of the `semantics` that are not there before edition 2024.
#![allow(
    dead_code,
    clippy::unused_async,
    reason = "a shape is there for its form"
)]

#[macro_use]
#[path = "semantics/harness.rs"]
mod harness;

use std::cell::RefCell;

use self::harness::{Answer, Noisy, pause};

shape! {
    conditions_are_chained;
    annotated {
        async fn handler(a: Option<Noisy>, b: Result<u8, u8>) -> Answer<u8> {
            if let Some(noisy) = &a
                && noisy.0 == "a"
                && let Ok(n) | Err(n) = b
                && n > 1
            {
                pause().await;
                noisy.touch();
                return Ok(n);
            } else if let Err(n) = b {
                pause().await;
                return Ok(n + 100);
            }
            Ok(0)
        }
    }
    runs |run| {
        run.drive(handler(Some(Noisy("a")), Ok(2)));
        run.drive(handler(Some(Noisy("b")), Err(3)));
        run.drive(handler(None, Ok(4)));
    }
}

shape! {
    the_last_expression_may_borrow_from_a_local;
    annotated {
        async fn handler(a: Noisy) -> Answer<usize> {
            let cell = RefCell::new(a);
            Ok(cell.borrow().0.len())
        }
    }
    runs |run| run.drive(handler(Noisy("a")))
}
