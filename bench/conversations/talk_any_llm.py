"""A conversation, as anybody would write it."""

from any_llm import completion


def talk(question: str, more: str) -> str:
    messages = [{"role": "user", "content": question}]
    answer = completion(model="m", provider="openai", api_base="http://127.0.0.1:8000/v1", messages=messages)
    messages.append(answer.choices[0].message)
    messages.append({"role": "user", "content": more})
    text = ""
    for chunk in completion(
        model="m", provider="openai", api_base="http://127.0.0.1:8000/v1", messages=messages, stream=True
    ):
        text += chunk.choices[0].delta.content or ""
    return text
