"""Lists as the original gives them: one page, whole, that is walked through. Types; no I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

import msgspec

from dragoman.openai.shape import BaseModel

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator, Mapping

M = TypeVar("M", bound=BaseModel)
Json = dict[str, Any]


class _Page(Generic[M]):
    """What both colours know.

    Attributes:
        data: the items.
        object: `list`.
    """

    def __init__(self, data: list[M], object: str, headers: Mapping[str, str]) -> None:  # noqa: A002 - the wire's own word
        self.data = data
        self.object = object
        self._headers = headers

    @property
    def _request_id(self) -> str | None:
        """What to quote to the vendor's support; None where the server named none."""
        return self._headers.get("x-request-id")

    def has_next_page(self) -> bool:
        """No: this API has no further pages of it."""
        return False

    def model_dump(self, **options: Any) -> Json:  # noqa: ANN401 - as BaseModel
        """The fields as a dict; the options are those of the items' `model_dump`."""
        return {"data": [item.model_dump(**options) for item in self.data], "object": self.object}

    def next_page_info(self) -> None:
        """How the next page is asked for: there is none."""

    def model_dump_json(self, *, indent: int | None = None, **options: Any) -> str:  # noqa: ANN401 - as BaseModel
        """The fields as JSON; the options are those of `model_dump`."""
        return _json(self.model_dump(mode="json", **options), indent)

    def to_dict(self, **options: Any) -> Json:  # noqa: ANN401 - as BaseModel
        """What was received, as a dict; the options are those of the items' `to_dict`."""
        return {"data": [item.to_dict(**options) for item in self.data], "object": self.object}

    def to_json(self, *, indent: int | None = 2, **options: Any) -> str:  # noqa: ANN401 - as BaseModel
        """What was received, as JSON; the options are those of `to_dict`."""
        return _json(self.to_dict(mode="json", **options), indent)

    def __repr__(self) -> str:
        """As it could be written."""
        return f"{type(self).__name__}(data={self.data!r}, object={self.object!r})"


def _json(value: Json, indent: int | None) -> str:
    data = msgspec.json.encode(value)
    return (data if indent is None else msgspec.json.format(data, indent=indent)).decode()


class SyncPage(_Page[M]):
    """A list, walked through item by item."""

    def __iter__(self) -> Iterator[M]:
        """The items."""
        return iter(self.data)

    def iter_pages(self) -> Iterator[Self]:
        """The pages: itself."""
        yield self


class AsyncPage(_Page[M]):
    """A list, walked through item by item."""

    async def __aiter__(self) -> AsyncIterator[M]:
        """The items."""
        for item in self.data:
            yield item

    async def iter_pages(self) -> AsyncIterator[Self]:
        """The pages: itself."""
        yield self


class AsyncPaginator(Generic[M]):
    """A list about to be asked for: await it, or walk through it with `async for`."""

    def __init__(self, asking: Callable[[], Awaitable[AsyncPage[M]]]) -> None:
        self._asking = asking

    def __await__(self) -> Generator[Any, None, AsyncPage[M]]:
        """Ask for it."""
        return self._asking().__await__()

    async def __aiter__(self) -> AsyncIterator[M]:
        """Ask for it; the items."""
        for item in (await self).data:
            yield item
