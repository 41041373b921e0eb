//! A foreign peer's process.

use std::{path::Path, process::Stdio, time::Duration};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines},
    process::{Child, ChildStdin, ChildStdout, Command},
    time::timeout,
};

/// Which peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    Python,
    Node,
}

/// A running peer, which is a client and a server.
#[derive(Debug)]
pub(crate) struct Foreign {
    address: String,
    commands: ChildStdin,
    events: Lines<BufReader<ChildStdout>>,
    /// What was said while something else was waited for.
    earlier: Vec<Value>,
    calls: u64,
    _process: Child,
}

/// A call that a peer is to make.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    method: &'static str,
    asks: Vec<String>,
    complete: bool,
    timeout: Option<f64>,
    cancel: Option<&'static str>,
}

/// Only keeps a broken test from hanging.
const PATIENCE: Duration = Duration::from_secs(30);

impl Order {
    /// A call without a timeout, and with nothing to say.
    pub(crate) fn new(method: &'static str) -> Self {
        Self {
            method,
            asks: vec!["wait".to_owned()],
            complete: false,
            timeout: None,
            cancel: None,
        }
    }

    /// What it asks; a request stream is complete then if it is `complete`.
    pub(crate) fn asks(self, text: &str) -> Self {
        Self {
            asks: vec![text.to_owned()],
            ..self
        }
    }

    /// Sends nothing on a request stream.
    pub(crate) fn silent(self) -> Self {
        Self {
            asks: match self.method {
                "Unary" | "Download" => self.asks,
                _ => Vec::new(),
            },
            ..self
        }
    }

    pub(crate) fn complete(self) -> Self {
        Self {
            complete: true,
            ..self
        }
    }

    pub(crate) fn timeout(self, timeout: Duration) -> Self {
        self.seconds(timeout.as_secs_f64())
    }

    /// A timeout that may be none: zero, or negative.
    pub(crate) fn seconds(self, seconds: f64) -> Self {
        Self {
            timeout: Some(seconds),
            ..self
        }
    }

    /// Cancels as soon as it has begun.
    pub(crate) fn cancelled_at_begin(self) -> Self {
        Self {
            cancel: Some("begin"),
            ..self
        }
    }

    /// Cancels after the first answer.
    pub(crate) fn cancelled_at_first_answer(self) -> Self {
        Self {
            cancel: Some("first"),
            ..self
        }
    }
}

impl Foreign {
    /// Starts it, and waits until its server is up.
    pub(crate) async fn start(language: Language) -> Self {
        let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
        let installed = tests.join("../target/peers");
        let mut command = match language {
            Language::Python => {
                let mut command = Command::new(installed.join("python/bin/python"));
                command.arg(tests.join("peers/python/peer.py"));
                command
            }
            Language::Node => {
                let mut command = Command::new("node");
                command.env("NODE_PATH", installed.join("node/node_modules"));
                command.arg(tests.join("peers/node/peer.js"));
                command
            }
        };
        let mut process = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("tests/peers/run has installed it");
        let events = BufReader::new(process.stdout.take().unwrap()).lines();
        let mut foreign = Self {
            address: String::new(),
            commands: process.stdin.take().unwrap(),
            events,
            earlier: Vec::new(),
            calls: 0,
            _process: process,
        };
        let serving = foreign.event(|event| event["serving"].is_string()).await;
        serving["serving"]
            .as_str()
            .unwrap()
            .clone_into(&mut foreign.address);
        foreign
    }

    /// The URL of its server.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Has it make a call of the server at `url`.
    pub(crate) async fn call(&mut self, url: &str, order: &Order) -> u64 {
        self.calls += 1;
        let call = self.calls;
        self.tell(&json!({
            "call": call,
            "target": url.trim_start_matches("http://"),
            "method": order.method,
            "asks": order.asks,
            "complete": order.complete,
            "timeout": order.timeout,
            "cancel": order.cancel,
        }))
        .await;
        call
    }

    /// Has it cancel a call.
    pub(crate) async fn cancel(&mut self, call: u64) {
        self.tell(&json!({ "cancel": call })).await;
    }

    /// An answer to its call.
    pub(crate) async fn answer(&mut self, call: u64) -> String {
        let event = self
            .event(|event| event["call"] == call && event["answer"].is_string())
            .await;
        event["answer"].as_str().unwrap().to_owned()
    }

    /// The name of the code with which its call ended.
    pub(crate) async fn code(&mut self, call: u64) -> String {
        let event = self
            .event(|event| event["call"] == call && event["code"].is_string())
            .await;
        event["code"].as_str().unwrap().to_owned()
    }

    /// The next call that its server has been sent: its method, and the time that
    /// is left for it.
    pub(crate) async fn served(&mut self) -> (String, Option<Duration>) {
        let event = self.event(|event| event.get("remaining").is_some()).await;
        let left = event["remaining"].as_f64().map(Duration::from_secs_f64);
        (event["served"].as_str().unwrap().to_owned(), left)
    }

    /// How the upload of a call to its server ended.
    pub(crate) async fn upload(&mut self, method: &str) -> String {
        let event = self
            .event(|event| event["served"] == method && event["upload"].is_string())
            .await;
        event["upload"].as_str().unwrap().to_owned()
    }

    /// Waits until a call to its server is over, which none is by itself that waits.
    pub(crate) async fn over(&mut self, method: &str) {
        self.event(|event| event["served"] == method && event["over"] == true)
            .await;
    }

    /// Whether its server has not been sent any other call.
    pub(crate) fn is_quiet(&self) -> bool {
        let served = |event: &Value| event.get("remaining").is_some();
        !self.earlier.iter().any(served)
    }

    async fn tell(&mut self, command: &Value) {
        let line = format!("{command}\n");
        self.commands.write_all(line.as_bytes()).await.unwrap();
        self.commands.flush().await.unwrap();
    }

    async fn event(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        if let Some(at) = self.earlier.iter().position(&wanted) {
            return self.earlier.remove(at);
        }
        loop {
            let line = timeout(PATIENCE, self.events.next_line()).await;
            let line = line.unwrap_or_else(|_| panic!("nothing but {:?}", self.earlier));
            let line = line.unwrap().expect("the peer lives");
            let event = serde_json::from_str(&line).expect("JSON");
            if wanted(&event) {
                return event;
            }
            self.earlier.push(event);
        }
    }
}
