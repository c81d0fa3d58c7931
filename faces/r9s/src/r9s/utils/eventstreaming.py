"""The streams that `chat.create(stream=True)` returns."""

from dragoman.face.events import EventStream, EventStreamAsync

__all__ = ["EventStream", "EventStreamAsync"]
