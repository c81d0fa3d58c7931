"""Where keys are made, listed, rotated and revoked. Uses the store; its calls wait, and belong in a thread."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, or_, select, update

from dragoman.errors import InvalidRequestError
from dragoman.gateway.keys import secret as secrets
from dragoman.gateway.keys.key import Key
from dragoman.gateway.limits.terms import Limits
from dragoman.gateway.store.connect import writing
from dragoman.gateway.store.tables import keys

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Connection, RowMapping

    from dragoman.gateway.keys.identity import Role
    from dragoman.gateway.store.database import Store
    from dragoman.secret import Secret

NAME_BOUND = 200
"""The most characters of an owner's name, and of a note."""

LAST_YEAR = 9998
"""The last in which a key may expire."""

LIMITS = Limits.__struct_fields__
"""The limits, each of which has a column of its name."""


class UnknownKeyError(InvalidRequestError):
    """There is no key of that name, or several begin so."""


class Desk:
    """The keys of a store.

    Args:
        store: the store, its tables made.
        clock: what tells the time.
    """

    def __init__(self, store: Store, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._store = store
        self._clock = clock

    def create(  # noqa: PLR0913 - each is one property of a key
        self,
        owner: str,
        *,
        role: Role = "caller",
        models: Sequence[str] | None = None,
        limits: Limits = Limits(),  # noqa: B008 - frozen
        expires: datetime | None = None,
        note: str | None = None,
    ) -> tuple[Key, Secret]:
        """Make a key.

        Args:
            owner: whose it is.
            role: what it may be used for.
            models: patterns of the models it may ask for; default all.
            limits: what it may use; default as much as it likes.
            expires: when it stops working; default never.
            note: what is to be remembered of it.

        Returns:
            The key, and its secret: kept nowhere, to be shown this once.

        Raises:
            InvalidRequestError: one of these cannot be.
            StoreError: the store does not answer.
        """
        now = self._clock()
        _check(owner, models, limits, expires, note, now)
        row: dict[str, Any] = {
            "owner": owner,
            "role": role,
            "created": now,
            "expires": expires,
            "revoked": None,
            "models": None if models is None else list(models),
            "note": note,
            **{name: getattr(limits, name) for name in LIMITS},
        }
        with self._store.failures(), writing(self._store.engine) as connection:
            return _insert(connection, row, f"{secrets.new_id()}.1")

    def listed(self, owner: str | None = None) -> list[Key]:
        """The secrets of all keys, or of one owner's, the oldest first.

        Raises:
            StoreError: the store does not answer.
        """
        query = select(keys).order_by(keys.c.created, keys.c.id)
        if owner is not None:
            query = query.where(keys.c.owner == owner)
        with self._store.failures(), self._store.engine.connect() as connection:
            return [read(row) for row in connection.execute(query).mappings()]

    def rotate(self, name: str, overlap: timedelta = timedelta(0)) -> tuple[Key, Secret]:
        """Give a key another secret. Its limits, and what it has used of them, stay as they are.

        Args:
            name: the key's id, or the beginning of its secret as a list shows it.
            overlap: how long the secrets it has go on working.

        Returns:
            The key, and its new secret: kept nowhere, to be shown this once.

        Raises:
            UnknownKeyError: there is no such key.
            InvalidRequestError: it works no more.
            StoreError: the store does not answer.
        """
        now = self._clock()
        if overlap < timedelta(0):
            raise InvalidRequestError("an overlap cannot be negative", param="overlap")
        with self._store.failures(), writing(self._store.engine) as connection:
            rows = _rows(connection, name)
            latest = max(rows, key=lambda row: _number(row["id"]))
            state = read(latest).state(now)
            if state != "active":
                raise InvalidRequestError(f"the key {name!r} is {state}: create another", param="key")
            ends = now + overlap
            # A secret that is to stop at once is revoked: a replica whose clock is behind knows what that means, too.
            end = {"expires": ends} if overlap else {"revoked": now}
            for row in rows:
                if row["revoked"] is None and (row["expires"] is None or row["expires"] > ends):
                    connection.execute(update(keys).where(keys.c.id == row["id"]).values(end))
            fresh = {**latest, "created": now}
            return _insert(connection, fresh, f"{secrets.key_of(latest['id'])}.{_number(latest['id']) + 1}")

    def revoke(self, name: str) -> list[Key]:
        """Let a key work no more, with all its secrets.

        Args:
            name: the key's id, or the beginning of one of its secrets.

        Returns:
            Its secrets.

        Raises:
            UnknownKeyError: there is no such key.
            StoreError: the store does not answer.
        """
        now = self._clock()
        with self._store.failures(), writing(self._store.engine) as connection:
            rows = _rows(connection, name)
            ids = [row["id"] for row in rows]
            connection.execute(update(keys).where(keys.c.id.in_(ids), keys.c.revoked.is_(None)).values(revoked=now))
            return [read({**row, "revoked": row["revoked"] or now}) for row in rows]

    def find(self, hashed: str) -> Key | None:
        """The secret with a hash.

        Raises:
            StoreError: the store does not answer.
        """
        with self._store.failures(), self._store.engine.connect() as connection:
            row = connection.execute(select(keys).where(keys.c.hash == hashed)).mappings().one_or_none()
        return None if row is None else read(row)


def read(row: RowMapping | dict[str, Any]) -> Key:
    """A row of the table `keys`."""
    return Key(
        id=secrets.key_of(row["id"]),
        row=row["id"],
        prefix=row["prefix"],
        owner=row["owner"],
        # What a newer version, or a person, wrote there that is unknown here gives no more than a caller's rights.
        role="admin" if row["role"] == "admin" else "caller",
        created=row["created"],
        expires=row["expires"],
        revoked=row["revoked"],
        models=None if row["models"] is None else tuple(row["models"]),
        limits=Limits(**{name: row[name] for name in LIMITS}),
        note=row["note"],
    )


def _rows(connection: Connection, name: str) -> list[dict[str, Any]]:
    """The rows of one key, kept from others until this transaction ends.

    Raises:
        UnknownKeyError: there is none, or a beginning that several keys share.
    """
    if "\0" in name:
        raise UnknownKeyError("there is no key with a NUL in its name", param="key")
    by_id = or_(keys.c.id == name, keys.c.id.startswith(f"{name}.", autoescape=True))
    if name.startswith(secrets.PREFIX) and len(name) >= secrets.SHOWN:
        by_id = keys.c.prefix == secrets.shown(name)
    found = {secrets.key_of(one) for one in connection.execute(select(keys.c.id).where(by_id)).scalars()}
    if len(found) != 1:
        problem = "there is no key" if not found else "several keys begin with"
        raise UnknownKeyError(f"{problem} {name[: secrets.SHOWN + 6]!r}: see `dragoman keys list`", param="key")
    every = select(keys).where(keys.c.id.startswith(f"{found.pop()}.", autoescape=True)).order_by(keys.c.id)
    locked = every.with_for_update()
    # PostgreSQL looks for rows, and then waits for whoever has them: what a rotation has added by its end, which a
    # revocation must not miss, only a statement that begins after it sees.
    connection.execute(locked)
    return [dict(row) for row in connection.execute(locked).mappings()]


def _insert(connection: Connection, row: dict[str, Any], name: str) -> tuple[Key, Secret]:
    secret = secrets.new_secret()
    text = secret.reveal()
    whole = {**row, "id": name, "hash": secrets.hash_of(text), "prefix": secrets.shown(text)}
    connection.execute(insert(keys).values(whole))
    return read(whole), secret


def _number(row: str) -> int:
    return int(row.rpartition(".")[2])


def _check(  # noqa: PLR0913, PLR0917 - as `create`
    owner: str,
    models: Sequence[str] | None,
    limits: Limits,
    expires: datetime | None,
    note: str | None,
    now: datetime,
) -> None:
    if not owner.strip() or len(owner) > NAME_BOUND or not owner.isprintable():
        raise InvalidRequestError(f"an owner is a name of 1 to {NAME_BOUND} printable characters", param="owner")
    # PostgreSQL keeps no NUL.
    if note is not None and (len(note) > NAME_BOUND or "\0" in note):
        raise InvalidRequestError(f"a note has at most {NAME_BOUND} characters, and no NUL among them", param="note")
    if models is not None and (not models or not all(models) or any("\0" in one for one in models)):
        raise InvalidRequestError("models are named, or `*` stands for anything: none of them is empty", param="models")
    # A PostgreSQL of the far east gives the last hours of 9999 as those of a year that Python does not know.
    if expires is not None and expires.year > LAST_YEAR:
        raise InvalidRequestError("a key that is never to expire has no such date: leave it out", param="expires")
    if expires is not None and expires <= now:
        raise InvalidRequestError("a key cannot expire before it is made", param="expires")
    for name in LIMITS:
        value = getattr(limits, name)
        if value is not None and not 0 <= value < 2**53:
            # Beyond 2⁵³ a script of Valkey, which knows floats only, would lose count.
            raise InvalidRequestError(f"{name} is a number from 0 to 2⁵³", param=name)
