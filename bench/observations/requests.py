"""What of a request arrives at the server as its user meant it."""

import os

from asker import MESSAGES

from observations import Server, document, observe, refusal, said, server, yes


def sent(asker, **fields):
    """The request that a call with these fields becomes."""
    with server() as there:
        asker.ask(asker.client(there.url), **fields)
        return there.scripted.requests[0]


@observe
def none_is_left_out(asker):
    with server() as there:
        asker.without(there.url, "temperature")
        return yes("temperature" not in there.asked[0], "no: sends `null`")


@observe
def null_can_be_sent(asker):
    return yes(sent(asker, temperature=asker.null).json.get("temperature", 0) is None)


@observe
def other_vendors_parameters(asker):
    return yes(sent(asker, top_k=5).json.get("top_k") == 5, "no: dropped")


@observe
def unknown_parameters(asker):
    return yes(sent(asker, body={"x_new": {"a": 1}}).json.get("x_new") == {"a": 1}, "no: dropped")


@observe
def headers_and_query(asker):
    found = {}
    for name, fields in {"headers": {"headers": {"x-team": "a"}}, "query": {"query": {"trace": "on"}}}.items():
        try:
            request = sent(asker, **fields)
        except TypeError:
            continue
        if request.headers.get("x-team") == "a" or "trace=on" in request.line:
            found[name] = True
    return yes(len(found) == 2, f"{', '.join(found)} only" if found else "no")


@observe
def address_with_a_query(asker):
    with server() as there:
        asker.ask(asker.client(there.url + "?api-version=1"))
        line = there.scripted.requests[0].line
    return yes("/chat/completions?api-version=1 " in line, f"no: asks `{line.split(' ')[1]}`")


@observe
def unknown_fields_of_messages(asker):
    (message,) = sent(asker, messages=[MESSAGES[0] | {"x_new": 1}]).json["messages"]
    return yes(message.get("x_new") == 1, "no: dropped")


@observe
def unknown_parts(asker):
    part = {"type": "x_new", "x": 1}
    (message,) = sent(asker, messages=[{"role": "user", "content": [part]}]).json["messages"]
    return yes(message["content"] == [part], "no: rewritten")


@observe
def role_of_developers(asker):
    (message, _) = sent(asker, messages=[{"role": "developer", "content": "Be brief."}, *MESSAGES]).json["messages"]
    return yes(message["role"] == "developer", f"no: sent as `{message['role']}`")


@observe
def open_enumerations(asker):
    return yes(sent(asker, service_tier="newest").json.get("service_tier") == "newest", "no: dropped")


@observe
def answers_go_back(asker):
    kept = {"reasoning_content": "hm", "x_new": 1}
    with server(said(message=kept), document()) as there:
        client = asker.client(there.url)
        answer = asker.ask(client)
        asker.ask(client, messages=[*MESSAGES, asker.message(answer), *MESSAGES])
        message = there.asked[1]["messages"][1]
    lost = [f"`{name}`" for name in kept if message.get(name) != kept[name]]
    return yes(message["content"] == "Monet" and not lost, f"without {', '.join(lost)}")


@observe
def usage_of_streams(asker):
    with server(document()) as there:
        try:
            for _ in asker.stream(asker.client(there.url)):
                pass
        except Exception:  # noqa: BLE001 - only what was asked is looked at
            pass
        options = there.asked[0].get("stream_options") or {}
    return yes(options.get("include_usage") is True, "where asked")


@observe
def keyless(asker):
    with server() as there:
        for name in [name for name in os.environ if name.endswith("_API_KEY")]:
            del os.environ[name]
        asker.ask(asker.client(there.url, key=None))
        return yes(there.times)


@observe
def ambient_key(asker):
    planted = "sk-ambient-0123456789"
    there = Server(document())
    os.environ[asker.ambient] = planted
    try:
        asker.ask(asker.client(there.url, key=None))
        sent_along = planted in there.scripted.requests[0].headers.get("authorization", "")
    finally:
        del os.environ[asker.ambient]
        there.scripted.close()
    return yes(not sent_along, "no: sent")


@observe
def idempotency(asker):
    with server(refusal("503 No", {"message": "no"}, {"Retry-After-Ms": "1"}), document()) as there:
        asker.ask(asker.client(there.url, retries=2))
        keys = [request.headers.get("idempotency-key") for request in there.scripted.requests]
    return yes(None not in keys and len(set(keys)) == 1, "no: none is sent" if keys[0] is None else "no: changes")
