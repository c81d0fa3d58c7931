"""A conversation, as anybody would write it."""

from mistralai.client import Mistral


def talk(question: str, more: str) -> str:
    client = Mistral(server_url="http://127.0.0.1:8000", api_key="x")
    messages = [{"role": "user", "content": question}]
    answer = client.chat.complete(model="m", messages=messages)
    messages.append(answer.choices[0].message)
    messages.append({"role": "user", "content": more})
    text = ""
    for event in client.chat.stream(model="m", messages=messages):
        text += event.data.choices[0].delta.content or ""
    return text
