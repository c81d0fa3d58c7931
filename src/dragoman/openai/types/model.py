"""A model that a server offers. Types; no I/O."""

from dragoman.openai.shape import Answered


class Model(Answered):
    """One model that a server offers."""

    id: str
    """The name to ask for."""
    created: int
    """When it was made, in seconds since 1970."""
    object: str
    """`model`."""
    owned_by: str
    """Whose it is."""
    shutdown_date: str | None = None
    """When it will be gone; None where that was not announced."""
