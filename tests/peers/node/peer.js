// A peer on @grpc/grpc-js; see ../README.md for what it is told and what it tells.
"use strict";

const path = require("node:path");
const readline = require("node:readline");
const grpc = require("@grpc/grpc-js");
const loader = require("@grpc/proto-loader");

const proto = path.join(__dirname, "../../proto/shapes.proto");
const { Shapes } = grpc.loadPackageDefinition(loader.loadSync(proto)).tonic_scope.tests;

const tell = (event) => process.stdout.write(`${JSON.stringify(event)}\n`);

const handlers = {
  Unary(call, answer) {
    begin("Unary", call);
    finish("Unary", call, call.request.text, answer);
  },
  Download(call) {
    begin("Download", call);
    call.write({ text: call.request.text });
    finish("Download", call, call.request.text, () => call.end());
  },
  Upload(call, answer) {
    begin("Upload", call);
    let last = "";
    call.on("data", ({ text }) => (last = text));
    uploaded("Upload", call, () => finish("Upload", call, last, answer));
  },
  Chat(call) {
    begin("Chat", call);
    let last = "";
    call.on("data", ({ text }) => {
      last = text;
      call.write({ text });
      if (text === "cancel") finish("Chat", call, text);
    });
    uploaded("Chat", call, () => finish("Chat", call, last, () => call.end()));
  },
};

function begin(served, call) {
  const deadline = call.getDeadline();
  const remaining = deadline === Infinity ? null : (deadline - Date.now()) / 1000;
  tell({ served, remaining });
  call.on("cancelled", () => tell({ served, over: true }));
}

function uploaded(served, call, complete) {
  let ended = false;
  const end = (upload) => {
    if (ended) return;
    ended = true;
    tell({ served, upload });
    if (upload === "complete") complete();
  };
  call.on("end", () => end(call.cancelled ? "cancelled" : "complete"));
  call.on("cancelled", () => end("cancelled"));
}

function finish(served, call, text, answer) {
  if (text === "cancel") {
    const error = { code: grpc.status.CANCELLED, details: "by the server" };
    if (served === "Unary" || served === "Upload") answer(error);
    else call.emit("error", error);
  } else if (text === "answer") {
    answer(null, { text });
  }
}

function start({ call: id, target, method, asks, complete, timeout, cancel }) {
  const client = new Shapes(target, grpc.credentials.createInsecure());
  const options = timeout === null ? {} : { deadline: Date.now() + timeout * 1000 };
  const streams = method === "Download" || method === "Chat";
  const uploads = method === "Upload" || method === "Chat";
  const messages = asks.map((text) => ({ text }));
  const answered = (error, answer) => error || tell({ call: id, answer: answer.text });
  const request = uploads ? [] : [messages[0]];
  const call = streams
    ? client[method](...request, options)
    : client[method](...request, options, answered);
  call.on("status", ({ code, details }) => {
    tell({ call: id, code: grpc.status[code], message: details });
    client.close();
  });
  if (streams) {
    // The status says it as well.
    call.on("error", () => {});
    call.on("data", ({ text }) => {
      tell({ call: id, answer: text });
      if (cancel === "first") call.cancel();
    });
  }
  if (uploads) {
    messages.forEach((message) => call.write(message));
    if (complete) call.end();
  }
  if (cancel === "begin") call.cancel();
  return call;
}

const server = new grpc.Server();
server.addService(Shapes.service, handlers);
server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  tell({ serving: `127.0.0.1:${port}` });
});

const calls = new Map();
const lines = readline.createInterface({ input: process.stdin });
lines.on("line", (line) => {
  const command = JSON.parse(line);
  if ("call" in command) calls.set(command.call, start(command));
  else calls.get(command.cancel).cancel();
});
lines.on("close", () => process.exit());
