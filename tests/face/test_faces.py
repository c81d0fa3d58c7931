"""What holds for every face alike, over real sockets: each was made of the same mistakes, and is mended the same way."""

import asyncio
import copy
import logging
import pickle
import re
from unittest.mock import patch

import httpx
import pytest

import atoma_sdk
import beezy_ai
import r9s
from answers import COMPLETION, DONE, STREAM, document, step
from dragoman.face.hooks import AfterErrorHook, AfterSuccessHook, BeforeRequestHook
from scripted import CLOSE, LAST_CHUNK, READ, Hold, Scripted, answer, chunk, chunked, chunked_head, event, repeat

HELLO = {"model": "m", "messages": [{"role": "user", "content": "hi"}]}
ENDED = step(finish="stop")


class R9S:
    package = r9s
    prefix = "/v1"
    failure = r9s.errors.R9SError
    unreached = r9s.errors.NoResponseError

    def made(self, url, key="k", **options):
        return r9s.R9S(api_key=key, server_url=url, **options)

    def create(self, sdk, **options):
        return sdk.chat.create(**HELLO, **options)

    def stream(self, sdk, **options):
        return sdk.chat.create(**HELLO, stream=True, **options)

    async def create_async(self, sdk):
        return await sdk.chat.create_async(**HELLO)

    def texts(self, events):
        return [one.choices[0].delta.content or "" for one in events]


class Atoma:
    package = atoma_sdk
    prefix = ""
    failure = unreached = atoma_sdk.APIError

    def made(self, url, key="k", **options):
        return atoma_sdk.AtomaSDK(bearer_auth=key, server_url=url, **options)

    def create(self, sdk, **options):
        return sdk.chat.create(**HELLO, **options)

    def stream(self, sdk, **options):
        return sdk.chat.create_stream(**HELLO, **options)

    async def create_async(self, sdk):
        return await sdk.chat.create_async(**HELLO)

    def texts(self, events):
        return [one.data.choices[0].delta.content or "" for one in events]


class Beezy:
    package = beezy_ai
    prefix = "/v1"
    failure = unreached = beezy_ai.SDKError

    def made(self, url, key="k", **options):
        return beezy_ai.BeezyAI(api_key_auth=key, server_url=url, **options)

    def create(self, sdk, **options):
        return sdk.chat.create(request=HELLO, **options)

    def stream(self, sdk, **options):
        return sdk.chat.stream(request=HELLO, **options)

    async def create_async(self, sdk):
        return await sdk.chat.create_async(request=HELLO)

    def texts(self, events):
        return [one.data.choices[0].delta.content or "" for one in events if one.data != "[DONE]"]


@pytest.fixture(params=[R9S, Atoma, Beezy], ids=["r9s", "atoma_sdk", "beezy_ai"])
def face(request):
    return request.param()


def test_a_field_that_a_model_does_not_have(face):
    with Scripted([READ, document()]) as server, face.made(server.url()) as sdk:
        completion = face.create(sdk)
    with pytest.raises(AttributeError, match="has no field 'modle'"):
        completion.modle = "m"

    completion.model = "m"
    assert completion.model == "m"


def test_a_redirect_that_leads_nowhere_says_so(face):
    with Scripted([READ, answer(b"{}", "302 Found")]) as server, face.made(server.url()) as sdk:
        with pytest.raises(face.failure, match="302 without an address to go to") as caught:
            face.create(sdk)

    assert caught.value.status_code == 302


@pytest.mark.parametrize(
    "events",
    [
        b"\xef\xbb\xbf" + step("Mo") + ENDED + DONE,
        b"event: ping\n\n" + step("Mo") + ENDED + DONE,
        step("Mo").replace(b"data: ", b"data:  ") + ENDED + DONE,
        step("Mo") + ENDED + b"data: [DONE] \n\n",
        step("Mo") + ENDED + DONE + step("no"),
        step("Mo") + ENDED + b"data: [DONE]",
    ],
    ids=["byte order mark", "no data", "two spaces", "a space after [DONE]", "more after [DONE]", "no blank line after [DONE]"],
)  # fmt: skip
def test_events_are_read_by_the_standard(face, events):
    with Scripted([READ, chunked(events)]) as server, face.made(server.url()) as sdk:
        assert face.texts(face.stream(sdk)) == ["Mo", ""]


