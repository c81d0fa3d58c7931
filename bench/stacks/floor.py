"""As little as a Python program can do: a socket, llhttp's parser, msgspec's typed decoding."""

import asyncio
import socket

import httptools
import msgspec


class Message(msgspec.Struct):
    content: str | None = None


class Choice(msgspec.Struct):
    message: Message
    finish_reason: str | None = None


class Completion(msgspec.Struct):
    id: str
    choices: list[Choice]


class Delta(msgspec.Struct):
    content: str | None = None


class ChunkChoice(msgspec.Struct):
    delta: Delta
    finish_reason: str | None = None


class Chunk(msgspec.Struct):
    id: str
    choices: list[ChunkChoice]


whole = msgspec.json.Decoder(Completion).decode
chunk = msgspec.json.Decoder(Chunk).decode
encode = msgspec.json.encode


class Body:
    def __init__(self):
        self.pieces = []
        self.complete = False

    def on_body(self, data):
        self.pieces.append(data)

    def on_message_complete(self):
        self.complete = True


def request(port, body):
    data = encode(body)
    head = b"POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Type: application/json\r\n" % port
    return b"%bContent-Length: %d\r\n\r\n%b" % (head, len(data), data)


class Client:
    def __init__(self, port):
        self.port = port
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def create(self, params):
        self.socket.sendall(request(self.port, params))
        body = Body()
        parser = httptools.HttpResponseParser(body)
        while not body.complete:
            parser.feed_data(self.socket.recv(65536))
        return whole(b"".join(body.pieces)).choices[0].message.content

    def stream(self, params):
        self.socket.sendall(request(self.port, params | {"stream": True}))
        body = Body()
        parser = httptools.HttpResponseParser(body)
        count, rest = 0, b""
        while not body.complete:
            parser.feed_data(self.socket.recv(65536))
            *events, rest = (rest + b"".join(body.pieces)).split(b"\n\n")
            body.pieces.clear()
            for event in events:
                if event != b"data: [DONE]":
                    chunk(event[6:]).choices[0].delta.content  # noqa: B018 - what a user reads
                    count += 1
        return count

    def close(self):
        self.socket.close()


class Protocol(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport

    def start(self, data):
        self.body = Body()
        self.parser = httptools.HttpResponseParser(self.body)
        self.answered = asyncio.get_running_loop().create_future()
        self.transport.write(data)
        return self.answered

    def data_received(self, data):
        self.parser.feed_data(data)
        if self.body.complete:
            self.answered.set_result(b"".join(self.body.pieces))


class AsyncClient:
    def __init__(self, port):
        self.port = port
        self.idle = []

    async def create(self, params):
        if self.idle:
            protocol = self.idle.pop()
        else:
            _, protocol = await asyncio.get_running_loop().create_connection(Protocol, "127.0.0.1", self.port)
        body = await protocol.start(request(self.port, params))
        self.idle.append(protocol)
        return whole(body).choices[0].message.content

    async def close(self):
        for protocol in self.idle:
            protocol.transport.close()
