"""llama.cpp behind its inner socket: the real one, and a server in its place that refuses, breaks off or babbles."""

import asyncio
import contextlib
import json
import tempfile
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from dragoman.engine import llama
from scripted import CLOSE, READ, RESET, Scripted, answer, chunk, chunked, chunked_head, event, repeat
from serving import until

HELLO = [{"role": "user", "content": "Hello!"}]
WORK = {"messages": HELLO, "temperature": 0, "max_tokens": 3, "stream_options": {"include_usage": True}}


def run(socket, use):
    """What a coroutine function makes of llama.cpp at a socket."""

    async def inside():
        made = llama.Llama(socket)
        try:
            return await use(made)
        finally:
            made.close()

    return asyncio.run(inside())


@pytest.fixture
def real(model):
    return llama.inner(str(Path(unquote(urlsplit(model.engine.url).netloc)).parent))


@pytest.fixture
def place():
    with tempfile.TemporaryDirectory(prefix="dragoman-", dir="/tmp") as folder:
        yield llama.inner(folder)


async def text_of(pieces):
    return "".join([choice["delta"].get("content") or "" async for piece in pieces for choice in piece["choices"]])


def test_listens_beside_the_endpoint(real):
    assert real.name == "llama.sock"
    assert real.is_socket()


def test_knows_how_many_tokens_there_are(real):
    assert run(real, llama.Llama.vocabulary) == 49152


def test_nobody_is_at_work_when_nobody_asked(real):
    assert run(real, llama.Llama.busy) == 0


def test_counts_a_conversation_with_the_templates_own_marks(real):
    # <|im_start|> user \n Hello ! <|im_end|> \n <|im_start|> ass istant \n: each mark is one token.
    whole = run(real, lambda made: made.tokens(HELLO, {}))
    opened = run(
        real, lambda made: made.tokens(HELLO, {"chat_template_kwargs": {"open": True}, "add_generation_prompt": False})
    )

    assert whole == 11
    assert opened == 5


def test_more_words_are_more_tokens(real):
    counts = [run(real, lambda made, n=n: made.tokens([{"role": "user", "content": "word " * n}], {})) for n in (1, 50)]

    assert counts[1] - counts[0] >= 49


def test_an_empty_conversation_adds_nothing_that_nobody_wrote(real):
    assert run(real, lambda made: made.tokens([], {})) < 6


def test_generates_in_pieces_and_says_at_last_what_was_used(real):
    async def pieces(made):
        return [piece async for piece in made.pieces(WORK)]

    *before, last = run(real, pieces)

    assert len(before) >= 3
    assert last["usage"]["completion_tokens"] == 3
    assert last["usage"]["prompt_tokens"] == 11


def test_nothing_random_happens_at_temperature_zero(real):
    assert run(real, lambda made: text_of(made.pieces(WORK))) == run(real, lambda made: text_of(made.pieces(WORK)))


def test_leaving_the_pieces_stops_the_work(real, model):
    async def leave(made):
        async with contextlib.aclosing(made.pieces(WORK | {"max_tokens": 1500, "ignore_eos": True})) as pieces:
            await anext(pieces)
            assert await made.busy() == 1
        return await asyncio.to_thread(until, lambda: model.health()["busy"] == 0)

    assert run(real, leave)


def test_what_it_does_not_take_is_refused_with_its_own_sentence(real):
    with pytest.raises(llama.Refused, match="messages") as caught:
        run(real, lambda made: text_of(made.pieces({"messages": "none"})))

    assert 400 <= caught.value.status <= 500
    assert caught.value.message == str(caught.value)


def stream_of(*pieces, done=True):
    return chunked(*map(event, pieces), *([event("[DONE]")] if done else []))


def piece(text):
    return {"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": None}]}


def test_pieces_end_at_the_mark_and_the_connection_is_kept(place):
    async def twice(made):
        return [await text_of(made.pieces(WORK)) for _ in range(2)]

    with Scripted([repeat(READ, stream_of(piece("Hel"), piece("lo")))], unix=place) as server:
        assert run(place, twice) == ["Hello", "Hello"]

        assert len(server.connections) == 1
        assert [request.line for request in server.requests] == ["POST /v1/chat/completions HTTP/1.1"] * 2
        assert server.requests[0].json == WORK | {"stream": True}


def test_a_piece_may_come_in_bits(place):
    whole = event(piece("Grüße")) + event("[DONE]")
    bits = [chunk(whole[at : at + 1]) for at in range(len(whole))]

    with Scripted([READ, chunked_head(), *bits, b"0\r\n\r\n"], unix=place):
        assert run(place, lambda made: text_of(made.pieces(WORK))) == "Grüße"


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        ([READ, CLOSE], "llama.cpp broke off: "),
        ([READ, RESET], "llama.cpp broke off: "),
        ([READ, chunked_head(), chunk(event(piece("He"))), CLOSE], "llama.cpp broke off: "),
        ([READ, stream_of(piece("He"), done=False)], "llama.cpp broke off before the end of its answer"),
        ([READ, stream_of({"error": {"message": "no memory"}})], "^no memory$"),
        ([READ, stream_of({"error": {}})], "gave no reason"),
        ([READ, answer(b'{"error": {}}', "500 Oops")], "gave no reason"),
    ],
    ids=["at once", "rudely", "midway", "without its mark", "with an error", "without a word", "with no reason"],
)
def test_llama_that_breaks_off_is_a_failure_of_the_engine(place, steps, words):
    with Scripted(steps, unix=place):
        with pytest.raises(llama.Refused, match=words) as caught:
            run(place, lambda made: text_of(made.pieces(WORK)))

    assert caught.value.status == 500


def test_llama_that_is_not_there_is_a_failure_of_the_engine(place):
    with pytest.raises(llama.Refused, match=r"^llama\.cpp broke off: ") as caught:
        run(place, llama.Llama.busy)

    assert caught.value.status == 500


@pytest.mark.parametrize(
    ("error", "status"), [({"code": 400, "message": "bad grammar"}, 400), ({"message": "bad grammar"}, 501)]
)
def test_what_llama_refuses_keeps_its_status(place, error, status):
    body = json.dumps({"error": error}).encode()

    with Scripted([READ, answer(body, "501 Not Implemented")], unix=place):
        with pytest.raises(llama.Refused, match=r"^bad grammar$") as caught:
            run(place, lambda made: made.tokens(HELLO, {}))

    assert caught.value.status == status


def test_who_is_at_work_is_counted_by_slot(place):
    slots = json.dumps([{"is_processing": True}, {"is_processing": False}, {"is_processing": True}]).encode()

    with Scripted([READ, answer(slots)], unix=place) as server:
        assert run(place, llama.Llama.busy) == 2

        assert server.requests[0].line == "GET /slots HTTP/1.1"


def test_an_answer_about_its_slots_that_is_kept_back_is_asked_for_anew(place):
    # Seen where many programs compete for few processors: the answer came when the work that it was about had ended.
    with Scripted([READ], [READ, answer(b'[{"is_processing": true}]')], unix=place) as server:
        assert run(place, llama.Llama.busy) == 1

        assert server.left(0)


def test_one_that_is_kept_back_again_is_not_waited_for(place):
    with Scripted([READ], unix=place):
        assert run(place, llama.Llama.busy) is None