def test_an_event_that_no_blank_line_ends_is_a_cut(face):
    with Scripted([READ, chunked(step("Mo"), ENDED.rstrip())]) as server, face.made(server.url()) as sdk:
        events = face.stream(sdk)
        next(events)
        with pytest.raises(face.failure, match="before the answer had finished"):
            next(events)


def test_done_is_the_end_of_a_stream(face):
    hold = Hold()
    with Scripted([READ, chunked_head() + chunk(step("Mo") + ENDED + DONE), hold, LAST_CHUNK]) as server:
        with face.made(server.url()) as sdk:
            assert face.texts(face.stream(sdk)) == ["Mo", ""]
            hold.release()


@pytest.mark.parametrize(
    "events",
    [b"", DONE, b"data: oops\n\n", event({"error": {"message": "no"}})],
    ids=["nothing", "[DONE]", "no JSON", "an error"],
)
def test_a_stream_that_fails_at_once_is_told_by_the_call(face, events):
    with Scripted([READ, chunked(events)]) as server, face.made(server.url()) as sdk, pytest.raises(face.failure):
        face.stream(sdk)


def test_a_stream_that_was_left_is_over(face):
    with Scripted([READ, chunked_head() + chunk(step("Mo"))]) as server, face.made(server.url()) as sdk:
        with face.stream(sdk) as events:
            next(events)
        assert server.left()
        assert list(events) == []


@pytest.mark.parametrize("stream", [False, True])
def test_a_time_out_is_under_the_base_class(face, stream):
    with Scripted([READ]) as server, face.made(server.url(), timeout_ms=50) as sdk:
        with pytest.raises(face.unreached, match=r"0\.05 s"):
            (face.stream if stream else face.create)(sdk)


def test_no_call_waits_for_ever(face):
    with face.made("http://127.0.0.1:9") as sdk:
        timeouts = sdk._caller.call({}, sdk._caller._options, stream=False).timeouts

    assert (timeouts.connect, timeouts.first_token, timeouts.idle, timeouts.attempt) == (10, 600, 600, 600)


def retries(face, **changes):
    backoff = face.package.utils.BackoffStrategy(1, 2, 1.0, 5000)
    return face.package.utils.RetryConfig(**{"strategy": "backoff", "backoff": backoff, "retry_connection_errors": True} | changes)  # fmt: skip


def test_a_connection_that_broke_is_tried_again_too(face):
    with Scripted([READ, CLOSE], [READ, document()]) as server, face.made(server.url()) as sdk:
        assert face.create(sdk, retries=retries(face)).id == "c1"
        with pytest.raises(face.unreached), Scripted([READ, CLOSE]) as other:
            face.create(sdk, server_url=other.url(), retries=retries(face, retry_connection_errors=False))


def test_attempts_share_a_connection(face):
    with Scripted([READ, answer(b"{}", "503 X"), READ, STREAM]) as server, face.made(server.url()) as sdk:
        assert face.texts(face.stream(sdk, retries=retries(face))) == ["Mo", "net", ""]
        assert len(server.connections) == 1


@pytest.mark.parametrize(
    ("key", "sent"),
    [("", None), ("  ", None), (None, None), (" k ", "Bearer k"), ("Bearer k", "Bearer k"), ("bearer k", "Bearer k")],
)
def test_a_credential_is_sent_as_one(face, key, sent):
    with Scripted([READ, document()]) as server, face.made(server.url(), key=key) as sdk:
        face.create(sdk)
        assert server.requests[0].headers.get("authorization") == sent


def test_a_credential_from_the_environment_goes_to_its_vendor_only(face, monkeypatch):
    for name in ("R9S_API_KEY", "ATOMASDK_BEARER_AUTH", "API_KEY_AUTH"):
        monkeypatch.setenv(name, "planted")
    sdk = face.made(None, key="")
    with Scripted([READ, document()]) as server, face.made(server.url(), key="") as elsewhere:
        face.create(elsewhere)
        assert "authorization" not in server.requests[0].headers

    assert ("authorization", "Bearer planted") in sdk._caller.call(
        {}, sdk._caller._options, stream=False
    ).request.headers


def test_a_client_after_its_block(face):
    with Scripted([READ, document()]) as server:
        with face.made(server.url()) as sdk:
            face.create(sdk)
        with pytest.raises(face.unreached, match="closed"):
            face.create(sdk)


