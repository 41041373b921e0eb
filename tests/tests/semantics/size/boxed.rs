//! Where `async_trait` boxes the future.

use std::mem::size_of_val;

use tonic::Request;

use super::{
    super::harness::{Answer, pause},
    AT_MOST,
};

#[tonic::async_trait]
trait Handle<const N: usize> {
    async fn handler(&self, request: Request<[u8; N]>) -> Answer<u8>;
}

/// The same of a method whose future `async_trait` boxes.
macro_rules! boxed_grows_little {
    ($name:ident; $(#[$above:meta])? async_trait $(#[$below:meta])?) => {
        #[test]
        fn $name() {
            struct Plain;
            #[tonic::async_trait]
            impl<const N: usize> Handle<N> for Plain {
                async fn handler(&self, request: Request<[u8; N]>) -> Answer<u8> {
                    let last = request.get_ref().last().copied();
                    drop(request);
                    pause().await;
                    Ok(last.unwrap_or_default())
                }
            }
            struct Scoped;
            $(#[$above])?
            #[tonic::async_trait]
            impl<const N: usize> Handle<N> for Scoped {
                $(#[$below])?
                async fn handler(&self, request: Request<[u8; N]>) -> Answer<u8> {
                    let last = request.get_ref().last().copied();
                    drop(request);
                    pause().await;
                    Ok(last.unwrap_or_default())
                }
            }
            fn sizes<const N: usize>() -> [usize; 2] {
                let request = || Request::new([1; N]);
                let (plain, scoped) = (Plain.handler(request()), Scoped.handler(request()));
                [size_of_val(&*plain), size_of_val(&*scoped)]
            }
            for [plain, scoped] in [sizes::<0>(), sizes::<64>(), sizes::<1024>(), sizes::<16384>()] {
                assert!(scoped <= plain + AT_MOST, "{plain} became {scoped}");
            }
        }
    };
}

boxed_grows_little! {
    a_boxed_future_grows_little_on_a_method;
    async_trait
    #[tonic_scope::scoped]
}

boxed_grows_little! {
    a_boxed_future_grows_little_on_an_impl;
    #[tonic_scope::scoped]
    async_trait
}

#[tonic::async_trait]
trait Take {
    async fn handler(self, n: u8) -> Answer<u8>;
}

/// The same where the method takes `self`.
macro_rules! boxed_grows_little_around_self {
    ($name:ident; $(#[$above:meta])? async_trait $(#[$below:meta])?) => {
        #[test]
        fn $name() {
            struct Plain<const N: usize>([u8; N]);
            #[tonic::async_trait]
            impl<const N: usize> Take for Plain<N> {
                async fn handler(mut self, n: u8) -> Answer<u8> {
                    self.0.fill(n);
                    pause().await;
                    Ok(self.0.last().copied().unwrap_or_default())
                }
            }
            struct Scoped<const N: usize>([u8; N]);
            $(#[$above])?
            #[tonic::async_trait]
            impl<const N: usize> Take for Scoped<N> {
                $(#[$below])?
                async fn handler(mut self, n: u8) -> Answer<u8> {
                    self.0.fill(n);
                    pause().await;
                    Ok(self.0.last().copied().unwrap_or_default())
                }
            }
            fn sizes<const N: usize>() -> [usize; 2] {
                let (plain, scoped) = (Plain([1; N]).handler(2), Scoped([1; N]).handler(2));
                [size_of_val(&*plain), size_of_val(&*scoped)]
            }
            for [plain, scoped] in [sizes::<0>(), sizes::<64>(), sizes::<1024>(), sizes::<16384>()] {
                assert!(scoped <= plain + AT_MOST, "{plain} became {scoped}");
            }
        }
    };
}

boxed_grows_little_around_self! {
    a_boxed_future_grows_little_around_self_on_a_method;
    async_trait
    #[tonic_scope::scoped]
}

boxed_grows_little_around_self! {
    a_boxed_future_grows_little_around_self_on_an_impl;
    #[tonic_scope::scoped]
    async_trait
}
