"""The streams that `chat.create_stream` returns."""

from dragoman.face.events import EventStream, EventStreamAsync

__all__ = ["EventStream", "EventStreamAsync"]