def test_a_client_of_the_user_s_own_stays_open(face):
    with Scripted([READ, document()]) as server, httpx.Client() as client:
        with face.made(server.url(), client=client) as sdk:
            face.create(sdk)
        assert not client.is_closed


def test_an_error_can_be_hashed(face):
    with Scripted([repeat(READ, answer(b"{}", "418 X"))]) as server, face.made(server.url()) as sdk:
        with pytest.raises(face.failure) as one:
            face.create(sdk)

    assert {one.value: "kept"}[one.value] == "kept"


@pytest.mark.parametrize(
    "said",
    [
        answer(b'{"error": {"message": "slow down", "type": "t"}}', "429 X", {"Retry-After": "7"}),
        answer(b"tea", "418 X"),
        answer(b"[]"),
        CLOSE,
    ],
    ids=["of a class of its own", "of none", "no completion", "no answer"],
)
def test_an_error_can_be_pickled_and_copied(face, said):
    with Scripted([READ, said]) as server, face.made(server.url()) as sdk, pytest.raises(face.failure) as caught:
        face.create(sdk)

    for same in (pickle.loads(pickle.dumps(caught.value)), copy.copy(caught.value), copy.deepcopy(caught.value)):
        assert type(same) is type(caught.value)
        assert str(same) == str(caught.value)
        assert vars(same).keys() == vars(caught.value).keys()
        assert (same.status_code, same.body) == (caught.value.status_code, caught.value.body)


def test_headers_of_an_answer_are_found_in_any_case(face):
    said = answer(b"{}", "429 X", {"Retry-After": "7"})
    with Scripted([READ, said]) as server, face.made(server.url()) as sdk, pytest.raises(face.failure) as caught:
        face.create(sdk)

    assert caught.value.raw_response.headers.get("Retry-After") == "7"
    assert "RETRY-AFTER" in caught.value.raw_response.headers


def test_an_answer_is_shown_as_it_came(face):
    odd = COMPLETION | {"created": "1", "vendor": {"x": [1]}}
    del odd["id"]
    with Scripted([READ, document(odd)]) as server, face.made(server.url()) as sdk:
        completion = face.create(sdk)

    assert (completion.id, completion.created, completion.vendor) == (None, "1", {"x": [1]})
    assert completion.model_dump(by_alias=True, exclude_unset=True) == odd


class Watch(BeforeRequestHook, AfterSuccessHook, AfterErrorHook):
    """Hooks that see everything, and leave a mark on requests."""

    def __init__(self):
        self.seen = []

    def register(self, hooks):
        hooks.register_sdk_init_hook(self)
        hooks.register_before_request_hook(self)
        hooks.register_after_success_hook(self)
        hooks.register_after_error_hook(self)

    def sdk_init(self, *given):
        self.seen.append("init")
        return given if len(given) > 1 else given[0]

    def before_request(self, hook_ctx, request):
        self.seen.append(("before", hook_ctx.operation_id))
        request.headers["x-hooked"] = "yes"
        return request

    def after_success(self, hook_ctx, response):
        self.seen.append(("success", response.status_code))
        return response

    def after_error(self, hook_ctx, response, error):
        self.seen.append(("error", response and response.status_code, type(error).__name__))
        return response, error


OPERATIONS = {
    "r9s": ("createChatCompletion", "createChatCompletion"),
    "atoma_sdk": ("chat_completions_create", "chat_completions_create_stream"),
    "beezy_ai": ("createChatCompletion", "streamChatCompletions"),
}


def test_a_hook_may_write_to_the_client_s_logger_whether_or_not_there_is_one(face, caplog):
    class Writing(BeforeRequestHook):
        def before_request(self, hook_ctx, request):
            hook_ctx.config.debug_logger.debug("seen %s", request.method)
            return request

    with Scripted([repeat(READ, document())]) as server, caplog.at_level("DEBUG"):
        for options in ({}, {"debug_logger": logging.getLogger("own")}):
            with face.made(server.url(), **options) as sdk:
                sdk.sdk_configuration.get_hooks().register_before_request_hook(Writing())
                face.create(sdk)

    assert caplog.messages.count("seen POST") == 1


