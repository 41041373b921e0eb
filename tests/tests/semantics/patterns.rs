//! Arguments that are taken apart where they are declared.

use std::time::Duration;

use super::harness::{Answer, Noisy, note, pause};

/// A value with parts.
struct Parts {
    left: Noisy,
    right: Noisy,
    count: usize,
}

fn parts() -> Parts {
    Parts {
        left: Noisy("left"),
        right: Noisy("right"),
        count: 2,
    }
}

shape! {
    a_tuple_is_taken_apart;
    annotated {
        async fn handler((a, b): (Noisy, Noisy), (c, n): (Noisy, u8)) -> Answer<u8> {
            b.touch();
            pause().await;
            c.touch();
            a.touch();
            Ok(n)
        }
    }
    runs |run| run.drive(handler((Noisy("a"), Noisy("b")), (Noisy("c"), 7)))
}

shape! {
    what_a_pattern_leaves_is_dropped_with_its_argument;
    annotated {
        async fn handler((a, _): (Noisy, Noisy), b: Noisy, (_, c): (Noisy, Noisy)) -> Answer {
            pause().await;
            c.touch();
            a.touch();
            b.touch();
            Ok(())
        }
    }
    runs |run| {
        run.drive(handler((Noisy("a"), Noisy("_a")), Noisy("b"), (Noisy("_c"), Noisy("c"))));
    }
}

shape! {
    names_of_a_pattern_that_nobody_uses_are_dropped_in_turn;
    annotated {
        async fn handler(a: Noisy, (_b, c): (Noisy, Noisy), d: Noisy) -> Answer {
            pause().await;
            c.touch();
            a.touch();
            d.touch();
            Ok(())
        }
    }
    runs |run| run.drive(handler(Noisy("a"), (Noisy("b"), Noisy("c")), Noisy("d")))
}

shape! {
    a_struct_is_taken_apart;
    annotated {
        async fn handler(a: Noisy, Parts { right, mut count, .. }: Parts) -> Answer<usize> {
            count += 1;
            pause().await;
            right.touch();
            a.touch();
            Ok(count)
        }
    }
    runs |run| {
        let parts = parts();
        parts.left.touch();
        run.drive(handler(Noisy("a"), parts));
    }
}

shape! {
    a_slice_is_taken_apart;
    annotated {
        async fn handler([first, rest @ ..]: &[Noisy; 3], [x, y]: [Noisy; 2]) -> Answer<usize> {
            y.touch();
            pause().await;
            first.touch();
            x.touch();
            Ok(rest.len())
        }
    }
    runs |run| {
        let slice = [Noisy("0"), Noisy("1"), Noisy("2")];
        run.drive(handler(&slice, [Noisy("x"), Noisy("y")]));
    }
}

shape! {
    a_reference_is_looked_through;
    annotated {
        async fn handler(&(a, b): &(u8, u8), &mut ref mut n: &mut u8) -> Answer<u8> {
            pause().await;
            *n += a * b;
            Ok(*n)
        }
    }
    runs |run| {
        let mut n = 1;
        run.drive(handler(&(2, 3), &mut n));
        note(n.to_string());
    }
}

shape! {
    an_argument_is_taken_by_reference;
    annotated {
        #[allow(clippy::toplevel_ref_arg, reason = "that is the shape")]
        async fn handler(a: Noisy, ref mut n: u8, ref b: Noisy, c: Noisy) -> Answer<u8> {
            c.touch();
            pause().await;
            *n += 1;
            b.touch();
            a.touch();
            Ok(*n)
        }
    }
    runs |run| run.drive(handler(Noisy("a"), 1, Noisy("b"), Noisy("c")))
}

shape! {
    a_part_is_taken_by_reference;
    annotated {
        async fn handler((ref a, ref mut n): (Noisy, u8), b: Noisy) -> Answer<u8> {
            b.touch();
            pause().await;
            *n += 1;
            a.touch();
            Ok(*n)
        }
    }
    runs |run| run.drive(handler((Noisy("a"), 1), Noisy("b")))
}

shape! {
    the_whole_has_a_name_beside_its_parts;
    annotated {
        async fn handler(a: Noisy, both @ (x, y): (u8, u8), b: Noisy) -> Answer<u8> {
            pause().await;
            b.touch();
            a.touch();
            Ok(x + y + both.0)
        }
    }
    runs |run| run.drive(handler(Noisy("a"), (1, 2), Noisy("b")))
}

shape! {
    a_limit_looks_at_a_part(timeout = Duration::from_secs(n));
    annotated {
        async fn handler((n, _): (u64, Noisy), [a, _]: [Noisy; 2]) -> Answer<u64> {
            pause().await;
            a.touch();
            Ok(n)
        }
    }
    runs |run| run.drive(handler((1, Noisy("_n")), [Noisy("a"), Noisy("_a")]))
}
