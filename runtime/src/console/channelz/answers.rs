//! What is known, in channelz's messages.

use std::{
    net::IpAddr,
    time::{Duration, SystemTime},
};

use prost_types::Timestamp;

use super::proto::{
    Address, Channel, ChannelConnectivityState, ChannelData, ChannelRef, ChannelTrace, Server,
    ServerData, ServerRef, Socket, SocketRef,
    address::{self, TcpIpAddress, UdsAddress},
    channel_connectivity_state::State,
};
use crate::monitor::{
    ChannelSnapshot, ChannelState, ServerSnapshot, SocketAddress, SocketSnapshot,
};

impl From<&ChannelSnapshot> for Channel {
    fn from(channel: &ChannelSnapshot) -> Self {
        Self {
            r#ref: Some(ChannelRef {
                channel_id: number(channel.id),
                name: String::new(),
            }),
            data: Some(ChannelData {
                state: Some(ChannelConnectivityState {
                    state: state(channel.state).into(),
                }),
                target: channel.target.clone().unwrap_or_default(),
                trace: Some(created(channel.age)),
                calls_started: number(channel.calls_started),
                calls_succeeded: number(channel.calls_succeeded),
                calls_failed: number(channel.calls_failed),
                last_call_started_timestamp: channel.since_last_call.map(ago),
                ..ChannelData::default()
            }),
            socket_ref: channel.sockets.iter().map(SocketRef::from).collect(),
            ..Self::default()
        }
    }
}

impl From<&SocketSnapshot> for SocketRef {
    fn from(socket: &SocketSnapshot) -> Self {
        Self {
            socket_id: number(socket.id),
            name: String::new(),
        }
    }
}

/// Without data: what goes over a socket is tonic's to know.
impl From<&SocketSnapshot> for Socket {
    fn from(socket: &SocketSnapshot) -> Self {
        Self {
            r#ref: Some(socket.into()),
            local: socket.local.as_ref().map(Address::from),
            remote: socket.remote.as_ref().map(Address::from),
            ..Self::default()
        }
    }
}

impl From<&ServerSnapshot> for Server {
    fn from(server: &ServerSnapshot) -> Self {
        Self {
            r#ref: Some(ServerRef {
                server_id: number(server.id),
                name: server.location.to_string(),
            }),
            data: Some(ServerData {
                trace: Some(created(server.age)),
                calls_started: number(server.counts.requests),
                calls_succeeded: number(server.counts.succeeded),
                calls_failed: number(server.counts.failed),
                last_call_started_timestamp: None,
            }),
            listen_socket: Vec::new(),
        }
    }
}

impl From<&SocketAddress> for Address {
    fn from(address: &SocketAddress) -> Self {
        let address = match address {
            SocketAddress::Tcp(address) => address::Address::TcpipAddress(TcpIpAddress {
                ip_address: match address.ip() {
                    IpAddr::V4(ip) => ip.octets().to_vec(),
                    IpAddr::V6(ip) => ip.octets().to_vec(),
                },
                port: address.port().into(),
            }),
            SocketAddress::Unix(path) => address::Address::UdsAddress(UdsAddress {
                filename: path.clone(),
            }),
        };
        Self {
            address: Some(address),
        }
    }
}

fn state(state: ChannelState) -> State {
    match state {
        ChannelState::Unknown => State::Unknown,
        ChannelState::Idle => State::Idle,
        ChannelState::Connecting => State::Connecting,
        ChannelState::Ready => State::Ready,
        ChannelState::Failing => State::TransientFailure,
        ChannelState::Closed => State::Shutdown,
    }
}

/// When it was made. Events are not traced.
fn created(age: Duration) -> ChannelTrace {
    ChannelTrace {
        creation_timestamp: Some(ago(age)),
        ..ChannelTrace::default()
    }
}

fn ago(since: Duration) -> Timestamp {
    let now = SystemTime::now();
    now.checked_sub(since).unwrap_or(now).into()
}

/// Counts and numbers of ours do not get to 2⁶³.
fn number(of_ours: u64) -> i64 {
    i64::try_from(of_ours).unwrap_or(i64::MAX)
}
