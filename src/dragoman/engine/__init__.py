"""The model on this machine: a supervised llama.cpp in a process of its own, reached like any other endpoint.

owner     this process: starts the child, starts it again when it dies, ends with it
weights   which file to run: the embedded one, found or fetched, or the user's own
carry     the transport that starts the engine when a request needs it
child     the other process: llama.cpp on an inner socket, the endpoint on an outer one
  app       the endpoint: the queue, and the caller who leaves
  ask       a request becomes what llama.cpp is to do; what it cannot do is refused by name
  tools     which function is called, by rule; its arguments are the model's
  embed     texts become vectors
  schema    what holds the model to JSON, and what checks it afterwards
  answer    llama.cpp's pieces become chunks
  llama     llama.cpp itself: its parameters, its socket
"""

from dragoman.engine.carry import AsyncEngineTransport, EngineTransport
from dragoman.engine.owner import Engine

__all__ = ["AsyncEngineTransport", "Engine", "EngineTransport"]
