//! The generated code that the examples share; the examples themselves lie beside `src`.

/// `proto/discovery.proto`: the config that services check and watch.
#[allow(missing_docs, unused_qualifications, clippy::pedantic)]
pub mod discovery {
    tonic::include_proto!("discovery");
}

/// `proto/ladder.proto`: the services of the small examples.
#[allow(missing_docs, unused_qualifications, clippy::pedantic)]
pub mod ladder {
    tonic::include_proto!("ladder");
}
