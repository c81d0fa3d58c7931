"""LiteLLM as a library, and its `stream_chunk_builder`."""

import litellm as library
from chat_form import ASKED, KEY, take_chunk, take_whole

from quirks import MESSAGES

library.suppress_debug_info = True


def ask(url, patience, *, stream):
    return library.completion(
        model="openai/m",
        api_base=url,
        api_key=KEY,
        timeout=patience,
        max_retries=0,
        stream=stream,
        stream_options={"include_usage": True} if stream else None,
        **ASKED,
    )


def raw(told, url, patience):
    for chunk in ask(url, patience, stream=True):
        take_chunk(told, chunk)


def folded(told, url, patience):
    take_whole(told, library.stream_chunk_builder(list(ask(url, patience, stream=True)), messages=MESSAGES))


def whole(told, url, patience):
    take_whole(told, ask(url, patience, stream=False))


FORMS = {"raw": raw, "folded": folded, "whole": whole}
