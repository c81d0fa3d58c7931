"""The words that the models are typed with."""

from typing import TypeAlias, TypeVar

from dragoman.face.field import UNSET, Unset
from dragoman.face.files import also
from dragoman.face.model import Model as BaseModel

T = TypeVar("T")

Nullable: TypeAlias = T | None
"""A value, or null."""

OptionalNullable: TypeAlias = T | None | Unset
"""A value, null, or not given."""

UnrecognizedInt: TypeAlias = int
"""A number that the documents do not list."""

UnrecognizedStr: TypeAlias = str
"""A word that the documents do not list."""

also(__name__, "basemodel")

__all__ = ["UNSET", "BaseModel", "Nullable", "OptionalNullable", "UnrecognizedInt", "UnrecognizedStr", "Unset"]
