"""A configuration takes the place of another: what is kept, what is refused, and what those notice who are in it."""

import asyncio
import json
import logging
import signal
from datetime import timedelta

import pytest

from answers import document
from dragoman.errors import ConfigurationError
from dragoman.gateway.app import Gateway
from dragoman.gateway.config.load import parsed
from dragoman.gateway.ledger import Totals
from dragoman.gateway.metrics import RELOADS
from dragoman.gateway.reload import prepared, standing
from dragoman.gateway.running import Lasting, Running
from gateways import made
from operated import ADMIN, ASKED, operated
from scripted import LAST_CHUNK, READ, Hold, Scripted, answer, chunk, chunked_head, event, repeat
from serving import until

STORE = '[store]\nurl = "sqlite:a.db"\n'
CACHED = '[[routes]]\nmodel = "*"\ncandidates = ["only"]\ncache = 60\n'
ONE = '[upstreams.only]\nurl = "http://127.0.0.1:9/v1"\nparameters = "pass"\n'


@pytest.fixture(autouse=True)
def _quiet():
    """Leave the log's level as it was: a reload sets it."""
    log = logging.getLogger("dragoman")
    before = log.level
    yield
    log.setLevel(before)


def config(text):
    return parsed(text.encode(), "d.toml")


def test_what_needs_a_restart_stays_as_it_was():
    old = config(
        '[server]\nhost = "127.0.0.1"\nport = 1\ndrain = 2\n[bounds]\nheaders = 9\narrival = 9\nbody = 1\n'
        + STORE
        + ONE
    )
    new = config('[server]\nhost = "::1"\nport = 2\ndrain = 3\n[bounds]\nheaders = 8\narrival = 8\nbody = 2\n[store]\nurl = "sqlite:b.db"\nkeep_days = 3\n' + ONE)  # fmt: skip

    kept = standing(old, new)

    assert (kept.server.host, kept.server.port, kept.server.drain) == ("127.0.0.1", 1, 2)
    assert (kept.bounds.headers, kept.bounds.arrival, kept.bounds.body) == (9, 9, 2)
    assert (str(kept.store.url), kept.store.keep_days) == ("sqlite:a.db", 3)


def test_where_a_cache_is_shared_stays_as_it_was_and_its_size_does_not():
    old, new = (config(f'{ONE}{CACHED}[cache]\nsize = {size}\nshared = "redis://h:{size}"\n') for size in (1, 2))

    kept = standing(old, new)

    assert (kept.cache.size, str(kept.cache.shared)) == (2, "redis://h:1")


def test_a_store_that_is_taken_out_of_the_file_stays_until_the_restart():
    assert standing(config(STORE + ONE), config('[server]\nkeys = "off"\n' + ONE)).store is not None


def test_keys_cannot_be_asked_for_where_no_store_was_opened():
    with pytest.raises(ConfigurationError, match="restart it"):
        standing(config(ONE), config(STORE + ONE))


def test_a_new_one_that_cannot_be_made_leaves_the_old_one(tmp_path):
    (tmp_path / "key").write_text("sk-1")
    new = config(f'[upstreams.only]\nurl = "http://127.0.0.1:9/v1"\ncredentials = ["file:{tmp_path}/key"]\n')
    (tmp_path / "key").unlink()
    running = made("http://127.0.0.1:9/v1")

    with pytest.raises(ConfigurationError, match="cannot be read"):
        prepared(running, new)
    running.close()


async def asked(gateway, body=ASKED, *, patience=None):
    """Ask a gateway in this process; the status and the body, as they came."""
    sent, gone = [], asyncio.Event()
    messages = [{"type": "http.request", "body": json.dumps(body).encode()}]

    async def receive():
        if messages:
            return messages.pop()
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message):
        sent.append(message)
        if patience is not None and message.get("body"):
            patience.set()

    scope = {"type": "http", "method": "POST", "path": "/v1/chat/completions", "headers": []}
    await gateway(scope, receive, send)
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:])


def of(server, more=""):
    return config(f'[upstreams.only]\nurl = "{server.url("/v1")}"\nparameters = "pass"\n{more}')


PIECE = chunked_head() + chunk(event({"choices": [{"index": 0, "delta": {"content": "Mo"}}]}))
REST = chunk(event({"choices": [{"index": 0, "delta": {"content": "net"}, "finish_reason": "stop"}]}))
END = chunk(event("[DONE]")) + LAST_CHUNK


def test_a_stream_under_way_ends_where_it_began_and_its_upstream_is_left_then():
    hold = Hold()
    models = [repeat(READ, answer(b'{"data": []}'))]
    with Scripted([READ, PIECE, hold, REST, END], models) as old, Scripted([repeat(READ, document())]) as new:
        configs = [of(new)]

        async def main():
            gateway = Gateway(Running(of(old), Lasting(Totals())), read=configs.pop)
            first = asyncio.Event()
            streaming = asyncio.ensure_future(asked(gateway, ASKED | {"stream": True}, patience=first))
            await first.wait()
            changed = await gateway.reload()
            after = await asked(gateway)
            hold.release()
            status, streamed = await streaming
            gateway.running.close()
            return changed, after, status, streamed

        changed, after, status, streamed = asyncio.run(main())
        assert old.left()

    assert [line.partition(" → ")[0] for line in changed] == [f'upstreams.only.url: "{old.url("/v1")}"']
    assert (after[0], status) == (200, 200)
    assert streamed.endswith(b"data: [DONE]\n\n")
    assert b"net" in streamed
    assert [request.line.split(" ")[1] for request in new.requests] == ["/v1/chat/completions"]


