//! Answers that cross the resets of their calls.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::Notify,
    task::JoinSet,
};
use tonic::Code;
use tonic_scope::{connection::Profile, pool::Pool};
use tonic_scope_tests::{
    Apart, settles,
    shapes::{Ask, shapes_client::ShapesClient},
};

/// HTTP/2 by hand: a peer that answers calls which have been reset is one that
/// no library lets one write.
#[derive(Default)]
struct Late {
    accepted: AtomicUsize,
    opened: AtomicUsize,
    reset: AtomicUsize,
    /// Has it answer all calls that there were, and each that comes.
    answer: Notify,
}

const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;

const PREFACE: usize = 24;

/// `END_STREAM` and `END_HEADERS`, and `:status: 200`, which is 8 in HPACK's table.
fn answer(stream: u32) -> Vec<u8> {
    let mut frame = vec![0, 0, 1, HEADERS, 0x5];
    frame.extend(stream.to_be_bytes());
    frame.push(0x88);
    frame
}

impl Late {
    async fn serve(self: Arc<Self>, listener: TcpListener) {
        while let Ok((socket, _)) = listener.accept().await {
            self.accepted.fetch_add(1, SeqCst);
            tokio::spawn(Arc::clone(&self).talk(socket));
        }
    }

    async fn talk(self: Arc<Self>, socket: TcpStream) -> std::io::Result<()> {
        let (mut read, mut write) = socket.into_split();
        read.read_exact(&mut [0; PREFACE]).await?;
        write.write_all(&[0, 0, 0, SETTINGS, 0, 0, 0, 0, 0]).await?;
        let mut streams = Vec::new();
        let mut answers = false;
        loop {
            let mut head = [0; 9];
            tokio::select! {
                read = read.read_exact(&mut head) => read?,
                () = self.answer.notified() => {
                    answers = true;
                    for stream in streams.drain(..) {
                        write.write_all(&answer(stream)).await?;
                    }
                    continue;
                }
            };
            let [a, b, c, kind, _, id @ ..] = head;
            let mut payload = vec![0; u32::from_be_bytes([0, a, b, c]) as usize];
            read.read_exact(&mut payload).await?;
            match kind {
                HEADERS if answers => {
                    let stream = u32::from_be_bytes(id);
                    write.write_all(&answer(stream)).await?;
                }
                HEADERS => {
                    streams.push(u32::from_be_bytes(id));
                    self.opened.fetch_add(1, SeqCst);
                }
                RST_STREAM => {
                    self.reset.fetch_add(1, SeqCst);
                }
                _ => {}
            }
        }
    }
}

#[tokio::test]
async fn answers_to_calls_that_were_reset_do_not_cost_the_others_their_connection() {
    const CALLS: usize = 1_100;
    let apart = Apart::new("late");
    let listener = apart.run(TcpListener::bind("127.0.0.1:0")).await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let late = Arc::<Late>::default();
    apart.handle().spawn(Arc::clone(&late).serve(listener));

    let pool = Pool::builder().build().unwrap();
    // However long that takes here.
    let minute = Duration::from_secs(60);
    let profile =
        Profile::new().with_endpoint(move |it| Ok(it.http2_reset_stream_duration(minute)));
    let transport = pool.connect(profile.at(url)).await.unwrap();
    let client = ShapesClient::new(transport);
    let mut calls = JoinSet::new();
    for _ in 0..CALLS {
        let mut client = client.clone();
        calls.spawn(async move { client.unary(Ask::default()).await });
    }
    assert_eq!(settles(|| late.opened.load(SeqCst), CALLS).await, CALLS);
    calls.shutdown().await;
    assert_eq!(settles(|| late.reset.load(SeqCst), CALLS).await, CALLS);

    late.answer.notify_one();
    // It is answered, if without a status, and on the connection that there was.
    let answered = client.clone().unary(Ask::default()).await.unwrap_err();
    assert_eq!(answered.code(), Code::Unknown, "{answered}");
    assert_eq!(late.accepted.load(SeqCst), 1);
}
