//! gRPC's channelz, by tonic's own client; `tests/console/run` asks by gRPC's.

use tonic::{Code, Status, transport::Channel};
use tonic_scope::monitor::{self, ChannelOrigin, ChannelState, SocketAddress};
use tonic_scope_tests::{
    Process,
    channelz::{
        GetChannelRequest, GetServerRequest, GetServerSocketsRequest, GetServersRequest,
        GetSocketRequest, GetSubchannelRequest, GetTopChannelsRequest,
        address::{Address, TcpIpAddress},
        channel_connectivity_state::State,
        channelz_client::ChannelzClient,
    },
    settles,
};

use super::watched::{FAILED, STARTED, SUCCEEDED, Watched};

async fn channelz() -> (monitor::Console, ChannelzClient<Channel>) {
    let console = monitor::serve("127.0.0.1:0").await.unwrap();
    let client = ChannelzClient::connect(console.url()).await.unwrap();
    (console, client)
}

fn number(told: i64) -> u64 {
    u64::try_from(told).expect("no count is negative")
}

fn id_of(known: u64) -> i64 {
    i64::try_from(known).expect("a small number")
}

/// The whole of a process, so that what is counted for it can be compared.
#[tokio::test]
async fn its_numbers_are_those_of_the_snapshot() {
    const NAME: &str = "channelz::its_numbers_are_those_of_the_snapshot";
    if Process::told().is_none() {
        assert!(Process::again(NAME, "look").passes());
        return;
    }
    let watched = Watched::begin().await;
    let (_console, mut client) = channelz().await;
    let request = GetTopChannelsRequest::default();
    let answer = client.get_top_channels(request).await.unwrap().into_inner();
    assert!(answer.end);
    let known = monitor::channels();
    let of = |origin: ChannelOrigin| known.iter().find(|it| it.origin == origin).unwrap();
    let calls = |origin: ChannelOrigin| {
        let it = of(origin);
        (
            it.state,
            it.calls_started,
            it.calls_succeeded,
            it.calls_failed,
        )
    };
    assert_eq!(known.len(), 3, "{known:?}");
    assert_eq!(
        calls(ChannelOrigin::LongLived),
        (ChannelState::Unknown, 5, 4, 1)
    );
    assert_eq!(calls(ChannelOrigin::Scope), (ChannelState::Ready, 3, 2, 0));
    assert_eq!(calls(ChannelOrigin::Pool), (ChannelState::Ready, 1, 1, 0));

    assert_eq!(answer.channel.len(), known.len());
    for (told, known) in answer.channel.iter().zip(&known) {
        assert_eq!(number(told.r#ref.as_ref().unwrap().channel_id), known.id);
        let data = told.data.as_ref().unwrap();
        assert_eq!(data.target, known.target.clone().unwrap_or_default());
        assert_eq!(number(data.calls_started), known.calls_started);
        assert_eq!(number(data.calls_succeeded), known.calls_succeeded);
        assert_eq!(number(data.calls_failed), known.calls_failed);
        let is_ready = data.state.unwrap().state() == State::Ready;
        assert_eq!(is_ready, known.state == ChannelState::Ready);
        assert_eq!(told.socket_ref.len(), known.sockets.len());
        assert!(data.last_call_started_timestamp.is_some());
        assert!(data.trace.as_ref().unwrap().creation_timestamp.is_some());
    }
    let sum = |count: fn(&monitor::ChannelSnapshot) -> u64| known.iter().map(count).sum::<u64>();
    let totals = monitor::snapshot().totals;
    assert_eq!(sum(|it| it.calls_started), STARTED);
    assert_eq!(sum(|it| it.calls_succeeded), SUCCEEDED);
    assert_eq!(totals.calls.of(Code::Ok) + totals.unscoped_calls, SUCCEEDED);
    assert_eq!(totals.calls.of(Code::Internal), FAILED);
    watched.end().await;
    assert_eq!(settles(|| monitor::channels().len(), 0).await, 0);
}

#[tokio::test]
async fn a_socket_has_both_its_ends() {
    let watched = Watched::begin().await;
    let (_console, mut client) = channelz().await;
    let channels = watched.channels();
    let owned = channels.iter().find(|it| it.origin == ChannelOrigin::Scope);
    let known = &owned.unwrap().sockets[0];
    assert_eq!(known.remote, Some(SocketAddress::Tcp(watched.address)));
    let request = GetSocketRequest {
        socket_id: id_of(known.id),
        summary: false,
    };
    let socket = client
        .get_socket(request)
        .await
        .unwrap()
        .into_inner()
        .socket
        .unwrap();
    assert_eq!(
        socket.remote.unwrap().address,
        Some(Address::TcpipAddress(TcpIpAddress {
            ip_address: vec![127, 0, 0, 1],
            port: watched.address.port().into(),
        }))
    );
    let Some(Address::TcpipAddress(local)) = socket.local.unwrap().address else {
        panic!("no TCP");
    };
    let ours = format!("127.0.0.1:{}", local.port);
    assert_eq!(known.local.as_ref().unwrap().to_string(), ours);
    assert_eq!(socket.data, None, "what is not known is not said");
    watched.end().await;
}

#[tokio::test]
async fn a_server_counts_how_its_calls_end() {
    let watched = Watched::begin().await;
    let (_console, mut client) = channelz().await;
    let counts = watched.layer.counts();
    assert_eq!(
        (counts.requests, counts.succeeded, counts.failed),
        (STARTED, SUCCEEDED, FAILED)
    );
    let id = id_of(watched.layer.id());
    let request = GetServerRequest { server_id: id };
    let server = client
        .get_server(request)
        .await
        .unwrap()
        .into_inner()
        .server
        .unwrap();
    let data = server.data.unwrap();
    assert_eq!(number(data.calls_started), STARTED);
    assert_eq!(number(data.calls_succeeded), SUCCEEDED);
    assert_eq!(number(data.calls_failed), FAILED);
    assert!(server.listen_socket.is_empty());
    let all = client
        .get_servers(GetServersRequest::default())
        .await
        .unwrap();
    let ids = all
        .into_inner()
        .server
        .into_iter()
        .map(|it| it.r#ref.unwrap().server_id);
    assert!(ids.into_iter().any(|it| it == id));
    let request = GetServerSocketsRequest {
        server_id: id,
        ..GetServerSocketsRequest::default()
    };
    let sockets = client
        .get_server_sockets(request)
        .await
        .unwrap()
        .into_inner();
    assert!(sockets.end && sockets.socket_ref.is_empty());

    let layer = watched.layer.clone();
    watched.end().await;
    // The one that was under way has been given up by its caller.
    let failed = || layer.counts().failed;
    assert_eq!(settles(failed, FAILED + 1).await, FAILED + 1);
}

#[tokio::test]
async fn lists_come_in_pages() {
    let watched = Watched::begin().await;
    let (_console, mut client) = channelz().await;
    let mut ids: Vec<i64> = Vec::new();
    loop {
        let request = GetTopChannelsRequest {
            start_channel_id: ids.last().map_or(0, |last| last + 1),
            max_results: 1,
        };
        let page = client.get_top_channels(request).await.unwrap().into_inner();
        assert!(page.channel.len() == 1 || page.end, "{page:?}");
        ids.extend(
            page.channel
                .iter()
                .map(|it| it.r#ref.as_ref().unwrap().channel_id),
        );
        if page.end {
            break;
        }
    }
    assert!(ids.is_sorted_by(|a, b| a < b), "{ids:?}");
    for channel in watched.channels() {
        assert!(ids.contains(&id_of(channel.id)), "{ids:?}");
    }
    watched.end().await;
}

#[tokio::test]
async fn what_is_not_there_is_not_found_and_nonsense_is_refused() {
    let (_console, mut client) = channelz().await;
    for id in [0, -1, i64::MAX] {
        let code = |status: Result<(), Status>| status.unwrap_err().code();
        let channel = client
            .get_channel(GetChannelRequest { channel_id: id })
            .await;
        assert_eq!(code(channel.map(drop)), Code::NotFound);
        let subchannel = client
            .get_subchannel(GetSubchannelRequest { subchannel_id: id })
            .await;
        assert_eq!(code(subchannel.map(drop)), Code::NotFound);
        let request = GetSocketRequest {
            socket_id: id,
            summary: true,
        };
        assert_eq!(
            code(client.get_socket(request).await.map(drop)),
            Code::NotFound
        );
        let server = client.get_server(GetServerRequest { server_id: id }).await;
        assert_eq!(code(server.map(drop)), Code::NotFound);
        let request = GetServerSocketsRequest {
            server_id: id,
            ..GetServerSocketsRequest::default()
        };
        assert_eq!(
            code(client.get_server_sockets(request).await.map(drop)),
            Code::NotFound
        );
    }
    let request = GetTopChannelsRequest {
        start_channel_id: 0,
        max_results: -1,
    };
    let refused = client.get_top_channels(request).await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument);
}
