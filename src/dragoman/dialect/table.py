"""The rows: what is known of each vendor and each kind of server, by its public documentation. Data; no I/O.

What a row says a vendor does not take is what its documentation, or its answer with status 400 or 422, says; a field
nobody has heard of is left for the vendor to judge.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from msgspec.structs import replace

from dragoman.dialect import Continuation, Dialect

PLAIN = Dialect(name="plain")
"""OpenAI's spelling at an address nobody told us about: a stream may end with `[DONE]` or after its finish reason."""

MISTRAL_RENAMES = (("seed", "random_seed"),)
MISTRAL_CHOICES = (("required", "any"),)

HEARD = Dialect(name="heard", renames=MISTRAL_RENAMES, choices=MISTRAL_CHOICES)
"""What a gateway understands beside our own words, whoever calls: no vendor's word means another thing to another."""

MAX_TOKENS = (("max_completion_tokens", "max_tokens"),)
"""For those who know the limit by its older name alone."""

SYSTEM = (("developer", "system"),)
"""For those who know no developer: OpenAI's own models read either role as the other."""

NOT_OPENAIS = frozenset({"min_p", "safe_prompt", "top_k"})
"""Fields that other vendors added to the API."""

SOUND = frozenset({"audio", "modalities"})
"""Fields about answers that are heard."""

OPENAIS = SOUND | {
    "moderation",
    "prediction",
    "prompt_cache_key",
    "prompt_cache_options",
    "prompt_cache_retention",
    "safety_identifier",
    "store",
    "verbosity",
    "web_search_options",
}
"""Fields of OpenAI's own platform."""

FUNCTIONS = frozenset({"function_call", "functions"})
"""Tools in their older form."""

AZURE_PATH = "/openai/deployments/{model}/chat/completions"
"""The model is a deployment's name here, chosen by whoever made it."""

ROWS = (
    Dialect(
        name="openai",
        base_url="https://api.openai.com/v1",
        credential="OPENAI_API_KEY",
        done=True,
        lacks=NOT_OPENAIS,
    ),
    Dialect(
        # Its other API, at the same address: some models, and the thoughts of others, are only there.
        name="openai-responses",
        vendor="openai",
        base_url="https://api.openai.com/v1",
        credential="OPENAI_API_KEY",
        done=True,
        api="responses",
    ),
    Dialect(
        name="anthropic",
        base_url="https://api.anthropic.com/v1",
        credential="ANTHROPIC_API_KEY",
        done=True,
        api="messages",
        key_header="x-api-key",
        headers=(("anthropic-version", "2023-06-01"),),
        # Newer models answer 400: "This model does not support assistant message prefill".
        continues=Continuation(
            trims=True,
            models=(
                "claude-2",
                "claude-3",
                "claude-haiku-4-5",
                "claude-opus-4-0",
                "claude-opus-4-1",
                "claude-opus-4-2025",
                "claude-opus-4-5",
                "claude-sonnet-4-0",
                "claude-sonnet-4-2025",
            ),
        ),
    ),
    Dialect(
        name="mistral",
        base_url="https://api.mistral.ai/v1",
        credential="MISTRAL_API_KEY",
        renames=MISTRAL_RENAMES,
        choices=MISTRAL_CHOICES,
        done=True,
        usage=False,
        # It refuses, with 422 extra_forbidden, whatever its reference does not list: in a message as well, which is
        # where another vendor's answer comes back (BerriAI/litellm#30835).
        lacks=FUNCTIONS
        | OPENAIS
        | {"logit_bias", "logprobs", "min_p", "service_tier", "top_k", "top_logprobs", "user"},
        message_lacks=frozenset(
            {
                "annotations",
                "audio",
                "function_call",
                "name",
                "reasoning",
                "reasoning_content",
                "refusal",
            }
        ),
        instead=MAX_TOKENS,
        roles=SYSTEM,
        continues=Continuation(message=(("prefix", True),), echoes=True),
    ),
    Dialect(
        name="groq",
        base_url="https://api.groq.com/openai/v1",
        credential="GROQ_API_KEY",
        done=True,
        # console.groq.com/docs/openai lists what is answered with 400, a message's name and an n other than 1 among it.
        lacks=NOT_OPENAIS | OPENAIS | {"logit_bias", "logprobs", "n", "top_logprobs"},
        message_lacks=frozenset({"name"}),
    ),
    Dialect(name="openrouter", base_url="https://openrouter.ai/api/v1", credential="OPENROUTER_API_KEY"),
    Dialect(
        name="deepseek",
        base_url="https://api.deepseek.com/v1",
        credential="DEEPSEEK_API_KEY",
        done=True,
        lacks=FUNCTIONS
        | NOT_OPENAIS
        | OPENAIS
        | {"logit_bias", "metadata", "n", "parallel_tool_calls", "seed", "service_tier"},
        instead=MAX_TOKENS,
        roles=SYSTEM,
        # api-docs.deepseek.com/guides/chat_prefix_completion: at /beta, which is no address for anything else.
        continues=Continuation(message=(("prefix", True),), base_url="https://api.deepseek.com/beta"),
    ),
    Dialect(
        name="together",
        base_url="https://api.together.xyz/v1",
        credential="TOGETHER_API_KEY",
        done=True,
        lacks=FUNCTIONS | OPENAIS | {"metadata", "parallel_tool_calls", "safe_prompt", "service_tier"},
        instead=MAX_TOKENS,
    ),
    Dialect(
        name="fireworks",
        base_url="https://api.fireworks.ai/inference/v1",
        credential="FIREWORKS_API_KEY",
        done=True,
        # Its streams end with the usage, asked or not; it has refused to be asked (FlowiseAI/Flowise#2866).
        usage=False,
        lacks=SOUND | {"moderation", "safe_prompt", "web_search_options"},
    ),
    Dialect(
        name="xai",
        base_url="https://api.x.ai/v1",
        credential="XAI_API_KEY",
        done=True,
        lacks=NOT_OPENAIS | SOUND | {"logit_bias", "moderation", "prediction", "verbosity"},
    ),
    Dialect(
        name="gemini",
        base_url="https://generativelanguage.googleapis.com/v1beta/openai",
        credential="GEMINI_API_KEY",
        done=True,
        # Any of these is answered with 400: unknown name, cannot find field.
        lacks=NOT_OPENAIS
        | OPENAIS
        | {"frequency_penalty", "logit_bias", "metadata", "presence_penalty", "seed", "service_tier"},
    ),
    Dialect(
        name="cerebras",
        base_url="https://api.cerebras.ai/v1",
        credential="CEREBRAS_API_KEY",
        done=True,
        lacks=NOT_OPENAIS | OPENAIS | {"frequency_penalty", "logit_bias", "presence_penalty", "service_tier"},
        roles=SYSTEM,
    ),
    Dialect(
        name="perplexity",
        # Its completions are beside /v1, not in it: docs.perplexity.ai, OpenAI SDK compatibility.
        base_url="https://api.perplexity.ai",
        credential="PERPLEXITY_API_KEY",
        # Each chunk says the usage so far.
        usage=False,
        lacks=FUNCTIONS | SOUND | {"logit_bias", "min_p", "moderation", "n", "prediction", "safe_prompt", "seed"},
        instead=MAX_TOKENS,
        roles=SYSTEM,
    ),
    Dialect(name="r9s", base_url="https://api.r9s.ai/v1", credential="R9S_API_KEY"),
    Dialect(name="atoma", base_url="https://api.atoma.network/v1", credential="ATOMASDK_BEARER_AUTH"),
    Dialect(
        name="beezy",
        base_url="https://api.beezy.ai/v1",
        credential="API_KEY_AUTH",
        renames=MISTRAL_RENAMES,
        choices=MISTRAL_CHOICES,
        usage=False,
    ),
)
"""Every vendor with an address of its own."""

