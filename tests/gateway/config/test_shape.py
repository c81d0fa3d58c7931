import msgspec
import pytest

from configurations import WHOLE, config
from dragoman.gateway.config import shape
from dragoman.wire.schema import sentences

TABLES = [kind for kind in vars(shape).values() if isinstance(kind, type) and issubclass(kind, msgspec.Struct)]


@pytest.mark.parametrize(
    "table", [table for table in TABLES if table is not msgspec.Struct], ids=lambda kind: kind.__name__
)
def test_every_field_says_what_it_is_for(table):
    assert table.__doc__
    for field in table.__struct_fields__:
        assert sentences(shape)[table.__name__, field].endswith(".")


def test_a_configuration_does_not_change():
    whole = config(WHOLE)

    with pytest.raises(AttributeError):
        whole.server.port = 1
