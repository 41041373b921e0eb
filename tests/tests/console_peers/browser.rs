//! Chromium without a window, told what to do by
//! [WebDriver](https://www.w3.org/TR/webdriver2/): four of its commands are all
//! that is needed, each a request of HTTP.

use std::{process::Stdio, time::Duration};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use nix::{
    sys::signal::{Signal, killpg},
    unistd::Pid,
};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
    time::{Instant, sleep},
};
use tonic_scope_tests::http1;

/// A browser with one page.
#[derive(Debug)]
pub(crate) struct Browser {
    driver: String,
    session: String,
    process: Child,
}

/// With the browser, which a driver that is ended by itself leaves behind.
impl Drop for Browser {
    fn drop(&mut self) {
        if let Some(id) = self.process.id().and_then(|id| i32::try_from(id).ok()) {
            let _ = killpg(Pid::from_raw(id), Signal::SIGKILL);
        }
    }
}

/// Only keeps a broken test from hanging.
const PATIENCE: Duration = Duration::from_secs(90);

impl Browser {
    /// Starts one whose user prefers light or dark, and shows a page.
    pub(crate) async fn open(url: &str, dark: bool) -> Self {
        let mut process = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .process_group(0)
            .spawn()
            .expect("tests/console/run has installed it");
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let port = loop {
            let line = lines.next_line().await.unwrap().expect("it starts");
            if let Some((_, port)) = line.split_once("started successfully on port ") {
                break port.trim_end_matches('.').to_owned();
            }
        };
        // What it says later has to go somewhere.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        let mut browser = Self {
            driver: format!("127.0.0.1:{port}"),
            session: String::new(),
            process,
        };
        let mut arguments = vec![
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--hide-scrollbars",
            "--window-size=1200,860",
        ];
        if dark {
            arguments.push("--force-dark-mode");
        }
        let wanted = json!({ "capabilities": { "alwaysMatch": {
            "browserName": "chrome",
            "goog:loggingPrefs": { "browser": "ALL" },
            "goog:chromeOptions": { "args": arguments },
        } } });
        let session = browser.command("POST", "/session", &wanted).await;
        browser.session = format!("/session/{}", session["sessionId"].as_str().unwrap());
        browser.tell("POST", "/url", &json!({ "url": url })).await;
        browser
    }

    /// What JavaScript returns in the page.
    pub(crate) async fn run(&self, script: &str) -> Value {
        let script = json!({ "script": script, "args": [] });
        self.tell("POST", "/execute/sync", &script).await
    }

    /// Waits until it returns `wanted`; returns what it does when the test has
    /// waited for far too long.
    pub(crate) async fn settles(&self, script: &str, wanted: impl Into<Value>) -> Value {
        let wanted = wanted.into();
        let give_up = Instant::now() + PATIENCE;
        loop {
            let seen = self.run(script).await;
            if seen == wanted || Instant::now() >= give_up {
                return seen;
            }
            sleep(Duration::from_millis(50)).await;
        }
    }

    /// What it looks like, as a PNG.
    pub(crate) async fn screenshot(&self) -> Vec<u8> {
        let image = self.tell("GET", "/screenshot", &Value::Null).await;
        BASE64_STANDARD.decode(image.as_str().unwrap()).unwrap()
    }

    /// What has been written to its console: errors, and what a policy forbids.
    pub(crate) async fn complaints(&self) -> Vec<String> {
        let log = self
            .tell("POST", "/se/log", &json!({ "type": "browser" }))
            .await;
        let entries = log.as_array().unwrap().iter();
        entries.map(|entry| entry["message"].to_string()).collect()
    }

    /// Ends the browser; without it only the driver is.
    pub(crate) async fn quit(self) {
        self.tell("DELETE", "", &Value::Null).await;
    }

    async fn tell(&self, method: &str, path: &str, body: &Value) -> Value {
        self.command(method, &format!("{}{path}", self.session), body)
            .await
    }

    async fn command(&self, method: &str, path: &str, body: &Value) -> Value {
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let headers = ["Host: localhost", "Content-Type: application/json"];
        let answer = http1(&self.driver, &format!("{method} {path}"), &headers, &body).await;
        assert_eq!(answer.status, 200, "{method} {path}: {}", answer.body);
        let answer: Value = serde_json::from_str(&answer.body).unwrap();
        answer["value"].clone()
    }
}
