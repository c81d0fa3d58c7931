"""any-llm, by its provider openai."""

from any_llm import completion
from chat_form import ASKED, KEY, take_chunk, take_whole


def ask(url, patience, *, stream):
    return completion(
        model="m",
        provider="openai",
        api_base=url,
        api_key=KEY,
        stream=stream,
        client_args={"timeout": patience, "max_retries": 0},
        **ASKED,
    )


def raw(told, url, patience):
    for chunk in ask(url, patience, stream=True):
        take_chunk(told, chunk)


def whole(told, url, patience):
    take_whole(told, ask(url, patience, stream=False))


FORMS = {"raw": raw, "whole": whole}
