//! The cases of gRPC's own
//! [interoperability tests](https://github.com/grpc/grpc/blob/master/doc/interop-test-descriptions.md)
//! that are about deadlines and cancellation, both ways, and with every call shape
//! that they apply to. What they specify is the code that the client sees.

use std::time::Duration;

use futures::{StreamExt, stream};
use tonic::{Code, Status};
use tonic_scope::Scope;
use tonic_scope_tests::long_lived;

use crate::{
    LONG, SHAPES,
    foreign::{Foreign, Language, Order},
    ours::{BOTH, Client, Ours, ask, call, in_scope},
    with_each_peer,
};

with_each_peer!(
    timeout_on_sleeping_server,
    cancel_after_begin,
    cancel_after_first_response,
);

/// Of the size that is specified.
const PAYLOAD: &str = match str::from_utf8(&[b'0'; 27_182]) {
    Ok(payload) => payload,
    Err(_) => panic!("zeros are UTF-8"),
};

async fn timeout_on_sleeping_server(language: Language) {
    let millisecond = Duration::from_millis(1);
    let mut foreign = Foreign::start(language).await;
    for scopes in BOTH {
        let ours = Ours::start(scopes).await;
        for shape in SHAPES {
            let order = Order::new(shape).asks(PAYLOAD).timeout(millisecond);
            let call = foreign.call(&ours.url, &order).await;
            let code = foreign.code(call).await;
            assert_eq!(code, "DEADLINE_EXCEEDED", "{shape} of ours, {scopes:?}");
        }
    }
    let client = long_lived(foreign.url()).await;
    for shape in SHAPES {
        let scope = Scope::builder("caller").timeout(millisecond);
        let status = scope.run(call(client.clone(), shape, PAYLOAD)).await;
        assert_eq!(
            status.unwrap_err().code(),
            Code::DeadlineExceeded,
            "{shape}"
        );
    }
}

async fn cancel_after_begin(language: Language) {
    let mut foreign = Foreign::start(language).await;
    for scopes in BOTH {
        let ours = Ours::start(scopes).await;
        for shape in SHAPES {
            let order = Order::new(shape).silent().cancelled_at_begin();
            let call = foreign.call(&ours.url, &order).await;
            let code = foreign.code(call).await;
            assert_eq!(code, "CANCELLED", "{shape} of ours, {scopes:?}");
        }
    }
    let client = long_lived(foreign.url()).await;
    for shape in SHAPES {
        let (scope, called) = in_scope(LONG, call(client.clone(), shape, "")).await;
        scope.cancel();
        let status = called.await.unwrap().unwrap_err();
        assert_eq!(status.code(), Code::Cancelled, "{shape}: {status}");
    }
}

async fn cancel_after_first_response(language: Language) {
    let mut foreign = Foreign::start(language).await;
    for scopes in BOTH {
        let ours = Ours::start(scopes).await;
        for shape in ["Download", "Chat"] {
            let order = Order::new(shape).asks(PAYLOAD).cancelled_at_first_answer();
            let call = foreign.call(&ours.url, &order).await;
            assert_eq!(foreign.answer(call).await, PAYLOAD);
            let code = foreign.code(call).await;
            assert_eq!(code, "CANCELLED", "{shape} of ours, {scopes:?}");
        }
    }
    let client = long_lived(foreign.url()).await;
    for shape in ["Download", "Chat"] {
        let body = cancelled_after_first_response(client.clone(), shape);
        let (_, called) = in_scope(LONG, body).await;
        let status = called.await.unwrap().unwrap_err();
        assert_eq!(status.code(), Code::Cancelled, "{shape}: {status}");
    }
}

async fn cancelled_after_first_response(
    mut client: Client,
    shape: &'static str,
) -> Result<(), Status> {
    let ask = ask(PAYLOAD);
    let answers = if shape == "Download" {
        client.download(ask).await?
    } else {
        let asks = stream::iter([ask]).chain(stream::pending());
        client.chat(asks).await?
    };
    let mut answers = answers.into_inner();
    assert_eq!(answers.message().await?.unwrap().text, PAYLOAD);
    Scope::current().unwrap().cancel();
    let cut_off = answers.message().await;
    assert_eq!(cut_off.as_ref().unwrap_err().code(), Code::Cancelled);
    assert!(answers.message().await?.is_none(), "one outcome");
    cut_off.map(drop)
}