KINDS = (
    Dialect(
        name="azure",
        credential="AZURE_OPENAI_API_KEY",
        done=True,
        key_header="api-key",
        path=AZURE_PATH,
        # The last dated version that is no preview; an upstream's `query` names another.
        query=(("api-version", "2024-10-21"),),
        lacks=NOT_OPENAIS,
    ),
    Dialect(
        name="vllm",
        done=True,
        lacks=FUNCTIONS | SOUND | {"moderation", "prediction", "safe_prompt", "verbosity", "web_search_options"},
        continues=Continuation(request=(("add_generation_prompt", False), ("continue_final_message", True))),
    ),
    Dialect(
        name="llama.cpp",
        base_url="http://127.0.0.1:8080/v1",
        done=True,
        lacks=FUNCTIONS | SOUND | {"moderation", "prediction", "safe_prompt", "verbosity", "web_search_options"},
        continues=Continuation(echoes=True),
    ),
    Dialect(
        name="ollama",
        base_url="http://127.0.0.1:11434/v1",
        done=True,
        # docs.ollama.com/api/openai-compatibility marks what it does not support.
        lacks=FUNCTIONS
        | NOT_OPENAIS
        | OPENAIS
        | {"logit_bias", "metadata", "n", "parallel_tool_calls", "service_tier", "tool_choice", "user"},
        instead=MAX_TOKENS,
    ),
    Dialect(name="responses", done=True, api="responses"),
)
"""Kinds of server that anybody runs, at an address of their own; where one is named here, it is the usual one."""

ENGINE = Dialect(name="engine", continues=Continuation(message=(("prefix", True),)))
"""The embedded model, which judges a request itself; weights of one's own cannot go on from a prefix."""

_RESPONSES = "/responses"
_BY_HOST = {urlsplit(row.base_url).hostname: row for row in ROWS if not row.vendor}
_BY_NAME = {row.name: row for row in (*ROWS, *KINDS)}


def at(host: str) -> Dialect:
    """The dialect spoken at a host; `PLAIN` where nobody told us."""
    return _BY_HOST.get(host, PLAIN)


def bare(url: str) -> str:
    """An address without the place at which it names the Responses API, `/responses` at its end."""
    return url.rstrip("/").removesuffix(_RESPONSES)


def spoken_at(row: Dialect, url: str) -> Dialect:
    """A row as it is spoken at an address: one that ends in `/responses` is asked in the Responses API, whoever's."""
    if row.api != "chat" or bare(url) == url.rstrip("/"):
        return row
    return _BY_NAME["responses"] if row is PLAIN else replace(row, api="responses", done=True, continues=None)


def named(name: str) -> Dialect | None:
    """The row of a vendor or a kind of server; None where there is none of that name."""
    return _BY_NAME.get(name)


def names() -> tuple[str, ...]:
    """The name of every row, in order."""
    return tuple(_BY_NAME)
