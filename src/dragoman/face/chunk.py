"""A chunk as faces read it: JSON for the model that shows it, a chunk of ours where somebody asks for one. No I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from dragoman.wire.chunk import read_chunk

if TYPE_CHECKING:
    from dragoman.wire.chunk import Chunk, ChunkChoice
    from dragoman.wire.completion import Usage

_decode = msgspec.json.Decoder(dict[str, Any]).decode


class Unopened(msgspec.Struct, gc=False):
    """A chunk that was read as JSON alone. A face shows that, and of most chunks nobody asks for more.

    What a reading asks of its chunks is read from the bytes when it is asked for.
    """

    source: bytes
    """The bytes it was read from."""
    error: Any
    """As a chunk's."""
    value: Any
    """The JSON object. It is for the model that shows it: whoever takes it leaves None, as the chunk is kept."""

    @property
    def chunk(self) -> Chunk:
        """The chunk that it is; read anew each time."""
        return read_chunk(self.source)

    @property
    def choices(self) -> tuple[ChunkChoice, ...]:
        """As a chunk's."""
        return self.chunk.choices

    @property
    def usage(self) -> Usage | None:
        """As a chunk's."""
        return self.chunk.usage

    @property
    def text(self) -> str:
        """As a chunk's."""
        return self.chunk.text

    def to_dict(self) -> dict[str, Any]:
        """As a chunk's."""
        return self.chunk.to_dict()

    def to_json(self) -> bytes:
        """As a chunk's."""
        return self.source


_unopened: Any = Unopened


def read_unopened(data: bytes) -> Chunk:
    """Read a chunk from JSON, as `dragoman.wire.chunk.read_chunk`.

    Raises:
        msgspec.DecodeError: it is not a JSON object.
    """
    try:
        value = _decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        chunk = read_chunk(data)
        data, value = chunk.to_json(), chunk.to_dict()
    # It has all of a chunk that a reading looks at.
    made: Chunk = _unopened(data, value.get("error"), value)
    return made
