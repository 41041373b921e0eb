//! What the attribute adds to the size of a future.

mod boxed;
mod methods;

use std::mem::size_of_val;

use tonic::{Request, Response};

use super::harness::{Answer, pause};

/// What a future may grow by, however large its arguments are.
const AT_MOST: usize = 192;

/// As long as the handler says that takes them.
fn ones<const N: usize>() -> [u8; N] {
    [1; N]
}

/// A test of a function `handler::<N>`, whose argument has N bytes.
macro_rules! grows_little {
    ($name:ident; annotated { $($item:tt)* } given $($argument:expr),+) => {
        #[test]
        fn $name() {
            mod plain {
                use super::*;
                $($item)*
            }
            mod scoped {
                use super::*;
                #[::tonic_scope::scoped]
                $($item)*
            }
            macro_rules! compare {
                ($size:literal) => {
                    let plain = size_of_val(&plain::handler::<$size>($($argument),+));
                    let scoped = size_of_val(&scoped::handler::<$size>($($argument),+));
                    assert!(
                        scoped <= plain + AT_MOST,
                        "{} bytes: {plain} became {scoped}", $size
                    );
                };
            }
            compare!(0);
            compare!(64);
            compare!(1024);
            compare!(16384);
        }
    };
}

grows_little! {
    a_future_grows_little_around_an_argument_that_is_used_later;
    annotated {
        pub(super) async fn handler<const N: usize>(bytes: [u8; N]) -> Answer<u64> {
            pause().await;
            Ok(bytes.iter().copied().map(u64::from).sum())
        }
    }
    given ones()
}

grows_little! {
    a_future_grows_little_around_an_argument_that_is_borrowed;
    annotated {
        pub(super) async fn handler<const N: usize>(mut bytes: [u8; N], n: u8) -> Answer<usize> {
            let borrowed = &mut bytes;
            pause().await;
            borrowed.fill(n);
            Ok(borrowed.len())
        }
    }
    given ones(), 2
}

grows_little! {
    a_future_grows_little_around_an_argument_that_it_returns;
    annotated {
        pub(super) async fn handler<const N: usize>(bytes: [u8; N]) -> Answer<[u8; N]> {
            pause().await;
            Ok(bytes)
        }
    }
    given ones()
}

grows_little! {
    a_future_grows_little_around_an_argument_that_is_taken_apart;
    annotated {
        pub(super) async fn handler<const N: usize>((bytes, n): ([u8; N], u8)) -> Answer<usize> {
            pause().await;
            Ok(bytes.len() + usize::from(n))
        }
    }
    given (ones(), 2)
}

grows_little! {
    a_future_grows_little_around_a_request;
    annotated {
        pub(super) async fn handler<const N: usize>(
            request: Request<[u8; N]>,
        ) -> Answer<Response<[u8; N]>> {
            pause().await;
            Ok(Response::new(request.into_inner()))
        }
    }
    given Request::new(ones())
}

grows_little! {
    a_future_grows_little_around_a_argument_of_any_type;
    annotated {
        pub(super) async fn handler<const N: usize>(sized: Sized<N>, mut n: u8) -> Answer<u8> {
            pause().await;
            n += sized.0.last().copied().unwrap_or_default();
            Ok(n)
        }
    }
    given Sized(ones()), 2
}

grows_little! {
    a_future_grows_little_around_an_argument_that_is_gone_before_it_waits;
    annotated {
        pub(super) async fn handler<const N: usize>(bytes: Vec<[u8; N]>, last: [u8; N]) -> Answer {
            let _ = bytes.iter().chain([&last]).flatten().count();
            pause().await;
            Ok(())
        }
    }
    given vec![ones()], ones()
}

grows_little! {
    a_future_grows_little_around_a_request_whose_message_alone_is_kept;
    annotated {
        pub(super) async fn handler<const N: usize>(request: Request<[u8; N]>) -> Answer<u8> {
            let bytes = request.into_inner();
            pause().await;
            Ok(bytes.last().copied().unwrap_or_default())
        }
    }
    given Request::new(ones())
}

grows_little! {
    a_future_grows_little_around_a_request_of_which_little_is_kept;
    annotated {
        pub(super) async fn handler<const N: usize>(mut request: Request<[u8; N]>) -> Answer<u8> {
            let last = request.get_mut().last().copied();
            drop(request);
            pause().await;
            Ok(last.unwrap_or_default())
        }
    }
    given Request::new(ones())
}

grows_little! {
    a_future_grows_little_around_a_result_that_is_large;
    annotated {
        pub(super) async fn handler<const N: usize>(n: u8) -> Answer<[u8; N]> {
            pause().await;
            Ok([n; N])
        }
    }
    given 1
}

grows_little! {
    a_future_grows_little_around_an_answer_that_is_large;
    annotated {
        pub(super) async fn handler<const N: usize>(n: u8) -> Answer<Response<[u8; N]>> {
            pause().await;
            Ok(Response::new([n; N]))
        }
    }
    given 1
}

grows_little! {
    a_future_grows_little_around_arguments_that_nobody_uses;
    annotated {
        #[allow(unused_variables, reason = "that is the shape")]
        pub(super) async fn handler<const N: usize>(a: [u8; N], _: [u8; N], b: Sized<N>) -> Answer {
            pause().await;
            Ok(())
        }
    }
    given ones(), ones(), Sized(ones())
}

grows_little! {
    a_future_grows_little_around_many_arguments;
    annotated {
        pub(super) async fn handler<const N: usize>(
            a: &[u8; N],
            b: &str,
            (c, _): (u128, &str),
            d: u64,
            e: Option<&[u8; N]>,
            f: &dyn Fn() -> u8,
            g: impl Fn() -> u8,
        ) -> Answer<usize> {
            pause().await;
            let n = a.len() + b.len() + usize::try_from(c).unwrap_or(0) + e.map_or(0, |e| e.len());
            Ok(n + usize::from(f() + g()) + usize::try_from(d).unwrap_or(0))
        }
    }
    given &ones(), "b", (1, "c"), 1, None, &|| 1, || 1
}

grows_little! {
    a_future_grows_little_around_a_pattern;
    annotated {
        pub(super) async fn handler<const N: usize>(
            Sized(a): Sized<N>,
            [b, c]: [&str; 2],
            (_, d): ([u8; N], u8),
        ) -> Answer<usize> {
            let n = a.len();
            pause().await;
            Ok(n + b.len() + c.len() + usize::from(d))
        }
    }
    given Sized(ones()), ["b", "c"], (ones(), 1)
}

grows_little! {
    a_future_grows_little_around_arguments_that_need_no_box;
    annotated {
        pub(super) async fn handler<const N: usize>(a: &[u8; N], b: u64) -> Answer<u64> {
            let bytes = a.iter().copied().map(u64::from);
            pause().await;
            Ok(b + bytes.sum::<u64>())
        }
    }
    given &ones(), 2
}

/// A type that may be a request, for all that its name says.
struct Sized<const N: usize>([u8; N]);
