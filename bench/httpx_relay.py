"""A relay as one writes it by hand: httpx on uvicorn, with no keys, no limits and no ledger. UPSTREAM is its upstream.

What comes is passed on as it is, in both directions; a stream as it comes.
"""

import os

import httpx

client = httpx.AsyncClient(
    base_url=os.environ["UPSTREAM"], timeout=60, limits=httpx.Limits(max_connections=None, max_keepalive_connections=64)
)


async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    asked = client.build_request(
        "POST", "/chat/completions", content=body, headers=[(b"content-type", b"application/json")]
    )
    answer = await client.send(asked, stream=True)
    try:
        kept = [(b"content-type", answer.headers["content-type"].encode())]
        if "content-length" in answer.headers:
            kept.append((b"content-length", answer.headers["content-length"].encode()))
        await send({"type": "http.response.start", "status": answer.status_code, "headers": kept})
        async for piece in answer.aiter_raw():
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
    finally:
        await answer.aclose()