def test_who_has_a_seat_keeps_it_and_counts_where_the_bound_is_another():
    hold = Hold()
    with Scripted([READ, hold, document()], [repeat(READ, document())]) as server:
        configs = [
            of(server, "[bounds]\nrequests = 2\nstreams = 1"),
            of(server, "[bounds]\nrequests = 1\nstreams = 1\nqueue = 0"),
        ]

        async def main():
            gateway = Gateway(Running(of(server), Lasting(Totals())), read=configs.pop)
            slow = asyncio.ensure_future(asked(gateway))
            await asyncio.to_thread(hold.reached.wait, 10)
            await gateway.reload()
            full = await asked(gateway)
            await gateway.reload()
            room = await asked(gateway)
            hold.release()
            first = await slow
            gateway.running.close()
            return full[0], room[0], first[0], gateway.running.seats.taken

        assert asyncio.run(main()) == (503, 200, 200, 0)


def test_a_gateway_without_anything_to_read_says_so():
    async def main():
        running = made("http://127.0.0.1:9/v1")
        with pytest.raises(ConfigurationError, match="without a configuration"):
            await Gateway(running).reload()
        running.close()

    asyncio.run(main())


def test_a_mistake_of_ours_is_on_the_log_and_counted_and_nothing_changes(caplog):
    def read():
        raise TypeError("no configuration of ours")

    async def main():
        running = made("http://127.0.0.1:9/v1")
        gateway = Gateway(running, read=read)
        gateway.hang_up()
        while not caplog.records:  # noqa: ASYNC110 - a log tells nobody when it is written
            await asyncio.sleep(0)
        assert gateway.running is running
        assert gateway.meter.numbers.sums[RELOADS.name]["refused",] == 1
        running.close()

    asyncio.run(main())
    assert "no configuration of ours" in caplog.text


def test_sighup_reads_the_file_again_and_prints_what_changed(tmp_path):
    with operated(tmp_path, more="[bounds]\nbody = 50") as gateway:
        _, secret = gateway.desk.create("ana")
        gateway.rewrite("body = 50", "body = 5000")
        gateway.served.process.send_signal(signal.SIGHUP)

        assert until(lambda: b"bounds.body: 50 \xe2\x86\x92 5000\n" in gateway.served.said)
        assert gateway.ask("/v1/chat/completions", "POST", secret, ASKED)[0] == 200


def test_sighup_with_a_wrong_file_prints_every_mistake_and_serves_on(tmp_path):
    with operated(tmp_path) as gateway:
        _, secret = gateway.desk.create("ana")
        gateway.file.write_text(gateway.file.read_text() + "\n[bounds]\nbody = 0\nqueue = -1\n")
        gateway.served.process.send_signal(signal.SIGHUP)

        assert until(lambda: gateway.served.said.count(b"WARNING: the configuration is as it was: ") == 2)
        assert f"dragoman.toml:{gateway.line('body = 0')}: bounds.body".encode() in gateway.served.said
        assert gateway.ask("/v1/chat/completions", "POST", secret, ASKED)[0] == 200
        metrics = gateway.ask("/metrics", secret=ADMIN)[2]
        assert b'dragoman_reloads_total{result="refused"} 1\n' in metrics


def test_a_reload_does_not_let_in_whom_the_address_that_is_listened_on_would_let_in(tmp_path):
    with operated(tmp_path, server='host = "0.0.0.0"') as gateway:
        gateway.served.url = gateway.served.url.replace("0.0.0.0", "127.0.0.1")  # noqa: S104 - what is tested
        gateway.rewrite('host = "0.0.0.0"', 'host = "127.0.0.1"\nkeys = "off"')
        status, told = gateway.admin("/admin/reload", "POST")

        assert status == 422
        assert "asks nobody for a key" in told["error"]["message"]
        assert gateway.ask("/v1/chat/completions", "POST", body=ASKED)[0] == 401


def test_what_the_ledger_keeps_is_changed_while_it_is_kept(tmp_path):
    from dragoman.gateway.kept import kept  # noqa: PLC0415 - SQLAlchemy, which only this test brings

    text = f'[store]\nurl = "sqlite:{tmp_path}/d.db"\n{{more}}\n' + ONE
    new = config(text.format(more="keep_days = 3\nkeep_texts_days = 1"))

    async def main():
        old = config(text.format(more=""))
        with kept(old.store) as lasting:
            gateway = Gateway(Running(old, lasting), read=lambda: new)
            await gateway.reload()
            found = lasting.carrier.keep, lasting.carrier.keep_texts
            await lasting.admission.close()
            gateway.running.close()
        return found

    assert asyncio.run(main()) == (timedelta(days=3), timedelta(days=1))


def test_all_workers_reload_when_one_is_asked(tmp_path):
    with operated(tmp_path, more="[bounds]\nbody = 50", options=("--workers", "2")) as gateway:
        _, secret = gateway.desk.create("ana")
        gateway.rewrite("body = 50", "body = 5000")
        _, told = gateway.admin("/admin/reload", "POST")

        assert told["changed"] == ["bounds.body: 50 → 5000"]
        assert until(lambda: b"bounds.body: 50 \xe2\x86\x92 5000\n" in gateway.served.said)
        assert until(lambda: {gateway.ask("/v1/chat/completions", "POST", secret, ASKED)[0] for _ in range(8)} == {200})
        gateway.served.stop()
        assert gateway.served.said.count(b"the configuration was read again: bounds") == 1
