//! Arguments that are a name each: when they are dropped, and in which order.

use super::harness::{Answer, Noisy, note, pause};

shape! {
    arguments_are_dropped_last_to_first_however_they_are_used;
    annotated {
        async fn handler(a: Noisy, b: Noisy, c: Noisy) -> Answer<u32> {
            b.touch();
            pause().await;
            a.touch();
            pause().await;
            c.touch();
            Ok(1)
        }
    }
    runs |run| run.drive(handler(Noisy("a"), Noisy("b"), Noisy("c")))
}

shape! {
    unused_arguments_are_dropped_in_turn;
    annotated {
        #[allow(unused_variables, reason = "that is the shape")]
        async fn handler(a: Noisy, b: Noisy, c: Noisy, d: Noisy) -> Answer<u32> {
            c.touch();
            pause().await;
            a.touch();
            Ok(2)
        }
    }
    runs |run| run.drive(handler(Noisy("a"), Noisy("b"), Noisy("c"), Noisy("d")))
}

shape! {
    arguments_without_a_name_are_dropped_in_turn;
    annotated {
        async fn handler(a: Noisy, _: Noisy, b: Noisy, _: Noisy) -> Answer<u32> {
            b.touch();
            pause().await;
            a.touch();
            Ok(3)
        }
    }
    runs |run| run.drive(handler(Noisy("a"), Noisy("_1"), Noisy("b"), Noisy("_2")))
}

shape! {
    arguments_with_an_underscore_are_dropped_in_turn;
    annotated {
        async fn handler(_a: Noisy, b: Noisy, _c: Noisy) -> Answer<u32> {
            pause().await;
            b.touch();
            Ok(4)
        }
    }
    runs |run| run.drive(handler(Noisy("a"), Noisy("b"), Noisy("c")))
}

shape! {
    arguments_that_nobody_uses_outlive_the_locals;
    annotated {
        async fn handler(_: Noisy, _b: Noisy) -> Answer {
            let _local = Noisy("local");
            pause().await;
            note("body ends");
            Ok(())
        }
    }
    runs |run| run.drive(handler(Noisy("a"), Noisy("b")))
}

shape! {
    a_mutable_argument_is_assigned;
    annotated {
        async fn handler(mut tries: usize, mut last: Noisy, a: Noisy) -> Answer<usize> {
            tries += 1;
            last = Noisy("assigned");
            pause().await;
            a.touch();
            last.touch();
            tries *= 2;
            Ok(tries)
        }
    }
    runs |run| run.drive(handler(20, Noisy("first"), Noisy("a")))
}

shape! {
    an_argument_that_is_moved_away_is_dropped_there;
    annotated {
        async fn handler(a: Noisy, b: Noisy, c: Noisy) -> Answer {
            pause().await;
            drop(b);
            pause().await;
            a.touch();
            c.touch();
            Ok(())
        }
    }
    runs |run| run.drive(handler(Noisy("a"), Noisy("b"), Noisy("c")))
}

shape! {
    an_argument_that_may_have_been_moved_is_dropped_in_turn;
    annotated {
        async fn handler(a: Noisy, b: Noisy, take: bool) -> Answer {
            if take {
                drop(a);
            }
            pause().await;
            b.touch();
            Ok(())
        }
    }
    runs |run| {
        run.drive(handler(Noisy("a"), Noisy("b"), true));
        run.drive(handler(Noisy("a"), Noisy("b"), false));
    }
}

shape! {
    a_part_of_an_argument_is_moved_out;
    annotated {
        async fn handler(pair: (Noisy, Noisy), other: Noisy) -> Answer {
            let first = pair.0;
            pause().await;
            first.touch();
            other.touch();
            Ok(())
        }
    }
    runs |run| run.drive(handler((Noisy("first"), Noisy("second")), Noisy("other")))
}

shape! {
    the_parts_of_an_argument_stay_together;
    annotated {
        async fn handler(pair: (Noisy, Noisy, Noisy), other: Noisy) -> Answer {
            other.touch();
            pair.2.touch();
            pause().await;
            pair.1.touch();
            Ok(())
        }
    }
    runs |run| run.drive(handler((Noisy("0"), Noisy("1"), Noisy("2")), Noisy("other")))
}

shape! {
    an_argument_is_the_result;
    annotated {
        async fn handler(a: Noisy, b: Noisy, c: Noisy) -> Answer<Noisy> {
            pause().await;
            c.touch();
            a.touch();
            Ok(b)
        }
    }
    runs |run| run.drive(handler(Noisy("a"), Noisy("b"), Noisy("c")))
}

shape! {
    arguments_that_closures_and_blocks_take_are_dropped_with_those;
    annotated {
        async fn handler(a: Noisy, b: Noisy, c: Noisy, d: Noisy) -> Answer {
            let closure = move || b.touch();
            let block = async move { c.touch() };
            closure();
            pause().await;
            block.await;
            d.touch();
            drop(closure);
            a.touch();
            Ok(())
        }
    }
    runs |run| run.drive(handler(Noisy("a"), Noisy("b"), Noisy("c"), Noisy("d")))
}
