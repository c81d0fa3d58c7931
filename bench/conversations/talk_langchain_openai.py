"""A conversation, as anybody would write it."""

from langchain_openai import ChatOpenAI


def talk(question: str, more: str) -> str:
    client = ChatOpenAI(model="m", base_url="http://127.0.0.1:8000/v1", api_key="x")
    messages = [{"role": "user", "content": question}]
    answer = client.invoke(messages)
    messages.append(answer)
    messages.append({"role": "user", "content": more})
    text = ""
    for chunk in client.stream(messages):
        text += chunk.text
    return text
