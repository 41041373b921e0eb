//! Locals and temporaries: when they are dropped.

use super::harness::{Answer, Noisy, note, pause};

/// A temporary that is seen to go.
fn temporary(name: &'static str) -> Noisy {
    Noisy(name)
}

shape! {
    locals_are_dropped_last_to_first_before_the_argument;
    annotated {
        async fn handler(a: Noisy) -> Answer {
            let _first = Noisy("first");
            let second = Noisy("second");
            pause().await;
            let _third = (Noisy("third.0"), Noisy("third.1"));
            second.touch();
            a.touch();
            pause().await;
            Ok(())
        }
    }
    runs |run| run.drive(handler(Noisy("a")))
}

shape! {
    temporaries_of_the_last_expression_go_before_the_locals;
    annotated {
        async fn handler(a: Noisy) -> Answer<usize> {
            let _local = Noisy("local");
            pause().await;
            Ok(temporary("temporary").0.len() + a.0.len())
        }
    }
    runs |run| run.drive(handler(Noisy("a")))
}

shape! {
    a_returned_expression_drops_its_temporaries_too;
    annotated {
        async fn handler(a: Noisy) -> Answer<usize> {
            let _local = Noisy("local");
            pause().await;
            return Ok(temporary("temporary").0.len() + a.0.len());
        }
    }
    runs |run| run.drive(handler(Noisy("a")))
}

shape! {
    temporaries_live_across_an_await_in_their_statement;
    annotated {
        async fn handler(a: Noisy) -> Answer<usize> {
            let n = length(&temporary("temporary"), &a).await?;
            note("next statement");
            length(&temporary("last"), &a).await.map(|last| n + last)
        }
    }
    beside {
        async fn length(a: &Noisy, b: &Noisy) -> Answer<usize> {
            pause().await;
            Ok(a.0.len() + b.0.len())
        }
    }
    runs |run| run.drive(handler(Noisy("a")))
}

shape! {
    a_condition_drops_its_temporaries_before_else;
    annotated {
        async fn handler(other: bool) -> Answer<&'static str> {
            if let "x" = temporary("condition").0 {
                return Ok("x");
            } else {
                note("else");
                pause().await;
            }
            match temporary("matched").0.len() {
                7 if other => pause().await,
                _ => note("arm"),
            }
            Ok("end")
        }
    }
    runs |run| {
        run.drive(handler(true));
        run.drive(handler(false));
    }
}

shape! {
    a_block_extends_or_ends_a_temporary;
    annotated {
        async fn handler(a: Noisy) -> Answer {
            let extended = &temporary("extended");
            let _ = temporary("wildcard");
            let _kept = {
                let _inner = Noisy("inner");
                temporary("kept")
            };
            pause().await;
            extended.touch();
            a.touch();
            Ok(())
        }
    }
    runs |run| run.drive(handler(Noisy("a")))
}

shape! {
    an_error_drops_what_is_there;
    annotated {
        async fn handler(a: Noisy) -> Answer<u8> {
            let _first = Noisy("first");
            pause().await;
            let n = fails(&temporary("temporary")).await?;
            let _second = Noisy("second");
            a.touch();
            Ok(n)
        }
    }
    beside {
        async fn fails(_: &Noisy) -> Answer<u8> {
            pause().await;
            Err(tonic::Status::aborted("on purpose"))
        }
    }
    runs |run| run.drive(handler(Noisy("a")))
}

shape! {
    a_result_outlives_the_locals;
    annotated {
        async fn handler(_: &str) -> Answer<(Noisy, Noisy)> {
            let first = Noisy("first");
            let _local = Noisy("local");
            pause().await;
            Ok((first, Noisy("second")))
        }
    }
    runs |run| run.drive(handler(""))
}

shape! {
    a_future_that_is_given_up_drops_what_it_waits_for_first;
    annotated {
        async fn handler(a: Noisy) -> Answer {
            let _local = Noisy("local");
            waits(temporary("inner")).await;
            a.touch();
            Ok(())
        }
    }
    beside {
        async fn waits(inner: Noisy) {
            loop {
                inner.touch();
                pause().await;
                if inner.0.is_empty() {
                    break;
                }
            }
        }
    }
    runs |run| if run.to_the_end() {
        note("never ends");
    } else {
        run.drive(handler(Noisy("a")));
    }
}
