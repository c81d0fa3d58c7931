"""A conversation, as anybody would write it."""

from groq import Groq


def talk(question: str, more: str) -> str:
    client = Groq(base_url="http://127.0.0.1:8000/v1", api_key="x")
    messages = [{"role": "user", "content": question}]
    answer = client.chat.completions.create(model="m", messages=messages)
    messages.append(answer.choices[0].message)
    messages.append({"role": "user", "content": more})
    text = ""
    for chunk in client.chat.completions.create(model="m", messages=messages, stream=True):
        text += chunk.choices[0].delta.content or ""
    return text
