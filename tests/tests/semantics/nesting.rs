//! Closures, blocks and tasks in a body.

use tonic::Status;

use super::harness::{Answer, Noisy, note, pause};

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
