"""OpenAI's Responses API. No I/O.

Hearing, from a client that speaks it: `hear` makes its request a chat request, `reply` a completion its response,
`Telling` chunks its events. `items`, `turns`, `parts` and `tools` say, both ways, what is what.
"""
