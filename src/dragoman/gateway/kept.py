"""The parts of a gateway that keep something: the store, the journal and who carries it, keys, limits. Uses a database.

Imported only where a store is configured.
"""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

from dragoman.gateway.carrier import Carrier
from dragoman.gateway.config.days import lasting_days
from dragoman.gateway.journal import Journal, folder_beside
from dragoman.gateway.keys.desk import Desk
from dragoman.gateway.keys.directory import Directory
from dragoman.gateway.ledger import Totals
from dragoman.gateway.limits.admission import admission
from dragoman.gateway.running import Lasting
from dragoman.gateway.store.database import Store

if TYPE_CHECKING:
    from collections.abc import Generator

    from dragoman.gateway.config.shape import StoreConfig


@contextlib.contextmanager
def kept(config: StoreConfig, *, alone: bool = False) -> Generator[Lasting]:
    """What lasts as long as the process, for as long as the block does.

    At the block's end the last entries are carried into the store. The limits' own end is the event loop's affair:
    see `Admission.close`.

    Args:
        config: where it is kept.
        alone: whether no other process of this machine serves by the same.

    Raises:
        ConfigurationError: the store cannot be opened, or is a newer version's.
    """
    url = config.url.read().reveal()
    shared = None if config.shared is None else config.shared.read().reveal()
    keep, keep_texts = lasting_days(config)
    folder = folder_beside(url, None if config.journal is None else Path(config.journal))
    with Store(url) as store, Journal(folder) as journal:
        store.migrate()
        directory = Directory(Desk(store))
        try:
            with Carrier(journal, store, keep=keep, keep_texts=keep_texts) as carrier:
                limits = admission(folder.with_suffix(".limits"), shared, alone=alone)
                yield Lasting(Totals(), store, journal, directory, limits, carrier)
        finally:
            directory.close()
