"""Which connections are used again, which are dropped, and what is repeated: in every colour."""

import gc
import threading

import pytest

from dragoman.transport import NoAnswer
from palette import get, post
from scripted import (
    CLOSE,
    LAST_CHUNK,
    LEFT,
    READ,
    RESET,
    Hold,
    Scripted,
    answer,
    chunk,
    chunked,
    chunked_head,
    head,
    repeat,
)

KEEPS = [repeat(READ, answer(b"again"))]


def test_one_connection_carries_one_request_after_the_other(colour):
    with Scripted([READ, answer(b"one"), READ, chunked(b"two"), READ, answer(b"three")]) as server:
        assert [colour.fetch(server.url()) for _ in range(3)] == [b"one", b"two", b"three"]
        assert len(server.connections) == 1


def test_a_connection_the_server_wants_closed_is_closed(colour):
    with Scripted([READ, answer(b"bye", headers={"Connection": "close"}), LEFT]) as server:
        assert colour.fetch(server.url()) == b"bye"
        assert server.left()


def test_leaving_a_body_unread_drops_the_connection_at_once(colour):
    with Scripted([READ, chunked_head(), chunk(b"one")], [READ, answer(b"fresh")]) as server:
        got = colour.send(post(server.url()))
        assert got.read() == b"one"
        got.close()
        got.close()

        assert server.left()
        assert colour.fetch(server.url()) == b"fresh"
        with pytest.raises(NoAnswer) as caught:
            got.read()
        assert caught.value.kind == "closed"


def test_closing_after_the_end_keeps_the_connection(colour):
    with Scripted(KEEPS) as server:
        for _ in range(3):
            got = colour.send(post(server.url()))
            assert got.pieces() == [b"again"]
            got.close()
        assert len(server.connections) == 1


def test_an_answer_that_has_arrived_whole_is_kept_even_if_nobody_read_it(colour):
    with Scripted(KEEPS) as server:
        colour.send(post(server.url())).close()
        assert colour.fetch(server.url()) == b"again"
        assert len(server.connections) == 1


def test_dropping_the_last_reference_closes_the_socket_without_the_garbage_collector(colour):
    with Scripted([READ, chunked_head(), chunk(b"one"), LEFT]) as server:
        gc.disable()
        try:
            got = colour.send(post(server.url()))
            assert got.read() == b"one"
            del got
            assert server.left()
        finally:
            gc.enable()


def test_a_transport_nobody_holds_any_more_closes_what_is_idle_and_lets_answers_end(colour):
    hold = Hold()
    with Scripted(
        [READ, chunked_head(), hold, chunk(b"on"), LAST_CHUNK, LEFT], [READ, answer(b"idle"), LEFT]
    ) as server:
        transport = colour.make()
        got = colour.send(post(server.url()), transport)
        idle = colour.send(post(server.url()), transport)
        assert idle.whole() == b"idle"
        del idle, transport
        gc.collect()

        assert server.left(1)
        hold.release()
        assert got.whole() == b"on"
        assert server.left(0)


# --- finish: the body is over for us ---


def test_finishing_before_the_last_chunk_keeps_the_connection_when_it_comes(colour):
    hold = Hold()
    with Scripted([READ, chunked_head(), chunk(b"[DONE]"), hold, LAST_CHUNK, READ, answer(b"next")]) as server:
        got = colour.send(post(server.url()))
        assert got.read() == b"[DONE]"
        got.finish()
        assert got.read() == b""
        hold.release()

        assert colour.fetch(server.url()) == b"next"
        assert len(server.connections) == 1


def test_finishing_when_the_last_chunk_never_comes_costs_a_connection_and_nothing_else(colour):
    with Scripted([READ, chunked_head(), chunk(b"[DONE]"), LEFT], KEEPS) as server:
        got = colour.send(post(server.url()))
        assert got.read() == b"[DONE]"
        got.finish()
        got.close()

        assert colour.fetch(server.url()) == b"again"
        assert server.left()
        assert len(server.connections) == 2


def test_finishing_when_the_server_goes_on_and_on_drops_the_connection(colour):
    with Scripted([READ, chunked_head(), chunk(b"[DONE]"), repeat(chunk(bytes(50_000)))], KEEPS) as server:
        got = colour.send(post(server.url()))
        assert got.read()
        got.finish()

        assert colour.fetch(server.url()) == b"again"
        assert server.left()


def test_finishing_a_body_that_only_closing_ends_drops_the_connection(colour):
    with Scripted([READ, head(), b"[DONE]", LEFT]) as server:
        got = colour.send(post(server.url()))
        assert got.read() == b"[DONE]"
        got.finish()
        assert server.left()


# --- idle connections that are none any more ---