def test_hooks_added_at_run_time(face):
    watch = Watch()
    with Scripted([READ, document(), READ, answer(b"{}", "418 X"), READ, STREAM]) as server:
        with face.made(server.url()) as sdk:
            watch.register(sdk.sdk_configuration.get_hooks())
            face.create(sdk)
            with pytest.raises(face.failure):
                face.create(sdk)
            list(face.stream(sdk))
        assert all(request.headers["x-hooked"] == "yes" for request in server.requests)

    create, stream = OPERATIONS[face.package.__name__]
    assert watch.seen == [
        ("before", create), ("success", 200),
        ("before", create), ("error", 418, "NoneType"),
        ("before", stream), ("success", 200),
    ]  # fmt: skip


def test_hooks_that_a_fork_registers_see_the_client_made(face):
    watch = Watch()
    with Scripted([READ, document()]) as server:
        with patch.object(face.package._hooks.sdkhooks, "init_hooks", watch.register), face.made(server.url()) as sdk:
            face.create(sdk)

    assert [seen if isinstance(seen, str) else seen[0] for seen in watch.seen] == ["init", "before", "success"]


def test_hooks_of_one_client_are_not_another_s(face):
    watch = Watch()
    with Scripted([READ, document()]) as server, face.made(server.url()) as one, face.made(server.url()) as other:
        watch.register(one.sdk_configuration.get_hooks())
        face.create(other)

    assert watch.seen == []


def test_hooks_see_asynchronous_calls(face):
    watch = Watch()

    async def main(server):
        async with face.made(server.url()) as sdk:
            watch.register(sdk.sdk_configuration.get_hooks())
            return await face.create_async(sdk)

    with Scripted([READ, document()]) as server:
        assert asyncio.run(main(server)).id == "c1"

    assert [seen[0] for seen in watch.seen] == ["before", "success"]


@pytest.mark.parametrize(("url", "shown"), [(None, "https://"), ("http://127.0.0.1:9/v1", "http://127.0.0.1:9/v1")])
def test_an_init_hook_is_told_the_address(face, url, shown):
    told = []

    class Look(Watch):
        def sdk_init(self, *given):
            told.append(given[0] if len(given) > 1 else given[0].get_server_details()[0])
            return super().sdk_init(*given)

    with patch.object(face.package._hooks.sdkhooks, "init_hooks", Look().register):
        face.made(url)

    assert told[0].startswith(shown)


def test_an_init_hook_may_move_the_client(face):
    with Scripted([READ, document()]) as server:

        class Move(Watch):
            def sdk_init(self, *given):
                if len(given) == 1:
                    given[0].server_url = server.url(face.prefix)
                    return given[0]
                return server.url(face.prefix), given[1]

        with patch.object(face.package._hooks.sdkhooks, "init_hooks", Move().register), face.made(None) as sdk:
            face.create(sdk)
        assert server.requests[0].line == "POST /v1/chat/completions HTTP/1.1"


def test_hooks_are_imported_from_where_forks_do(face):
    hooks = __import__(f"{face.package.__name__}._hooks.types", fromlist=["types"])

    assert {"Hooks", "HookContext", "SDKInitHook", "BeforeRequestHook", "AfterErrorContext"} <= set(hooks.__all__)
    assert face.package._hooks.Hooks is hooks.Hooks
    assert callable(face.package._hooks.init_hooks)


@pytest.mark.parametrize("environment", [False, True])
def test_an_address_may_have_a_query(face, monkeypatch, environment):
    with Scripted([READ, document()]) as server:
        address = f"{server.url()}/v1/?api-version=1&tenant=a"
        monkeypatch.setenv("DRAGOMAN_BASE_URL", address if environment else "http://127.0.0.1:9/v1")
        monkeypatch.setenv("DRAGOMAN_API_KEY", "sk-ambient")
        with face.made(None if environment else address, "") as sdk:
            face.create(sdk)

    assert server.requests[0].line.split()[1].endswith("/chat/completions?api-version=1&tenant=a")
    assert server.requests[0].headers.get("authorization") == ("Bearer sk-ambient" if environment else None)


def test_a_gateway_s_address_moves_a_program_as_it_is(face, monkeypatch):
    with Scripted([READ, document(), READ, STREAM]) as server:
        monkeypatch.setenv("DRAGOMAN_BASE_URL", server.url("/v1"))
        with face.made(None) as sdk:
            assert face.create(sdk).id == "c1"
            assert face.texts(face.stream(sdk)) == ["Mo", "net", ""]
        assert {request.line for request in server.requests} == {"POST /v1/chat/completions HTTP/1.1"}
        assert re.fullmatch(r"127\.0\.0\.1:\d+", server.requests[0].headers["host"])
