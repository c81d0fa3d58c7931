"""A completion that may call a function."""

import os

import beezy_ai
from beezy_ai import BeezyAI

s = BeezyAI(api_key_auth=os.getenv("API_KEY_AUTH", ""))

res = s.chat.create(
    request={
        "model": "any",
        "messages": [{"role": beezy_ai.ChatCompletionRole.USER, "content": "What is the weather like in Paris?"}],
        "max_tokens": 64,
        "tools": [
            {
                "type": "function",
                "function": {
                    "name": "get_weather",
                    "description": "Get the current weather in a given location.",
                    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
                },
            },
        ],
        "tool_choice": "any",
        "random_seed": 1337,
    }
)

if res is not None:
    call = res.choices[0].message.tool_calls[0]
    print(call.function.name, call.function.arguments, res.usage)
