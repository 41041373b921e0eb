//! What the attribute adds to the size of a future.

use std::mem::size_of_val;

use tonic::{Request, Response};

use super::harness::{Answer, pause};

/// What a future may grow by, however large its arguments are.
const AT_MOST: usize = 192;

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
    given [1; _]
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
    given [1; _], 2
}

grows_little! {
    a_future_grows_little_around_an_argument_that_it_returns;
    annotated {
        pub(super) async fn handler<const N: usize>(bytes: [u8; N]) -> Answer<[u8; N]> {
            pause().await;
            Ok(bytes)
        }
    }
    given [1; _]
}

grows_little! {
    a_future_grows_little_around_an_argument_that_is_taken_apart;
    annotated {
        pub(super) async fn handler<const N: usize>((bytes, n): ([u8; N], u8)) -> Answer<usize> {
            pause().await;
            Ok(bytes.len() + usize::from(n))
        }
    }
    given ([1; _], 2)
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
    given Request::new([1; _])
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
    given Sized([1; _]), 2
}

/// A type that may be a request, for all that its name says.
struct Sized<const N: usize>([u8; N]);
