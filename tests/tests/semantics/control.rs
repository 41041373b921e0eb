//! Ways through a body.

use std::ops::ControlFlow;

use tonic::Status;

use super::harness::{Answer, Noisy, pause};

shape! {
    a_return_in_the_middle_drops_what_is_there;
    annotated {
        async fn handler(a: Noisy, stop: bool) -> Answer<u8> {
            let _before = Noisy("before");
            pause().await;
            if stop {
                a.touch();
                return Ok(1);
            }
            let _after = Noisy("after");
            pause().await;
            return Ok(2);
        }
    }
    runs |run| {
        run.drive(handler(Noisy("a"), true));
        run.drive(handler(Noisy("a"), false));
    }
}

shape! {
    labelled_loops_and_blocks_break_with_values;
    annotated {
        async fn handler(limit: u32) -> Answer<(u32, u32)> {
            let mut n = 0;
            let found = 'outer: loop {
                for step in 1.. {
                    n += step;
                    pause().await;
                    if n > limit {
                        break 'outer n;
                    }
                    if step == 2 {
                        continue 'outer;
                    }
                }
            };
            let rest = 'block: {
                if found % 2 == 0 {
                    break 'block 0;
                }
                pause().await;
                1
            };
            Ok((found, rest))
        }
    }
    runs |run| {
        run.drive(handler(2));
        run.drive(handler(3));
    }
}

shape! {
    loops_await_and_drop_in_each_turn;
    annotated {
        async fn handler(names: Vec<&'static str>) -> Answer<usize> {
            let mut turns = 0;
            for name in names {
                let noisy = Noisy(name);
                pause().await;
                if turns == 2 {
                    break;
                }
                noisy.touch();
                turns += 1;
            }
            while turns < 5 {
                pause().await;
                turns += 2;
            }
            Ok(turns)
        }
    }
    runs |run| run.drive(handler(vec!["a", "b", "c", "d"]))
}

shape! {
    guards_of_a_match_see_its_bindings;
    annotated {
        async fn handler(flow: ControlFlow<Noisy, u8>) -> Answer<&'static str> {
            Ok(match flow {
                ControlFlow::Continue(n @ 1..=9) if n % 2 == 0 => "even",
                ControlFlow::Continue(0 | 10..) => {
                    pause().await;
                    "out of range"
                }
                ControlFlow::Break(ref noisy) if noisy.0 == "a" => {
                    pause().await;
                    noisy.touch();
                    "a"
                }
                ControlFlow::Break(noisy) => {
                    pause().await;
                    noisy.0
                }
                ControlFlow::Continue(_) => "odd",
            })
        }
    }
    runs |run| {
        for n in [0, 3, 4] {
            run.drive(handler(ControlFlow::Continue(n)));
        }
        run.drive(handler(ControlFlow::Break(Noisy("a"))));
        run.drive(handler(ControlFlow::Break(Noisy("b"))));
    }
}

shape! {
    a_let_has_an_else;
    annotated {
        async fn handler(noisy: Option<Noisy>) -> Answer<&'static str> {
            let Some(noisy) = noisy else {
                pause().await;
                return Err(Status::not_found("none"));
            };
            pause().await;
            noisy.touch();
            Ok(noisy.0)
        }
    }
    runs |run| {
        run.drive(handler(None));
        run.drive(handler(Some(Noisy("a"))));
    }
}
