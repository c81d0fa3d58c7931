"""The installed package itself."""

import importlib.metadata

from observations import observe


@observe
def quiet_import(asker):
    return f"no: {', '.join(f'`{host}`' for host in asker.reached)}" if asker.reached else "yes"


@observe
def commands(asker):
    scripts = importlib.metadata.distribution(asker.package).entry_points.select(group="console_scripts")
    return ", ".join(f"`{one.name}`" for one in scripts) or "none"


DOCUMENTED = [
    "audio",
    "frequency_penalty",
    "logit_bias",
    "logprobs",
    "max_completion_tokens",
    "max_tokens",
    "metadata",
    "modalities",
    "n",
    "parallel_tool_calls",
    "prediction",
    "presence_penalty",
    "prompt_cache_key",
    "reasoning_effort",
    "response_format",
    "safety_identifier",
    "seed",
    "service_tier",
    "stop",
    "store",
    "stream_options",
    "temperature",
    "tool_choice",
    "tools",
    "top_logprobs",
    "top_p",
    "user",
    "verbosity",
    "web_search_options",
]
"""What OpenAI documents of a request for a chat completion, beside `model`, `messages` and `stream`."""


@observe
def documented_parameters(asker):
    named = set(asker.arguments())
    return f"{sum(name in named for name in DOCUMENTED)} of {len(DOCUMENTED)}"
