"""A collection held still while it is read."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from mirror.collection import EXIT_LOCKED, CollectionError
from mirror.lock import Locked, holder, shared
from mirror.verification.findings import shown

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def held_for_reading(folder: Path) -> Iterator[None]:
    """Share the collection's lock with other readers, so that no run begins meanwhile.

    :raises CollectionError: a run holds the lock; the message says which.
    """
    with ExitStack() as held:
        try:
            held.enter_context(shared(folder))
        except Locked as error:
            message = f'collection "{folder.name}" is locked by {shown(str(error))}'
            raise CollectionError(message, EXIT_LOCKED) from None
        yield


def lock_holder(folder: Path) -> str | None:
    """Who took the lock last, in words fit for a terminal; ``None`` when it was let go of."""
    name = holder(folder)
    return None if name is None else shown(name)
