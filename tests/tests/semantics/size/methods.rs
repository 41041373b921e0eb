//! Where the method may take `self` by value.

use std::mem::size_of_val;

use tonic::Request;

use super::{
    super::harness::{Answer, pause},
    AT_MOST, ones,
};

/// A test of a method `handler` of `Sized<N>`, which may keep that by value.
macro_rules! grows_little_around_self {
    ($name:ident; annotated { $($method:tt)* } given ($($argument:expr),*)) => {
        #[test]
        fn $name() {
            mod plain {
                use super::*;
                pub(super) struct Sized<const N: usize>(pub(super) [u8; N]);
                impl<const N: usize> Sized<N> {
                    $($method)*
                }
            }
            mod scoped {
                use super::*;
                pub(super) struct Sized<const N: usize>(pub(super) [u8; N]);
                #[::tonic_scope::scoped]
                impl<const N: usize> Sized<N> {
                    $($method)*
                }
            }
            macro_rules! compare {
                ($size:literal) => {
                    let plain = size_of_val(&plain::Sized([1; $size]).handler($($argument),*));
                    let scoped = size_of_val(&scoped::Sized([1; $size]).handler($($argument),*));
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

grows_little_around_self! {
    a_future_grows_little_around_a_self_that_is_used_later;
    annotated {
        pub(super) async fn handler(self) -> Answer<usize> {
            pause().await;
            Ok(self.0.len())
        }
    }
    given ()
}

grows_little_around_self! {
    a_future_grows_little_around_a_self_that_is_used_before_it_waits;
    annotated {
        pub(super) async fn handler(self) -> Answer<usize> {
            let length = self.0.len();
            pause().await;
            Ok(length)
        }
    }
    given ()
}

grows_little_around_self! {
    a_future_grows_little_around_a_self_that_is_changed_and_borrowed;
    annotated {
        pub(super) async fn handler(mut self, n: u8) -> Answer<Self> {
            let bytes = &mut self.0;
            pause().await;
            bytes.fill(n);
            Ok(self)
        }
    }
    given (2)
}

grows_little_around_self! {
    a_future_grows_little_around_a_self_that_is_taken_apart;
    annotated {
        pub(super) async fn handler(self) -> Answer<[u8; N]> {
            let Self(bytes) = self;
            pause().await;
            Ok(bytes)
        }
    }
    given ()
}

grows_little_around_self! {
    a_future_grows_little_around_a_self_that_is_not_used;
    annotated {
        pub(super) async fn handler(self: Self) -> Answer {
            pause().await;
            Ok(())
        }
    }
    given ()
}

grows_little_around_self! {
    a_future_grows_little_around_self_and_arguments;
    annotated {
        pub(super) async fn handler(
            self,
            request: Request<[u8; 512]>,
            (a, b): ([u8; N], String),
        ) -> Answer<usize> {
            pause().await;
            Ok(self.0.len() + request.get_ref().len() + a.len() + b.len())
        }
    }
    given (Request::new([1; 512]), (ones(), String::new()))
}
