//! What is asked for by path.

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware,
    response::{IntoResponse, Response},
    routing::{get, method_routing::MethodRouter},
};
use serde::Serialize;
use tokio::task::spawn_blocking;

use super::{
    channelz,
    guard::{Hosts, guard},
    view,
};
use crate::monitor;

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const TEXT: &str = "text/plain; charset=utf-8";
const JSON: &str = "application/json";

const PAGE: &str = include_str!("page/page.html");

pub(super) fn router(hosts: Hosts) -> Router {
    Router::new()
        .route("/", get(front))
        .route("/page.css", fixed(CSS, include_str!("page/page.css")))
        .route("/page.js", fixed(SCRIPT, include_str!("page/page.js")))
        .route("/charts.js", fixed(SCRIPT, include_str!("page/charts.js")))
        .route("/tree.js", fixed(SCRIPT, include_str!("page/tree.js")))
        .route("/view.json", get(|| json(view::take)))
        .route("/snapshot.json", get(|| json(monitor::snapshot)))
        .route("/channels.json", get(|| json(monitor::channels)))
        .route("/snapshot.txt", get(text))
        .route_service(channelz::PATH, channelz::service())
        .layer(middleware::from_fn_with_state(hosts, guard))
}

/// The page for who asks for HTML; the table for who does not, as curl.
async fn front(headers: HeaderMap) -> Response {
    let accepts = headers.get(header::ACCEPT);
    let wants_page = accepts.is_some_and(|it| it.to_str().is_ok_and(|it| it.contains("text/html")));
    let mut response = if wants_page {
        typed(HTML, PAGE)
    } else {
        text().await
    };
    let vary = HeaderValue::from_static("accept");
    response.headers_mut().insert(header::VARY, vary);
    response
}

async fn text() -> Response {
    match spawn_blocking(|| format!("{}\n", monitor::snapshot())).await {
        Ok(table) => typed(TEXT, table),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// Taken and written on a thread that may be busy for a while: with 100,000 scopes
/// it is, and the runtime is not ours.
async fn json<T: Serialize>(take: impl FnOnce() -> T + Send + 'static) -> Response {
    let write = move || serde_json::to_vec(&take()).ok();
    match spawn_blocking(write).await {
        Ok(Some(json)) => typed(JSON, json),
        Ok(None) | Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn fixed(kind: &'static str, text: &'static str) -> MethodRouter {
    get(move || async move { typed(kind, text) })
}

fn typed(kind: &'static str, body: impl Into<Body>) -> Response {
    ([(header::CONTENT_TYPE, kind)], body.into()).into_response()
}
