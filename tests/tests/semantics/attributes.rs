//! What stands before and around a function, and limits that change nothing.

use std::time::Duration;

use super::harness::{Answer, Noisy, note, pause};

shape! {
    docs_and_lints_stand_before_the_function;
    annotated {
        /// Answers.
        ///
        /// # Errors
        ///
        /// Never.
        #[must_use = "it does nothing otherwise"]
        #[inline]
        #[allow(clippy::mixed_attributes_style, unused_variables, reason = "that is the shape")]
        #[doc(alias = "answers")]
        pub(crate) async fn handler(a: Noisy, b: ()) -> Answer<()> {
            #![allow(clippy::let_unit_value, reason = "that is the shape")]
            let unit = ();
            pause().await;
            a.touch();
            Ok(unit)
        }
    }
    runs |run| run.drive(handler(Noisy("a"), ()))
}

shape! {
    a_function_and_its_arguments_are_there_under_a_condition;
    annotated {
        #[cfg(test)]
        pub(in super::super) async fn handler(
            #[cfg(test)] a: Noisy,
            #[cfg(not(test))] a: Absent,
            #[cfg(not(test))] absent: Absent,
            #[allow(unused_variables, reason = "that is the shape")] b: u8,
            #[cfg_attr(test, allow(unused_variables))] c: u8,
        ) -> Answer<u8> {
            #[cfg(not(test))]
            absent.touch();
            #[cfg(test)]
            let n = 1;
            pause().await;
            a.touch();
            Ok(if cfg!(test) { n } else { 2 })
        }
    }
    runs |run| run.drive(handler(Noisy("a"), 2, 3))
}

shape! {
    statements_and_expressions_have_attributes;
    annotated {
        async fn handler(n: u8) -> Answer<u8> {
            #[allow(clippy::let_and_return, reason = "that is the shape")]
            let n = {
                #[rustfmt::skip]
                let doubled = n*2;
                doubled
            };
            #[allow(clippy::single_match, reason = "that is the shape")]
            match n {
                #[cfg(test)]
                2 => pause().await,
                #[cfg(not(test))]
                2 => unreachable!(),
                _ => {}
            }
            #[expect(clippy::no_effect, reason = "that is the shape")]
            ();
            Ok(n)
        }
    }
    runs |run| {
        run.drive(handler(1));
        run.drive(handler(2));
    }
}

shape! {
    one_of_two_functions_is_there(name = "named");
    annotated {
        #[cfg(any(test, unix))]
        async fn handler(a: Noisy) -> Answer<&'static str> {
            pause().await;
            Ok(a.0)
        }
    }
    beside {
        #[cfg(not(any(test, unix)))]
        async fn handler(_: Noisy) -> Answer<&'static str> {
            Ok("other")
        }
    }
    runs |run| run.drive(handler(Noisy("a")))
}

shape! {
    limits_look_at_the_arguments(timeout = LIMIT * *times + count(&a), call_timeout = LIMIT);
    annotated {
        async fn handler(a: Noisy, times: &u32, b: Noisy) -> Answer<u32> {
            b.touch();
            pause().await;
            a.touch();
            Ok(*times)
        }
    }
    beside {
        const LIMIT: Duration = Duration::from_secs(5);

        fn count(noisy: &Noisy) -> Duration {
            Duration::from_secs(noisy.0.len() as u64)
        }
    }
    runs |run| run.drive(handler(Noisy("a"), &2, Noisy("b")))
}

shape! {
    a_scope_without_a_limit_changes_nothing(timeout = none, name = "unlimited");
    annotated {
        async fn handler(a: Noisy) -> Answer {
            pause().await;
            tokio::time::sleep(Duration::from_secs(60 * 60)).await;
            a.touch();
            Ok(())
        }
    }
    runs |run| if run.to_the_end() {
        run.drive(handler(Noisy("a")));
    } else {
        note("a timer fires at another time");
    }
}

shape! {
    an_annotated_function_calls_itself;
    annotated {
        async fn handler(a: &Noisy, n: u8) -> Answer<u8> {
            let _local = Noisy("local");
            if n == 0 {
                a.touch();
                return Ok(0);
            }
            pause().await;
            Ok(Box::pin(handler(a, n - 1)).await? + n)
        }
    }
    runs |run| run.drive(handler(&Noisy("a"), 3))
}
