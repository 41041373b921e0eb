//! Methods: `self` in every form.

use std::{pin::Pin, rc::Rc, sync::Arc};

use super::harness::{Answer, Noisy, is_send, note, pause};

/// So that both copies can have the same methods.
macro_rules! method {
    ($name:ident { $($method:tt)* } $(beside { $($beside:tt)* })? runs $runs:expr) => {
        shape! {
            $name;
            annotated { impl Counter { $($method)* } }
            beside {
                $($($beside)*)?

                #[derive(Debug)]
                struct Counter {
                    count: u32,
                    noisy: Noisy,
                }

                fn counter() -> Counter {
                    Counter { count: 1, noisy: Noisy("self") }
                }
            }
            runs $runs
        }
    };
}

method! {
    a_method_borrows_self {
        async fn handler(&self, a: Noisy, b: Noisy) -> Answer<&Noisy> {
            b.touch();
            pause().await;
            a.touch();
            note(self.count.to_string());
            Ok(&self.noisy)
        }
    }
    runs |run| run.drive(is_send(counter().handler(Noisy("a"), Noisy("b"))))
}

method! {
    a_method_borrows_self_to_change_it {
        async fn handler(&mut self, a: Noisy, by: u32) -> Answer<&mut u32> {
            self.count += by;
            pause().await;
            a.touch();
            self.count *= 2;
            Ok(&mut self.count)
        }
    }
    runs |run| {
        let mut counter = counter();
        run.drive(is_send(counter.handler(Noisy("a"), 2)));
        note(counter.count.to_string());
    }
}

method! {
    a_method_takes_self {
        async fn handler(self, a: Noisy) -> Answer<u32> {
            pause().await;
            a.touch();
            self.noisy.touch();
            Ok(self.count)
        }
    }
    runs |run| run.drive(is_send(counter().handler(Noisy("a"))))
}

method! {
    a_method_takes_self_apart {
        async fn handler(self, a: Noisy) -> Answer<Noisy> {
            let Self { count, noisy } = self;
            pause().await;
            a.touch();
            note(count.to_string());
            Ok(noisy)
        }
    }
    runs |run| run.drive(is_send(counter().handler(Noisy("a"))))
}

method! {
    a_method_takes_a_part_of_self {
        async fn handler(self, a: Noisy) -> Answer<Noisy> {
            pause().await;
            a.touch();
            Ok(self.noisy)
        }
    }
    runs |run| run.drive(is_send(counter().handler(Noisy("a"))))
}

method! {
    a_method_moves_out_of_a_boxed_self {
        async fn handler(self: Box<Self>, a: Noisy) -> Answer<Noisy> {
            a.touch();
            pause().await;
            Ok(self.noisy)
        }
    }
    runs |run| run.drive(is_send(Box::new(counter()).handler(Noisy("a"))))
}

method! {
    a_method_takes_a_shared_self {
        async fn handler(self: Arc<Self>, a: Noisy) -> Answer<usize> {
            a.touch();
            pause().await;
            self.noisy.touch();
            Ok(Arc::strong_count(&self))
        }
    }
    runs |run| {
        run.drive(is_send(Arc::new(counter()).handler(Noisy("a"))));
        let counter = Arc::new(counter());
        run.drive(Arc::clone(&counter).handler(Noisy("a")));
        note(Arc::strong_count(&counter).to_string());
    }
}

method! {
    a_method_borrows_a_shared_self {
        async fn handler(self: &Rc<Self>, a: Noisy) -> Answer<Rc<Self>> {
            a.touch();
            pause().await;
            Ok(Rc::clone(self))
        }
    }
    runs |run| {
        let counter = Rc::new(counter());
        run.drive(counter.handler(Noisy("a")));
    }
}

method! {
    a_method_takes_a_pinned_self {
        async fn handler(mut self: Pin<&mut Self>, a: Noisy) -> Answer<Pin<&mut Self>> {
            self.count += 1;
            pause().await;
            a.touch();
            self.as_mut().get_mut().count *= 3;
            Ok(self)
        }
    }
    runs |run| {
        let mut counter = counter();
        run.drive(is_send(Pin::new(&mut counter).handler(Noisy("a"))));
        note(counter.count.to_string());
    }
}

method! {
    an_associated_function_has_no_self {
        async fn handler(a: Noisy, count: u32) -> Answer<Self> {
            pause().await;
            Ok(Self { count, noisy: a })
        }
    }
    runs |run| run.drive(is_send(Counter::handler(Noisy("a"), 9)))
}

method! {
    methods_call_each_other {
        async fn handler(&self, a: Noisy) -> Answer<u32> {
            let once = self.twice(&a, self.count).await?;
            Self::minus(self.twice(&a, once).await?).await
        }

        async fn twice(&self, a: &Noisy, count: u32) -> Answer<u32> {
            pause().await;
            a.touch();
            self.noisy.touch();
            Ok(count * 2)
        }

        async fn minus(count: u32) -> Answer<u32> {
            pause().await;
            count.checked_sub(5).ok_or_else(|| tonic::Status::out_of_range("too few"))
        }
    }
    runs |run| run.drive(is_send(counter().handler(Noisy("a"))))
}

method! {
    a_method_takes_self_and_returns_it_changed {
        async fn handler(mut self, a: Noisy, b: Noisy) -> Answer<Self> {
            self.count += 1;
            b.touch();
            pause().await;
            self.noisy = a;
            Ok(self)
        }
    }
    runs |run| run.drive(is_send(counter().handler(Noisy("a"), Noisy("b"))))
}

method! {
    a_method_that_does_not_use_self_drops_it_last {
        async fn handler(self, a: Noisy, _: Noisy) -> Answer {
            pause().await;
            a.touch();
            Ok(())
        }
    }
    runs |run| run.drive(is_send(counter().handler(Noisy("a"), Noisy("b"))))
}

method! {
    a_method_takes_a_boxed_self {
        async fn handler(self: Box<Self>, a: Noisy) -> Answer<u32> {
            pause().await;
            self.noisy.touch();
            a.touch();
            Ok(self.count)
        }
    }
    runs |run| run.drive(is_send(Box::new(counter()).handler(Noisy("a"))))
}

method! {
    a_method_names_self_where_it_is_text {
        async fn handler(mut self, a: Noisy) -> Answer<u32> {
            macro_rules! count {
                () => { self.count };
            }
            let add = |n| self.count + n;
            note(format!("{}", add(1)));
            pause().await;
            count!() += 1;
            struct Other(u32);
            impl Other {
                fn count(self) -> u32 {
                    self.0
                }
            }
            note(format!("{self:?} {a:?} {}", Other(2).count()));
            assert!(self.count > 5);
            Ok(self.count)
        }
    }
    runs |run| run.drive(is_send(counter().handler(Noisy("a"))))
}

method! {
    a_method_takes_a_self_whose_type_is_written {
        async fn handler(self: Self, a: Noisy, _: Noisy, Pair(b, _): Pair) -> Answer<Noisy> {
            b.touch();
            pause().await;
            a.touch();
            let later = async move { self.noisy };
            Ok(later.await)
        }
    }
    beside { struct Pair(Noisy, Noisy); }
    runs |run| run.drive(is_send(counter().handler(
        Noisy("a"),
        Noisy("b"),
        Pair(Noisy("c"), Noisy("d")),
    )))
}
