//! Macros in a body, those that the attribute looks into and others.

use tonic::Status;

use super::harness::{Answer, Noisy, note, pause};

shape! {
    values_are_made_matched_and_formatted;
    annotated {
        async fn handler(a: Noisy, n: usize) -> Answer<(String, Vec<Vec<usize>>)> {
            let made = vec![vec![n; 2], vec![n, n + 1,], vec![]];
            pause().await;
            let small = matches!(n, 0..=1 | 3 if !made.is_empty());
            let text = format!("{n:>4} {0:?} {name} {small}", a, name = a.0);
            Ok((text, made))
        }
    }
    runs |run| {
        for n in [1, 2, 3] {
            run.drive(handler(Noisy("a"), n));
        }
    }
}

shape! {
    awaits_stand_in_the_arguments_of_macros;
    annotated {
        async fn handler(a: &Noisy) -> Answer<String> {
            assert_eq!(length(a).await?, 1, "of {}", length(a).await?);
            let all = vec![length(a).await?, length(&Noisy("temporary")).await?];
            Ok(format!("{} {all:?}", length(a).await?))
        }
    }
    beside {
        async fn length(noisy: &Noisy) -> Answer<usize> {
            noisy.touch();
            pause().await;
            Ok(noisy.0.len())
        }
    }
    runs |run| run.drive(handler(&Noisy("a")))
}

shape! {
    a_failed_assertion_says_what_and_where;
    annotated {
        async fn handler(n: u8) -> Answer<u8> {
            pause().await;
            assert!(n != 1);
            assert!(n != 2, "not {}", n + 1);
            assert_eq!(n, n / 3 * 3);
            debug_assert_ne!(n, 3, "nor {n}");
            Ok(n)
        }
    }
    runs |run| {
        for n in 0..5 {
            run.drive(handler(n));
        }
    }
}

shape! {
    futures_are_joined;
    annotated {
        async fn handler(a: Noisy, b: &Noisy) -> Answer<(u8, u8, usize)> {
            let (one, two) = tokio::join!(slow(&a, 1), slow(b, 3));
            let (three, four) = tokio::try_join!(slow(&a, 2), async {
                pause().await;
                two.as_ref().map_err(Clone::clone).copied()
            })?;
            let moved = async move { b.0.len() };
            let (five,) = tokio::join!(moved);
            Ok((one? + three, four, five))
        }
    }
    beside {
        async fn slow(noisy: &Noisy, turns: u8) -> Answer<u8> {
            let _local = Noisy("local");
            for _ in 0..turns {
                noisy.touch();
                pause().await;
            }
            Ok(turns)
        }
    }
    runs |run| run.drive(handler(Noisy("a"), &Noisy("b")))
}

shape! {
    one_of_two_futures_is_selected;
    annotated {
        async fn handler(a: Noisy, first: bool) -> Answer<&'static str> {
            let waits = waits(&a);
            tokio::pin!(waits);
            let picked = tokio::select! {
                biased;
                () = &mut waits, if first => "waited",
                name = quick(Noisy("quick")) => name,
                else => return Err(Status::unknown("neither")),
            };
            waits.await;
            Ok(picked)
        }
    }
    beside {
        async fn waits(noisy: &Noisy) {
            pause().await;
            noisy.touch();
        }
        async fn quick(noisy: Noisy) -> &'static str {
            noisy.touch();
            noisy.0
        }
    }
    runs |run| {
        run.drive(handler(Noisy("a"), false));
        run.drive(handler(Noisy("a"), true));
    }
}

shape! {
    a_macro_of_the_users_returns_and_breaks;
    annotated {
        async fn handler(n: Option<u8>) -> Answer<u8> {
            let n = or_return!(n, Noisy("temporary"));
            let turns = 'turns: loop {
                or_return!(n.checked_sub(1), pause().await);
                leave!('turns, n);
            };
            Ok(turns)
        }
    }
    beside {
        macro_rules! or_return {
            ($value:expr, $before:expr) => {
                match $value {
                    Some(value) => value,
                    None => {
                        $before;
                        return Err(Status::not_found(stringify!($value)));
                    }
                }
            };
        }
        macro_rules! leave {
            ($label:lifetime, $value:expr) => {
                if $value > 0 {
                    break $label $value;
                }
            };
        }
        use {leave, or_return};
    }
    runs |run| {
        for n in [None, Some(0), Some(1)] {
            run.drive(handler(n));
        }
    }
}

/// A shape whose function is made by a macro, with a local of the macro's own.
macro_rules! made {
    ($name:ident, $function:ident($($arg:ident),*) $body:block runs $runs:expr) => {
        shape! {
            $name;
            annotated {
                async fn $function($($arg: &Noisy),*) -> Answer<usize> {
                    let n = [$($arg.0),*].len();
                    $body;
                    Ok(n)
                }
            }
            runs $runs
        }
    };
}

made! {
    a_function_is_made_by_a_macro,
    handler(a, n) {
        a.touch();
        pause().await;
        note(n.0);
    }
    runs |run| run.drive(handler(&Noisy("a"), &Noisy("n")))
}
