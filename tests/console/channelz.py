"""Reads a process's channelz with gRPC's own client, and prints all of it as JSON."""

import json
import sys

import grpc
from google.protobuf.json_format import MessageToDict
from grpc_channelz.v1 import channelz_pb2 as messages
from grpc_channelz.v1 import channelz_pb2_grpc as services


def main():
    channelz = services.ChannelzStub(grpc.insecure_channel(sys.argv[1]))
    channels = list(pages(
        lambda start: channelz.GetTopChannels(
            messages.GetTopChannelsRequest(start_channel_id=start, max_results=2)),
        lambda page: page.channel,
        lambda channel: channel.ref.channel_id))
    sockets = [
        channelz.GetSocket(messages.GetSocketRequest(socket_id=ref.socket_id)).socket
        for channel in channels for ref in channel.socket_ref]
    servers = list(pages(
        lambda start: channelz.GetServers(
            messages.GetServersRequest(start_server_id=start, max_results=1)),
        lambda page: page.server,
        lambda server: server.ref.server_id))
    for channel in channels:
        request = messages.GetChannelRequest(channel_id=channel.ref.channel_id)
        assert channelz.GetChannel(request).channel.ref == channel.ref
    print(json.dumps({
        "channels": [MessageToDict(channel) for channel in channels],
        "sockets": [MessageToDict(socket) for socket in sockets],
        "servers": [MessageToDict(server) for server in servers],
        "unknown": code(lambda: channelz.GetChannel(messages.GetChannelRequest(channel_id=2**62))),
    }))


def pages(ask, items, number):
    start = 0
    while True:
        page = ask(start)
        for item in items(page):
            yield item
            start = number(item) + 1
        if page.end:
            return


def code(call):
    try:
        call()
    except grpc.RpcError as error:
        return error.code().name
    return "OK"


main()
