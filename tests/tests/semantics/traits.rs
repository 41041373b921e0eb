//! Methods of traits, with `async_trait` and without.

use std::future::Future;

use super::harness::{Answer, Noisy, Run, assert_same, is_send, note, pause};

/// As tonic generates it.
#[tonic::async_trait]
trait Greeter {
    async fn hello(&self, a: Noisy, b: Noisy) -> Answer<String>;

    async fn twice(&mut self, (a, n): (Noisy, u8), _: Noisy) -> Answer<u8> {
        pause().await;
        a.touch();
        Ok(n)
    }
}

/// With methods that are native.
trait Native {
    type Item;

    async fn next(&mut self, a: Noisy, by: u8) -> Answer<Self::Item>;

    fn later(self, a: Noisy) -> impl Future<Output = Answer<u8>> + Send;
}

shape! {
    an_impl_has_the_attribute_above_async_trait(timeout = "60s");
    annotated {
        #[tonic::async_trait]
        impl Greeter for Service {
            async fn hello(&self, a: Noisy, b: Noisy) -> Answer<String> {
                let _local = Noisy("local");
                b.touch();
                pause().await;
                a.touch();
                Ok(format!("{} {}", a.0, self.0.0))
            }

            async fn twice(&mut self, (a, n): (Noisy, u8), _: Noisy) -> Answer<u8> {
                pause().await;
                self.0 = a;
                n.checked_mul(2).ok_or_else(|| tonic::Status::out_of_range("too many"))
            }
        }
    }
    beside {
        struct Service(Noisy);
    }
    runs |run| {
        let mut service = Service(Noisy("service"));
        run.drive(is_send(service.hello(Noisy("a"), Noisy("b"))));
        run.drive(is_send(service.twice((Noisy("c"), 2), Noisy("_"))));
        run.drive(service.twice((Noisy("d"), 200), Noisy("_")));
        note("end");
    }
}

/// So that the attribute can stand below another, which it does not here.
macro_rules! below {
    ($name:ident { $($method:tt)* } runs $runs:expr) => {
        #[test]
        fn $name() {
            mod plain {
                use super::*;
                struct Service(Noisy);
                #[tonic::async_trait]
                impl Greeter for Service {
                    $($method)*
                }
                pub(super) const RUNS: fn(&crate::harness::Run) = $runs;
            }
            mod whole {
                use super::*;
                struct Service(Noisy);
                #[tonic::async_trait]
                #[::tonic_scope::scoped]
                impl Greeter for Service {
                    $($method)*
                }
                pub(super) const RUNS: fn(&crate::harness::Run) = $runs;
            }
            mod single {
                use super::*;
                struct Service(Noisy);
                #[tonic::async_trait]
                impl Greeter for Service {
                    #[::tonic_scope::scoped(timeout = "60s")]
                    $($method)*
                }
                pub(super) const RUNS: fn(&crate::harness::Run) = $runs;
            }
            crate::harness::assert_same(plain::RUNS, whole::RUNS);
            crate::harness::assert_same(plain::RUNS, single::RUNS);
        }
    };
}

below! {
    an_impl_or_a_method_has_the_attribute_below_async_trait {
        async fn hello(&self, a: Noisy, b: Noisy) -> Answer<String> {
            let _local = Noisy("local");
            b.touch();
            pause().await;
            if self.0.0.is_empty() {
                return Ok(String::new());
            }
            a.touch();
            Ok(format!("{} {}", a.0, self.0.0))
        }
    }
    runs |run| {
        let mut service = Service(Noisy("service"));
        run.drive(is_send(service.hello(Noisy("a"), Noisy("b"))));
        run.drive(is_send(service.twice((Noisy("c"), 2), Noisy("_"))));
        Service(Noisy("")).0.touch();
    }
}

