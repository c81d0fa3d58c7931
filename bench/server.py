"""The server every stack is measured against: one canned completion, or a stream of chunks. Prints its port."""

import json
import select
import socket
import sys

COMPLETION = json.dumps({
    "id": "chatcmpl-bench",
    "object": "chat.completion",
    "created": 1763683200,
    "model": "bench-1",
    "choices": [
        {
            "index": 0,
            "message": {"role": "assistant", "content": "Claude Monet, some would say. " * 20, "refusal": None},
            "logprobs": None,
            "finish_reason": "stop",
        }
    ],
    "usage": {
        "prompt_tokens": 14,
        "completion_tokens": 140,
        "total_tokens": 154,
        "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0},
    },
    "system_fingerprint": "fp_bench",
}).encode()  # fmt: skip


def event(delta, finish=None) -> bytes:
    chunk = {
        "id": "chatcmpl-bench",
        "object": "chat.completion.chunk",
        "created": 1763683200,
        "model": "bench-1",
        "system_fingerprint": "fp_bench",
        "choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}],
    }
    data = b"data: " + json.dumps(chunk).encode() + b"\n\n"
    return b"%x\r\n%b\r\n" % (len(data), data)


def stream_body(chunks: int) -> bytes:
    middle = event({"content": " painter"}) * (chunks - 2)
    return (
        event({"role": "assistant", "content": ""}) + middle + event({}, "stop") + b"e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n"
    )


CHUNKS = 500
WHOLE = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b" % (
    len(COMPLETION),
    COMPLETION,
)
STREAM = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n" + stream_body(
    CHUNKS
)


def serve():
    """As little as a server can do: a loop on epoll, a canned answer. What it costs, its client waits for."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=512)
    print(listener.getsockname()[1], flush=True)
    ready = select.epoll()
    ready.register(listener, select.EPOLLIN)
    ready.register(sys.stdin, select.EPOLLIN)
    peers, unread = {}, {}
    while True:
        for number, _ in ready.poll():
            if number == listener.fileno():
                peer, _ = listener.accept()
                peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                peers[peer.fileno()], unread[peer.fileno()] = peer, b""
                ready.register(peer, select.EPOLLIN)
            elif number == sys.stdin.fileno():
                return
            else:
                data = peers[number].recv(65536)
                if not data:
                    ready.unregister(number)
                    peers.pop(number).close()
                    continue
                data = unread[number] + data
                # Every body of the benchmark ends its JSON document, and with it the request.
                whole = data.endswith(b"}")
                unread[number] = b"" if whole else data
                if whole:
                    peers[number].sendall(STREAM if b'"stream":true' in data.replace(b" ", b"") else WHOLE)


if __name__ == "__main__":
    serve()
