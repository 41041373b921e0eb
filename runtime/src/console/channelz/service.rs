use tonic::{Request, Response, Status};

use super::{
    page::Page,
    proto::{
        Channel, GetChannelRequest, GetChannelResponse, GetServerRequest, GetServerResponse,
        GetServerSocketsRequest, GetServerSocketsResponse, GetServersRequest, GetServersResponse,
        GetSocketRequest, GetSocketResponse, GetSubchannelRequest, GetSubchannelResponse,
        GetTopChannelsRequest, GetTopChannelsResponse, Server, Socket,
        channelz_server::{self, ChannelzServer},
    },
};
use crate::monitor::{self, ServerSnapshot};

/// Where an axum router has it.
pub(in crate::console) const PATH: &str = "/grpc.channelz.v1.Channelz/{*method}";

/// Answers from what is there at the moment; it keeps nothing.
#[derive(Clone, Copy, Debug)]
pub(in crate::console) struct Channelz;

pub(in crate::console) fn service() -> ChannelzServer<Channelz> {
    ChannelzServer::new(Channelz)
}

#[tonic::async_trait]
impl channelz_server::Channelz for Channelz {
    async fn get_top_channels(
        &self,
        request: Request<GetTopChannelsRequest>,
    ) -> Result<Response<GetTopChannelsResponse>, Status> {
        let request = request.get_ref();
        let page = Page::new(request.start_channel_id, request.max_results)?;
        let (channels, end) = page.of(monitor::channels(), |channel| channel.id);
        Ok(Response::new(GetTopChannelsResponse {
            channel: channels.iter().map(Channel::from).collect(),
            end,
        }))
    }

    async fn get_servers(
        &self,
        request: Request<GetServersRequest>,
    ) -> Result<Response<GetServersResponse>, Status> {
        let request = request.get_ref();
        let page = Page::new(request.start_server_id, request.max_results)?;
        let (servers, end) = page.of(monitor::servers(), |server| server.id);
        Ok(Response::new(GetServersResponse {
            server: servers.iter().map(Server::from).collect(),
            end,
        }))
    }

    async fn get_server(
        &self,
        request: Request<GetServerRequest>,
    ) -> Result<Response<GetServerResponse>, Status> {
        let server = server(request.get_ref().server_id)?;
        Ok(Response::new(GetServerResponse {
            server: Some(Server::from(&server)),
        }))
    }

    /// None: a layer sees requests, and not what they come over.
    async fn get_server_sockets(
        &self,
        request: Request<GetServerSocketsRequest>,
    ) -> Result<Response<GetServerSocketsResponse>, Status> {
        let request = request.get_ref();
        Page::new(request.start_socket_id, request.max_results)?;
        server(request.server_id)?;
        Ok(Response::new(GetServerSocketsResponse {
            socket_ref: Vec::new(),
            end: true,
        }))
    }

    async fn get_channel(
        &self,
        request: Request<GetChannelRequest>,
    ) -> Result<Response<GetChannelResponse>, Status> {
        let wanted = request.get_ref().channel_id;
        let found = monitor::channels()
            .into_iter()
            .find(|channel| is(channel.id, wanted));
        let channel = found.ok_or_else(|| none("channel", wanted))?;
        Ok(Response::new(GetChannelResponse {
            channel: Some(Channel::from(&channel)),
        }))
    }

    /// A channel has its sockets without anything in between.
    async fn get_subchannel(
        &self,
        request: Request<GetSubchannelRequest>,
    ) -> Result<Response<GetSubchannelResponse>, Status> {
        Err(none("subchannel", request.get_ref().subchannel_id))
    }

    async fn get_socket(
        &self,
        request: Request<GetSocketRequest>,
    ) -> Result<Response<GetSocketResponse>, Status> {
        let wanted = request.get_ref().socket_id;
        let found = monitor::channels()
            .into_iter()
            .flat_map(|channel| channel.sockets)
            .find(|socket| is(socket.id, wanted));
        let socket = found.ok_or_else(|| none("socket", wanted))?;
        Ok(Response::new(GetSocketResponse {
            socket: Some(Socket::from(&socket)),
        }))
    }
}

fn server(wanted: i64) -> Result<ServerSnapshot, Status> {
    monitor::servers()
        .into_iter()
        .find(|server| is(server.id, wanted))
        .ok_or_else(|| none("server", wanted))
}

fn is(id: u64, wanted: i64) -> bool {
    u64::try_from(wanted) == Ok(id)
}

fn none(what: &str, wanted: i64) -> Status {
    Status::not_found(format!("no {what} of this process has the id {wanted}"))
}
