//! Names of the user's that generated code may use for itself.

use tonic::Request;

use super::harness::{Answer, Noisy, pause};

shape! {
    locals_have_names_that_others_may_want;
    annotated {
        async fn handler(caller: u8, mode: u8, edge: u8) -> Answer<u8> {
            let scope = caller + mode;
            let body = |limits: u8| limits + scope;
            let run = async { body(edge) };
            let (site, probe, value, arg0, it) = (1, 2, 3, 4, 5);
            pause().await;
            let caller = run.await;
            Ok(caller + site + probe + value + arg0 + it)
        }
    }
    runs |run| run.drive(handler(1, 2, 3))
}

shape! {
    arguments_have_names_that_others_may_want;
    annotated {
        async fn handler(run: Noisy, _: Noisy, arg1: Noisy, request: Noisy) -> Answer<&'static str> {
            pause().await;
            request.touch();
            Ok([run.0, arg1.0].last().copied().unwrap_or_default())
        }
    }
    runs |run| {
        run.drive(handler(Noisy("run"), Noisy("_"), Noisy("arg1"), Noisy("request")));
    }
}

shape! {
    modules_have_the_names_of_crates;
    annotated {
        async fn handler(n: u8) -> Answer<(u8, &'static str)> {
            pause().await;
            Ok((n + core::ONE + tonic_scope::ONE, std::name()))
        }
    }
    beside {
        mod core {
            pub(super) const ONE: u8 = 1;
        }
        mod std {
            pub(super) const fn name() -> &'static str {
                "mine"
            }
        }
        mod tonic_scope {
            pub(super) const ONE: u8 = 1;
        }
    }
    runs |run| run.drive(handler(1))
}

shape! {
    types_and_variants_have_the_names_of_the_prelude;
    annotated {
        async fn handler(n: u8) -> Result {
            pause().await;
            let some: Option = Some(n);
            let none = None;
            Answer::Ok(some.0 + none + Ok)
        }
    }
    beside {
        use super::super::harness::Answer;

        type Result = Answer<u8>;
        struct Option(u8);

        #[allow(non_snake_case, reason = "that is the shape")]
        const fn Some(n: u8) -> Option {
            Option(n)
        }
        #[allow(non_upper_case_globals, reason = "that is the shape")]
        const None: u8 = 1;
        #[allow(non_upper_case_globals, reason = "that is the shape")]
        const Ok: u8 = 2;
    }
    runs |run| run.drive(handler(3))
}

shape! {
    traits_in_reach_have_methods_of_common_names;
    annotated {
        async fn handler(n: u8, noisy: Noisy) -> Answer<(u8, u8, u8)> {
            pause().await;
            noisy.touch();
            Ok((n.timeout(), n.or(5), n.bind()))
        }
    }
    beside {
        trait Common: Sized {
            fn bind(&self) -> u8 {
                3
            }
            fn timeout(self) -> u8 {
                4
            }
            fn or(self, _: Self) -> Self {
                self
            }
        }

        impl<T> Common for T {}
    }
    runs |run| run.drive(handler(1, Noisy("a")))
}

shape! {
    traits_in_reach_have_methods_for_everything;
    annotated {
        async fn handler(request: Request<u8>, noisy: Noisy) -> Answer<(u8, [u8; 10])> {
            let client = ThingClient::new(noisy);
            let socket = Socket;
            let n = socket.connect().await + open().connect().await;
            pause().await;
            drop(client);
            Ok((n, [
                n.mode(),
                n.caller(),
                n.tighter(1, 2),
                n.endpoint(),
                n.connecting(),
                n.transport(),
                n.connect_lazy(),
                n.take(),
                request.mode(),
                socket.connecting(),
            ]))
        }
    }
    beside {
        struct ThingClient<T>(T);

        impl<T> ThingClient<T> {
            fn new(transport: T) -> Self {
                Self(transport)
            }
        }

        struct Socket;

        impl Socket {
            async fn connect(&self) -> u8 {
                pause().await;
                20
            }
        }

        fn open() -> Socket {
            Socket
        }

        trait Everything {
            fn mode(&self) -> u8 {
                1
            }
            fn caller(&self) -> u8 {
                2
            }
            fn tighter(&self, _: u8, _: u8) -> u8 {
                3
            }
            fn endpoint(&self) -> u8 {
                4
            }
            fn connecting(&self) -> u8 {
                5
            }
            fn transport(&self) -> u8 {
                6
            }
            fn connect_lazy(&self) -> u8 {
                7
            }
            fn take(&self) -> u8 {
                8
            }
        }

        impl<T: ?Sized> Everything for T {}
    }
    runs |run| run.drive(handler(Request::new(1), Noisy("a")))
}

shape! {
    names_are_raw;
    annotated {
        async fn r#match(r#type: u8, r#mut: Noisy, mut r#loop: u8) -> Answer<u8> {
            let r#fn = |r#in: u8| r#in + r#type;
            pause().await;
            r#mut.touch();
            r#loop += 1;
            Ok(r#fn(r#loop))
        }
    }
    runs |run| run.drive(r#match(1, Noisy("a"), 2))
}

shape! {
    names_are_shadowed;
    annotated {
        async fn handler(a: Noisy, n: u8) -> Answer<(Noisy, String)> {
            let a = (a, Noisy("second"));
            pause().await;
            let a = a.1;
            let n = n + 1;
            let n = n.to_string();
            pause().await;
            Ok((a, n))
        }
    }
    runs |run| run.drive(handler(Noisy("first"), 1))
}

shape! {
    items_stand_in_the_body;
    annotated {
        async fn handler(n: u8) -> Answer<u8> {
            #![allow(clippy::items_after_statements, reason = "that is the shape")]
            use std::ops::Add as _;
            pause().await;
            const ONE: u8 = 1;
            #[derive(Clone, Copy)]
            struct Run(u8);
            impl Run {
                async fn handler(self) -> u8 {
                    pause().await;
                    self.0.add(ONE)
                }
            }
            fn handler(n: u8) -> Run {
                Run(n)
            }
            macro_rules! run {
                ($run:expr) => {
                    $run.handler().await
                };
            }
            let run = handler(n);
            Ok(run!(run) + run!(handler(1)))
        }
    }
    runs |run| run.drive(handler(1))
}