below! {
    arguments_that_async_trait_renames_are_dropped_in_turn {
        async fn hello(&self, _: Noisy, mut b: Noisy) -> Answer<String> {
            b.0 = "changed";
            pause().await;
            Err(tonic::Status::aborted(self.0.0))
        }
    }
    runs |run| run.drive(Service(Noisy("service")).hello(Noisy("a"), Noisy("b")))
}

shape! {
    methods_of_a_trait_are_native(timeout = "60s");
    annotated {
        impl Native for Counter {
            type Item = (u8, Noisy);

            async fn next(&mut self, a: Noisy, by: u8) -> Answer<Self::Item> {
                self.0 += by;
                pause().await;
                Ok((self.0, a))
            }

            async fn later(self, a: Noisy) -> Answer<u8> {
                pause().await;
                a.touch();
                Ok(self.0)
            }
        }
    }
    beside {
        struct Counter(u8);
    }
    runs |run| {
        let mut counter = Counter(1);
        run.drive(is_send(counter.next(Noisy("a"), 2)));
        run.drive(is_send(counter.later(Noisy("b"))));
    }
}

shape! {
    a_trait_has_generic_methods;
    annotated {
        impl<T: Clone + Sync> Generic<T> for Many<T> {
            async fn all<'a, F>(&'a self, a: Noisy, mut each: F) -> Answer<Option<&'a T>>
            where
                T: 'a,
                F: FnMut(&'a T) -> bool,
            {
                for item in &self.0 {
                    pause().await;
                    if each(item) {
                        a.touch();
                        return Ok(Some(item));
                    }
                }
                Ok(None)
            }
        }
    }
    beside {
        trait Generic<T> {
            async fn all<'a, F>(&'a self, a: Noisy, each: F) -> Answer<Option<&'a T>>
            where
                T: 'a,
                F: FnMut(&'a T) -> bool;
        }

        struct Many<T>(Vec<T>);
    }
    runs |run| {
        let many = Many(vec![1, 2, 3]);
        run.drive(many.all(Noisy("a"), |n| *n == 2));
        run.drive(many.all(Noisy("a"), |n| *n == 9));
    }
}

shape! {
    one_of_two_methods_is_there(timeout = "60s");
    annotated {
        impl Counter {
            #[cfg(test)]
            async fn next(&self, a: Noisy) -> Answer<u8> {
                #[cfg(not(test))]
                absent.touch();
                #[cfg(test)]
                pause().await;
                let n = [
                    #[cfg(test)]
                    self.0,
                    #[cfg(not(test))]
                    absent,
                ];
                a.touch();
                Ok(n[0])
            }

            #[cfg(not(test))]
            async fn next(&self, a: Absent) -> Answer<u8> {
                a.touch();
                Ok(0)
            }
        }
    }
    beside {
        struct Counter(u8);
    }
    runs |run| run.drive(is_send(Counter(1).next(Noisy("a"))))
}

/// A method that a trait has a body for; on a trait itself there is no attribute.
macro_rules! greet {
    ($name:ident $(#[$scoped:meta])?) => {
        mod $name {
            use super::*;

            trait Greet: Sync {
                fn name(&self) -> &'static str;

                $(#[$scoped])?
                async fn handler(&self, a: Noisy, (b, _): (Noisy, Noisy)) -> Answer<usize> {
                    let _local = Noisy(self.name());
                    pause().await;
                    a.touch();
                    Ok(self.name().len() + b.0.len())
                }
            }

            struct English;

            impl Greet for English {
                fn name(&self) -> &'static str {
                    "hello"
                }
            }

            pub(super) const RUNS: fn(&Run) = |run| {
                let pair = (Noisy("b"), Noisy("_"));
                run.drive(is_send(English.handler(Noisy("a"), pair)));
            };
        }
    };
}

greet!(plain);
greet!(scoped #[tonic_scope::scoped(timeout = "60s")]);

#[test]
fn a_trait_has_a_body_for_a_method() {
    assert_same(plain::RUNS, scoped::RUNS);
}
