"""A stream of bare chunks."""

from r9s import R9S

with R9S(api_key="any") as r9_s:
    res = r9_s.chat.create(
        model="any",
        messages=[{"role": "user", "content": "Name one French painter."}],
        max_tokens=24,
        temperature=0,
        stream=True,
    )
    with res as event_stream:
        for event in event_stream:
            print(event.choices[0].delta.content or "", end="", flush=True)
