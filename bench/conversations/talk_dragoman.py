"""A conversation, as anybody would write it."""

from dragoman import Dragoman


def talk(question: str, more: str) -> str:
    client = Dragoman("http://127.0.0.1:8000/v1", model="m")
    messages = [{"role": "user", "content": question}]
    answer = client.chat.create(messages=messages)
    messages.append(answer.message)
    messages.append({"role": "user", "content": more})
    text = ""
    for chunk in client.chat.create(messages=messages, stream=True):
        text += chunk.text
    return text
