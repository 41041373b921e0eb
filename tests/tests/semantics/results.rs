//! Results: what the expected type makes of them.

use std::{
    collections::BTreeMap,
    fmt::{Debug, Display},
    future::Future,
    pin::Pin,
};

use tonic::{Response, Status};

use super::harness::{Answer, Noisy, is_send, note, pause};

shape! {
    numbers_and_collections_have_the_type_of_the_result;
    annotated {
        async fn handler(empty: bool) -> Answer<(i128, f32, BTreeMap<u8, Vec<u16>>)> {
            if empty {
                return Ok((0, 0.5, [].into_iter().collect()));
            }
            let big = 1 << 100;
            let mut all = BTreeMap::new();
            pause().await;
            all.insert(1, vec![2, 3]);
            Ok((big, 1.0 / 3.0, all))
        }
    }
    runs |run| {
        run.drive(handler(true));
        run.drive(handler(false));
    }
}

shape! {
    conversions_have_the_type_of_the_result;
    annotated {
        async fn handler(n: u16, text: &str) -> Answer<(u64, String, Option<i8>)> {
            let parsed = text.parse().ok();
            pause().await;
            Ok((n.into(), text.into(), parsed))
        }
    }
    runs |run| {
        run.drive(handler(1, "-5"));
        run.drive(handler(2, "500"));
    }
}

shape! {
    boxes_become_trait_objects;
    annotated {
        async fn handler(n: u32) -> Answer<Box<dyn Fn() -> u32 + Send>> {
            if n == 0 {
                return Ok(Box::new(|| 10));
            }
            pause().await;
            match n {
                1 => Ok(Box::new(move || n)),
                _ => Ok(Box::new(move || n * 2)),
            }
        }
    }
    runs |run| {
        for n in 0..3 {
            run.drive_to(is_send(handler(n)), |result| result.unwrap()().to_string());
        }
    }
}

shape! {
    several_trait_objects_are_in_one_result;
    annotated {
        async fn handler(a: Noisy) -> Answer<(Box<dyn Debug>, Vec<Box<dyn Display>>, &'static [u8])> {
            pause().await;
            Ok((Box::new(a), vec![Box::new(1), Box::new("two")], &[1, 2, 3]))
        }
    }
    runs |run| run.drive_to(handler(Noisy("a")), |result| {
        let (debug, display, slice) = result.unwrap();
        let display: Vec<String> = display.iter().map(ToString::to_string).collect();
        format!("{debug:?} {display:?} {slice:?}")
    })
}

shape! {
    a_future_is_the_result;
    annotated {
        async fn handler(a: Noisy) -> Answer<Pin<Box<dyn Future<Output = &'static str> + Send>>> {
            pause().await;
            Ok(Box::pin(async move {
                pause().await;
                a.touch();
                a.0
            }))
        }
    }
    runs |run| run.drive_to(is_send(handler(Noisy("a"))), |result| {
        use futures::FutureExt as _;
        format!("{:?}", result.unwrap().now_or_never())
    })
}

shape! {
    a_response_has_metadata;
    annotated {
        async fn handler(request: tonic::Request<Noisy>) -> Answer<Response<Noisy>> {
            let mut response = Response::new(Noisy("answer"));
            pause().await;
            let key = request.metadata().get("key").cloned();
            request.get_ref().touch();
            response.metadata_mut().insert("key", key.ok_or_else(|| Status::not_found("key"))?);
            Ok(response)
        }
    }
    runs |run| {
        run.drive(is_send(handler(tonic::Request::new(Noisy("request")))));
        let mut request = tonic::Request::new(Noisy("request"));
        request.metadata_mut().insert("key", "value".parse().unwrap());
        run.drive(handler(request));
    }
}

shape! {
    the_result_is_of_units;
    annotated {
        async fn handler(fail: bool) -> Result<(), Status> {
            if fail {
                Err(Status::unknown(""))?;
            } else {
                pause().await;
            }
            Ok(())
        }
    }
    runs |run| {
        run.drive(handler(false));
        run.drive(handler(true));
    }
}

shape! {
    a_body_waits_for_ever;
    annotated {
        async fn handler(_: &Noisy) -> Answer<u8> {
            std::future::pending().await
        }
    }
    runs |run| if run.to_the_end() {
        note("never ends");
    } else {
        run.drive(handler(&Noisy("a")));
    }
}
