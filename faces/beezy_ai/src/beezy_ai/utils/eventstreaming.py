"""The streams that `chat.stream` returns."""

from dragoman.face.events import EventStream, EventStreamAsync

__all__ = ["EventStream", "EventStreamAsync"]
