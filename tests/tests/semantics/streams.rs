//! Returned streams: the attribute changes their type, never their items.

use std::pin::Pin;

use futures::{FutureExt as _, Stream, StreamExt as _, stream};
use tonic::{Response, Status};

use super::harness::{Answer, Noisy, is_send, note, pause};

/// What a service has for its streaming methods.
#[tonic::async_trait]
trait Watch {
    type WatchStream: Stream<Item = Answer<u8>> + Send + 'static;

    async fn watch(&self, a: Noisy, n: u8) -> Answer<Response<Self::WatchStream>>;
}

/// All items that are there at once, and when what they own is dropped.
fn collected(stream: impl Stream<Item = Answer<u8>>) -> String {
    let items = stream.map(|item| item.map_err(|status| status.message().to_owned()));
    let items = items.collect::<Vec<_>>().now_or_never();
    note("collected");
    format!("{items:?}")
}

/// Counts to `n`, and fails there if asked to.
fn count(owned: Noisy, n: u8, fail: bool) -> impl Stream<Item = Answer<u8>> + Send {
    stream::iter(0..n).map(move |item| {
        owned.touch();
        if fail && item + 1 == n {
            return Err(Status::data_loss("the last"));
        }
        Ok(item)
    })
}

shape! {
    a_boxed_stream_yields_its_items(timeout = "60s");
    annotated {
        async fn handler(
            a: Noisy,
            n: u8,
        ) -> Answer<Response<Pin<Box<dyn Stream<Item = Answer<u8>> + Send>>>> {
            let _local = Noisy("local");
            pause().await;
            if n == 0 {
                return Ok(Response::new(Box::pin(stream::empty())));
            }
            Ok(Response::new(Box::pin(count(a, n, n == 3))))
        }
    }
    runs |run| {
        for n in [0, 2, 3] {
            run.drive_to(is_send(handler(Noisy("a"), n)), |result| {
                collected(result.unwrap().into_inner())
            });
        }
    }
}

shape! {
    a_stream_that_is_not_in_a_response_yields_its_items(timeout = "60s");
    annotated {
        async fn handler(a: Noisy, b: Noisy) -> Answer<stream::BoxStream<'static, Answer<u8>>> {
            b.touch();
            pause().await;
            Ok(count(a, 2, false).boxed())
        }
    }
    runs |run| run.drive_to(handler(Noisy("a"), Noisy("b")), |result| collected(result.unwrap()))
}

shape! {
    a_stream_may_fail_to_begin(idle = "30s");
    annotated {
        async fn handler(
            a: Noisy,
            n: Option<u16>,
        ) -> Answer<Response<stream::BoxStream<'static, Answer<u8>>>> {
            pause().await;
            let n = n.ok_or_else(|| Status::invalid_argument("how many"))?;
            let mut response = Response::new(count(a, 2, false).boxed());
            response.metadata_mut().insert("n", n.into());
            Ok(response)
        }
    }
    runs |run| {
        for n in [None, Some(7)] {
            run.drive_to(handler(Noisy("a"), n), |result| match result {
                Ok(response) => {
                    note(format!("{:?}", response.metadata()));
                    collected(response.into_inner())
                }
                Err(status) => status.to_string(),
            });
        }
    }
}

shape! {
    an_associated_stream_yields_its_items(stream(idle = "30s"));
    annotated {
        #[tonic::async_trait]
        impl Watch for Service {
            type WatchStream = Pin<Box<dyn Stream<Item = Answer<u8>> + Send>>;

            async fn watch(&self, a: Noisy, n: u8) -> Answer<Response<Self::WatchStream>> {
                self.0.touch();
                pause().await;
                if n > 5 {
                    return Err(Status::out_of_range("too many"));
                }
                let counted: Self::WatchStream = Box::pin(count(a, n, false));
                Ok(Response::new(counted))
            }
        }
    }
    beside {
        struct Service(Noisy);
    }
    runs |run| {
        let service = Service(Noisy("service"));
        for n in [1, 9] {
            run.drive_to(is_send(service.watch(Noisy("a"), n)), |result| match result {
                Ok(response) => collected(response.into_inner()),
                Err(status) => status.to_string(),
            });
        }
    }
}

shape! {
    an_associated_stream_has_a_name_of_its_own(stream(timeout = "1m"));
    annotated {
        #[tonic::async_trait]
        impl Watch for Service {
            type WatchStream = stream::Iter<std::vec::IntoIter<Answer<u8>>>;

            async fn watch(&self, a: Noisy, n: u8) -> Answer<Response<Self::WatchStream>> {
                a.touch();
                pause().await;
                Ok(Response::new(stream::iter(vec![Ok(n), Err(Status::aborted("end"))])))
            }
        }
    }
    beside {
        struct Service;
    }
    runs |run| run.drive_to(is_send(Service.watch(Noisy("a"), 1)), |result| {
        collected(result.unwrap().into_inner())
    })
}
