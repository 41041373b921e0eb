"""A peer on grpcio; see ../README.md for what it is told and what it tells."""

import json
import pathlib
import sys
import threading
from concurrent import futures

import grpc

sys.path.append(str(pathlib.Path(__file__).parents[2] / "proto"))
messages, services = grpc.protos_and_services("shapes.proto")

printing = threading.Lock()


def tell(**event):
    with printing:
        print(json.dumps(event), flush=True)


class Shapes(services.ShapesServicer):
    def Unary(self, ask, context):
        over = begin("Unary", context)
        return finish(ask.text, context, over)

    def Download(self, ask, context):
        over = begin("Download", context)
        yield messages.Answer(text=ask.text)
        finish(ask.text, context, over)

    def Upload(self, asks, context):
        over = begin("Upload", context)
        text = ""
        for text in uploaded("Upload", asks):
            pass
        return finish(text, context, over)

    def Chat(self, asks, context):
        over = begin("Chat", context)
        text = ""
        for text in uploaded("Chat", asks):
            yield messages.Answer(text=text)
            if text == "cancel":
                break
        finish(text, context, over)


def begin(method, context):
    over = threading.Event()

    def end():
        over.set()
        tell(served=method, over=True)

    # A call without a deadline has some 300 billion years left.
    remaining = context.time_remaining()
    tell(served=method, remaining=remaining if remaining < 1e9 else None)
    if not context.add_callback(end):
        end()
    return over


def uploaded(method, asks):
    how = "cancelled"
    try:
        for ask in asks:
            yield ask.text
        how = "complete"
    finally:
        tell(served=method, upload=how)


def finish(text, context, over):
    if text == "cancel":
        context.cancel()
    elif text != "answer":
        over.wait()
    return messages.Answer(text=text)


class Call:
    def __init__(self, command):
        self.id = command["call"]
        self.over = threading.Event()
        channel = grpc.insecure_channel(command["target"])
        stub = services.ShapesStub(channel)
        method = command["method"]
        asks = [messages.Ask(text=text) for text in command["asks"]]
        request = (
            self.upload(asks, command["complete"])
            if method in ("Upload", "Chat")
            else asks[0]
        )
        begin = getattr(stub, method)
        self.streams = method in ("Download", "Chat")
        begin = begin if self.streams else begin.future
        self.call = begin(request, timeout=command["timeout"])
        self.cancel_at = command["cancel"]
        if self.cancel_at == "begin":
            self.call.cancel()
        threading.Thread(target=self.follow, args=[channel], daemon=True).start()

    def upload(self, asks, complete):
        yield from asks
        if not complete:
            self.over.wait()

    def follow(self, channel):
        try:
            for answer in self.call if self.streams else [self.call.result()]:
                tell(call=self.id, answer=answer.text)
                if self.cancel_at == "first":
                    self.call.cancel()
        except (grpc.RpcError, grpc.FutureCancelledError):
            pass
        tell(call=self.id, code=self.call.code().name, message=self.call.details())
        self.over.set()
        channel.close()


def main():
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=32))
    services.add_ShapesServicer_to_server(Shapes(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    tell(serving=f"127.0.0.1:{port}")
    calls = {}
    for line in sys.stdin:
        command = json.loads(line)
        if "call" in command:
            calls[command["call"]] = Call(command)
        else:
            calls[command["cancel"]].call.cancel()
    server.stop(grace=None)


main()
