//! The example `console`, read as its page reads it.
#![cfg(unix)]

mod built;

use std::{
    io::{BufReader, Lines, Read, Write},
    net::TcpStream,
    process::ChildStdout,
};

use built::Running;
use serde_json::Value;

fn start(arguments: &[&str]) -> (Running, Lines<BufReader<ChildStdout>>, String) {
    let arguments = [&["--address", "127.0.0.1:0"], arguments].concat();
    let (console, mut lines) = Running::start("console", &arguments);
    let url = lines.next().unwrap().unwrap();
    let address = url.trim_start_matches("http://").trim_end_matches('/');
    (console, lines, address.to_owned())
}

fn view(address: &str) -> Value {
    let mut socket = TcpStream::connect(address).unwrap();
    let request =
        format!("GET /view.json HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    socket.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    serde_json::from_str(body).unwrap()
}

#[test]
fn the_services_are_seen_at_work_and_ctrl_c_ends_it() {
    let (mut console, _lines, address) = start(&[]);
    // Each turn is another moment; what is looked for is there at most of them.
    let sees = |wanted: &dyn Fn(&Value) -> bool| (0..2_000).any(|_| wanted(&view(&address)));
    for name in ["tick", "check", "Service::check"] {
        let is_there = |view: &Value| {
            let scopes = view["scopes"].as_array().unwrap();
            scopes.iter().any(|scope| scope["name"] == name)
        };
        assert!(sees(&is_there), "{name}");
    }
    assert!(sees(&|view| view["live"]["connections"].as_u64() > Some(0)));
    assert!(sees(&|view| {
        view["totals"]["closed"]["deadline_exceeded"].as_u64() > Some(0)
    }));
    console.interrupt();
    assert!(console.ends_well());
}

#[test]
fn a_terminal_gets_the_table_again_and_again() {
    let (_console, lines, _) = start(&["--terminal"]);
    let tables = lines
        .map(Result::unwrap)
        .filter(|line| line.contains("live scopes"));
    assert_eq!(tables.take(2).count(), 2);
}
