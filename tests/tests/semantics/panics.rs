//! Panics: what they say, where, and what is dropped on the way out.

use super::harness::{Answer, Noisy, note, pause};

shape! {
    a_panic_drops_locals_and_unwinds;
    annotated {
        async fn handler(a: Noisy, n: u8) -> Answer<u8> {
            let _local = Noisy("local");
            pause().await;
            match n {
                0 | 1 => Ok(n),
                _ => panic!("{} of {n}", a.0),
            }
        }
    }
    runs |run| {
        run.drive(handler(Noisy("a"), 1));
        run.drive(handler(Noisy("a"), 2));
    }
}

shape! {
    a_body_may_do_nothing_but_panic;
    annotated {
        async fn handler(_: Noisy) -> Answer<u8> {
            panic!("on purpose")
        }
    }
    runs |run| run.drive(handler(Noisy("a")))
}

shape! {
    a_body_may_say_that_it_is_not_reached;
    annotated {
        async fn handler(n: u8) -> Answer<std::convert::Infallible> {
            pause().await;
            match n {
                0 => unreachable!("zero"),
                1 => unreachable!(),
                _ => {}
            }
            loop {
                pause().await;
                assert_ne!(n, 2, "never two");
                assert!(n > 3);
            }
        }
    }
    runs |run| {
        for n in 0..4 {
            run.drive(handler(n));
        }
    }
}

shape! {
    a_number_that_does_not_fit_is_a_panic;
    annotated {
        async fn handler(n: u8, by: u8) -> Answer<u8> {
            pause().await;
            let shifted = (n - by)
                << (by / 8);
            Ok(shifted / (by - 1) + 200)
        }
    }
    runs |run| {
        for (n, by) in [(1, 2), (100, 64), (1, 1), (200, 2), (9, 3)] {
            run.drive(handler(n, by));
        }
    }
}

shape! {
    an_index_that_is_not_there_is_a_panic;
    annotated {
        async fn handler(items: &[u8], at: usize) -> Answer<(u8, usize)> {
            let item = items[at];
            pause().await;
            Ok((item, items[at + 1..].len() + items[..at * 2].len()))
        }
    }
    runs |run| {
        for at in 0..4 {
            run.drive(handler(&[1, 2, 3], at));
        }
    }
}

shape! {
    nothing_that_is_unwrapped_is_a_panic;
    annotated {
        async fn handler(n: Option<u8>, text: &str) -> Answer<u8> {
            let n = n
                .filter(|n| *n > 1)
                .unwrap();
            pause().await;
            Ok(n + text.parse::<u8>().expect("a number"))
        }
    }
    runs |run| {
        run.drive(handler(None, ""));
        run.drive(handler(Some(1), ""));
        run.drive(handler(Some(2), "x"));
        run.drive(handler(Some(2), "3"));
    }
}

shape! {
    a_panic_in_a_closure_or_block_has_its_own_place;
    annotated {
        async fn handler(a: Noisy, n: u8) -> Answer<u8> {
            let closure = |n: u8| {
                a.touch();
                assert!(n != 1, "in the closure");
                n
            };
            let block = async {
                pause().await;
                assert!(n != 2, "in the block");
                closure(n)
            };
            Ok(block.await)
        }
    }
    runs |run| {
        for n in 0..3 {
            run.drive(handler(Noisy("a"), n));
        }
    }
}

shape! {
    a_function_is_told_where_it_is_called;
    annotated {
        async fn handler(n: u8) -> Answer<u8> {
            called();
            pause().await;
            let later = async { called() };
            later.await;
            let closure = || called();
            closure();
            Ok(n)
        }
    }
    beside {
        #[track_caller]
        fn called() {
            note(std::panic::Location::caller().to_string());
        }
    }
    runs |run| run.drive(handler(1))
}

shape! {
    the_place_of_code_is_its_own;
    annotated {
        async fn handler(a: &Noisy) -> Answer<(&'static str, u32, u32)> {
            a.touch();
            pause().await;
            Ok((file!(), line!(), column!()))
        }
    }
    runs |run| run.drive(handler(&Noisy("a")))
}

shape! {
    a_panic_in_a_drop_of_a_local_is_a_panic;
    annotated {
        async fn handler(_a: Noisy) -> Answer {
            let _local = Noisy("local");
            let _bomb = Bomb;
            pause().await;
            Ok(())
        }
    }
    beside {
        struct Bomb;

        impl Drop for Bomb {
            fn drop(&mut self) {
                assert!(std::thread::panicking(), "dropped");
            }
        }
    }
    runs |run| run.drive(handler(Noisy("a")))
}

shape! {
    a_payload_is_handed_on;
    annotated {
        async fn handler(a: Noisy) -> Answer {
            pause().await;
            std::panic::panic_any(a)
        }
    }
    runs |run| run.drive(handler(Noisy("payload")))
}