@pytest.mark.parametrize(
    "unasked", [b"", b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n"], ids=["FIN", "408 and FIN"]
)
def test_a_connection_closed_while_idle_is_replaced_without_a_repetition(colour, unasked):
    with Scripted([READ, answer(b"one"), unasked, CLOSE], [READ, answer(b"two")]) as server:
        assert colour.fetch(server.url()) == b"one"
        assert server.left()
        colour.tick()
        assert colour.fetch(server.url()) == b"two"
        assert [len(connection.requests) for connection in server.connections] == [1, 1]


def test_bytes_nobody_asked_for_cost_the_connection(colour):
    with Scripted([READ, answer(b"one") + answer(b"poison"), LEFT], [READ, answer(b"two")]) as server:
        assert colour.fetch(server.url()) == b"one"
        assert server.left()
        assert colour.fetch(server.url()) == b"two"


def test_a_connection_idle_for_too_long_is_not_used_again(colour):
    transport = colour.transport(keep_alive=0.0)
    with Scripted([READ, answer(b"one"), LEFT], [READ, answer(b"two")]) as server:
        assert colour.fetch(server.url(), transport) == b"one"
        assert colour.fetch(server.url(), transport) == b"two"
        assert server.left()


@pytest.mark.parametrize("ending", [CLOSE, RESET], ids=["FIN", "RST"])
def test_a_reused_connection_that_dies_without_a_word_is_replaced_once(colour, ending):
    with Scripted([READ, answer(b"one"), READ, ending], [READ, answer(b"two")]) as server:
        assert colour.fetch(server.url()) == b"one"
        assert colour.fetch(server.url()) == b"two"
        assert [len(connection.requests) for connection in server.connections] == [2, 1]


def test_the_repetition_is_not_repeated(colour):
    with Scripted([READ, answer(b"one"), READ, CLOSE], [READ, CLOSE]) as server:
        assert colour.fetch(server.url()) == b"one"
        assert colour.failure(post(server.url())).kind == "reset"
        assert len(server.connections) == 2


def test_the_repetition_goes_over_a_fresh_connection_though_others_are_idle(colour):
    hold = Hold()
    dying = [READ, chunked_head(), hold, chunk(b"one") + LAST_CHUNK, READ, CLOSE]
    with Scripted(dying, dying, [READ, answer(b"three")]) as server:
        pair = [colour.send(post(server.url())) for _ in range(2)]
        hold.release()
        assert [got.whole() for got in pair] == [b"one", b"one"]
        assert colour.fetch(server.url()) == b"three"


def test_where_there_is_no_fresh_connection_the_request_counts_as_sent(colour, tmp_path):
    with Scripted([READ, answer(b"one"), READ, CLOSE], unix=tmp_path / "s") as server:
        assert colour.fetch(server.url()) == b"one"
        (tmp_path / "s").unlink()
        failure = colour.failure(post(server.url()))
        assert (failure.kind, failure.sent) == ("reset", True)


@pytest.mark.parametrize("ending", [CLOSE, RESET], ids=["FIN", "RST"])
def test_a_fresh_connection_that_dies_is_never_replaced(colour, ending):
    with Scripted([READ, ending], KEEPS) as server:
        assert colour.failure(post(server.url())).kind == "reset"
        assert len(server.connections) == 1


def test_a_reused_connection_that_dies_amid_an_answer_is_not_replaced(colour):
    with Scripted([READ, answer(b"one"), READ, b"HTTP/1.1 200", CLOSE], KEEPS) as server:
        assert colour.fetch(server.url()) == b"one"
        assert colour.failure(post(server.url())).kind == "reset"
        assert len(server.connections) == 1


def test_time_running_out_on_a_reused_connection_repeats_nothing(colour):
    with Scripted([READ, answer(b"one"), READ, LEFT], KEEPS) as server:
        assert colour.fetch(server.url()) == b"one"
        assert colour.failure(post(server.url()), seconds=0.2).kind == "timeout"
        assert len(server.connections) == 1


# --- closing the transport ---


def test_closing_the_transport_ends_the_stream_being_read(colour):
    with Scripted([READ, chunked_head(), chunk(b"one"), LEFT]) as server:
        got = colour.send(post(server.url()))
        assert got.read() == b"one"
        colour.default.close()

        with pytest.raises(NoAnswer) as caught:
            got.read()
        assert caught.value.kind == "closed"
        assert server.left()


def test_a_closed_transport_sends_nothing_more(colour):
    with Scripted(KEEPS) as server:
        assert colour.fetch(server.url()) == b"again"
        colour.default.close()
        colour.default.close()

        assert server.left()
        assert colour.failure(get(server.url())).kind == "closed"
        assert len(server.connections) == 1


# --- no more connections than allowed ---


def test_whoever_finds_every_connection_busy_waits_within_the_time_of_the_call(colour):
    transport = colour.transport(max_connections=1)
    hold = Hold()
    with Scripted([READ, chunked_head(), hold, LAST_CHUNK, *KEEPS]) as server:
        busy = colour.send(post(server.url()), transport)
        failure = colour.failure(post(server.url()), transport, seconds=0.1)
        assert (failure.kind, failure.sent) == ("timeout", False)
        assert f"every connection allowed to 127.0.0.1:{server.port} was busy" in failure.detail

        hold.release()
        assert busy.whole() == b""
        assert colour.fetch(server.url(), transport) == b"again"
        assert len(server.connections) == 1


def test_an_answer_left_unread_makes_room_for_the_next_call(colour):
    transport = colour.transport(max_connections=1)
    with Scripted([READ, chunked_head(), LEFT], KEEPS) as server:
        colour.send(post(server.url()), transport).close()
        assert colour.fetch(server.url(), transport) == b"again"


def test_a_connection_that_could_not_be_made_takes_no_place(colour):
    transport = colour.transport(max_connections=1)
    with Scripted(KEEPS) as server:
        address = server.url()
    for _ in range(3):
        assert colour.failure(post(address), transport).kind == "connect"


def test_a_repetition_needs_no_second_place(colour):
    transport = colour.transport(max_connections=1)
    with Scripted([READ, answer(b"one"), READ, CLOSE], [READ, answer(b"two")]) as server:
        assert colour.fetch(server.url(), transport) == b"one"
        assert colour.fetch(server.url(), transport) == b"two"


def test_nothing_runs_on_after_a_transport_was_closed(colour):
    before = threading.active_count()
    with Scripted(KEEPS) as server:
        assert colour.fetch(server.url()) == b"again"
        colour.default.close()
    assert threading.active_count() <= before
