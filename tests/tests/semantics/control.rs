//! Ways through a body.

use std::ops::ControlFlow;

use tonic::Status;

use super::harness::{Answer, Noisy, note, pause};

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
    a_return_in_a_closure_or_block_stays_in_it;
    annotated {
        async fn handler(n: u8) -> Answer<u8> {
            let closure = |n: u8| -> Answer<u8> {
                if n > 1 {
                    return Err(Status::aborted("closure"));
                }
                Ok(n)
            };
            let block = async {
                pause().await;
                if n == 1 {
                    return Err::<u8, _>("block");
                }
                closure(n).map_err(|_| "mapped")
            };
            note(format!("{:?}", block.await));
            let later = async |n: u8| -> Answer<u8> {
                pause().await;
                let n = closure(n)?;
                return Ok(n + 1);
            };
            later(n).await
        }
    }
    runs |run| {
        run.drive(handler(0));
        run.drive(handler(1));
        run.drive(handler(2));
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
    blocks_and_closures_nest;
    annotated {
        async fn handler(a: &Noisy, n: u64) -> Answer<u64> {
            let add = |by| async move {
                pause().await;
                a.touch();
                Ok::<u64, Status>(n + by)
            };
            let twice = async {
                let first = add(1).await?;
                let second = { let add = &add; async move { add(first).await }.await? };
                Answer::Ok(first * second)
            };
            twice.await
        }
    }
    runs |run| run.drive(handler(&Noisy("a"), 3))
}

shape! {
    a_task_is_spawned_and_awaited;
    annotated {
        async fn handler(a: Noisy, b: Noisy) -> Answer<u8> {
            let task = tokio::spawn(async move {
                pause().await;
                b.touch();
                7
            });
            let seven = task.await.map_err(|error| Status::internal(error.to_string()))?;
            a.touch();
            Ok(seven)
        }
    }
    runs |run| if run.to_the_end() {
        run.drive(handler(Noisy("a"), Noisy("b")));
    } else {
        note("a task that is left ends at another time");
    }
}
