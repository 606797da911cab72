"""How what runs beside the answers is doing (运行状况): stamps, witnesses, the map.

Each is told from where it truly is: the last stamp by who has them made, also where it was over nothing new
and so is in no leaf; cosignatures from the store; the map by the last state that stands in the log. The log
is looked through for that state only when the registry has stated something since.

Example: a witness that is configured and has never signed is told with the size 0.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from registry.commands.ledger import REGISTRY_REF
from registry.commands.state import RegistryState
from registry.domain.departments import Key
from registry.upkeep.last_state import last_state
from registry.upkeep.stamping import StampingState


class Standing:
    """What runs beside a state. ``stamping`` is None where no stamps are had, ``witnesses`` are the names of
    those configured."""

    def __init__(
        self, state: RegistryState, stamping: StampingState | None = None, witnesses: Sequence[str] = ()
    ) -> None:
        self._state = state
        self._stamping = stamping
        self._witnesses = tuple(witnesses)
        self._mapped: tuple[int, int] = (-1, 0)

    def stamped_ms(self) -> int | None:
        """When the last stamp was had, in Unix milliseconds; None where none are, or none was yet."""
        if self._stamping is None:
            return None
        succeeded_ms = self._stamping.succeeded_ms
        if succeeded_ms is not None:
            return succeeded_ms
        anchors = list(self._state.store.anchors())  # Of before the start, and the clock may be wrong.
        return anchors[-1].latest_ms if anchors else None

    def cosigned(self) -> Iterator[tuple[str, int]]:
        """Each witness, and the size of the newest checkpoint that it cosigned."""
        return ((name, self._state.store.cosigned_size(name)) for name in self._witnesses)

    def keys_ending(self, today: date, within: timedelta) -> Iterator[Key]:
        """Keys that end within a time from today, the soonest first; of none that is revoked, nor of an
        official who acts no more."""
        directory = self._state.directory
        for key in sorted(directory.keys(), key=lambda key: (key.valid_until, key.keyid)):
            official = directory.official(key.department, key.official_id) if key.official_id else None
            revoked = key.revoked_position is not None or (official is not None and not official.active)
            if not revoked and today <= key.valid_until <= today + within:
                yield key

    def map_size(self) -> int:
        """Size of the last state of the map that was logged; 0 before the first. Raises StoreError."""
        own = self._state.store.chains([REGISTRY_REF]).get(REGISTRY_REF)
        sequence, size = self._mapped
        if own is not None and own.sequence != sequence:
            sequence, size = own.sequence, last_state(self._state).size
            self._mapped = sequence, size
        return size
