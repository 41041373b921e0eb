//! Who may ask, and what a browser may do with the answer.

use std::{net::IpAddr, sync::Arc};

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header, uri::Authority},
    middleware::Next,
    response::{IntoResponse as _, Response},
};

/// The names under which a console may be asked for.
///
/// A name that stands for this address may be a stranger's, with a page of the
/// stranger's that the browser takes for ours (DNS rebinding). Digits are nobody's
/// name.
#[derive(Clone, Debug)]
pub(super) struct Hosts(Arc<[String]>);

impl Hosts {
    pub(super) fn new(names: Vec<String>) -> Self {
        Self(names.into())
    }

    fn allow(&self, host: &str) -> bool {
        let digits = host.trim_start_matches('[').trim_end_matches(']');
        let is_said = |name: &String| name.eq_ignore_ascii_case(host);
        digits.parse::<IpAddr>().is_ok()
            || host.eq_ignore_ascii_case("localhost")
            || self.0.iter().any(is_said)
    }
}

/// The headers of every answer: the page loads and asks for nothing but what this
/// port has, no other page frames it or reads it, and nothing is kept.
const HEADERS: [(HeaderName, &str); 6] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
         img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
         require-trusted-types-for 'script'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
    (header::CACHE_CONTROL, "no-store"),
];

/// Refuses what is asked under a strange name, and writes the headers.
pub(super) async fn guard(State(hosts): State<Hosts>, request: Request, next: Next) -> Response {
    let known = host(&request).is_some_and(|host| hosts.allow(&host));
    let mut response = if known {
        next.run(request).await
    } else {
        let refusal = "This console answers to localhost, to addresses in digits, and to the names \
                       that it was told by `with_host`.\n";
        (StatusCode::MISDIRECTED_REQUEST, refusal).into_response()
    };
    write(response.headers_mut());
    response
}

fn write(headers: &mut HeaderMap) {
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

/// The host that is asked for, without its port: HTTP/2 has it in the address,
/// HTTP/1 in a header.
fn host(request: &Request) -> Option<String> {
    let authority = if let Some(authority) = request.uri().authority() {
        authority.clone()
    } else {
        let header = request.headers().get(header::HOST)?;
        Authority::try_from(header.as_bytes()).ok()?
    };
    Some(authority.host().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_known_by_digits_or_by_name() {
        let hosts = Hosts::new(vec!["console.example".to_owned()]);
        for known in [
            "127.0.0.1",
            "[::1]",
            "10.1.2.3",
            "LOCALHOST",
            "Console.Example",
        ] {
            assert!(hosts.allow(known), "{known}");
        }
        for strange in [
            "",
            "evil.example",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
        ] {
            assert!(!hosts.allow(strange), "{strange}");
        }
    }
}
