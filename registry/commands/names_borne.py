"""Under which names an organisation is known, and which of them it bears now (名称、曾用名).

The registering authority says which name is borne (E-01, 企业名称登记管理规定 第四条): the last one it stated
is, every other one is former. Where it has stated none, the latest that a standing statement uses is shown,
and none is called former: who wrote the other one may as well be right. A name that only withdrawn or
corrected statements used was never borne.

Example: E-01 states 沧州甲(示例)有限公司 at position 5, 沧州乙(示例)有限公司 at 40. As known at 39 the firm
bears the first; at 40 the second, and the first is former.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from registry.commands.state import RegistryState
from registry.sanctions.effects.recording import REGISTRATION
from registry.sanctions.ledger import RecordedEvent
from registry.sanctions.record.entries import state_at
from registry.v1.record_service_pb2 import ENTRY_STATE_STANDS


@dataclass(frozen=True, slots=True)
class Names:
    """Names of an organisation as they were stated, by their comparable form, the latest last. ``registered``
    is the one that the registering authority stated last, in comparable form; empty if it stated none."""

    spellings: dict[str, str]
    registered: str = ""

    @property
    def current(self) -> str:
        """The name it bears; empty if none is known."""
        latest = next(reversed(self.spellings), "")
        return self.spellings.get(self.registered or latest, "")

    def is_former(self, name: str) -> bool:
        """Whether a name (in comparable form) is one that it no longer bears."""
        return bool(self.registered) and name != self.registered


NAMELESS = Names({})


def names_of(state: RegistryState, refs: Collection[str], position: int) -> dict[str, Names]:
    """The names of organisations, as known at a position; two look-ups, however many they are."""
    stated = state.store.spellings(refs) if refs else {}
    used = {ref: _used(rows, position) for ref, rows in stated.items()}
    several = [ref for ref, spellings in used.items() if len(spellings) > 1]
    registered = _registered(state.store.events_about(several), position) if several else {}
    return {ref: Names(spellings, registered.get(ref, "")) for ref, spellings in used.items()}


def _used(rows: Iterable[tuple[str, str, int, int | None]], position: int) -> dict[str, str]:
    """Names that standing statements use; of several spellings of one name the latest."""
    known = [row for row in rows if row[2] <= position and (row[3] is None or position < row[3])]
    latest: dict[str, str] = {}
    for name, spelling, _, _ in known:
        latest.pop(name, None)
        latest[name] = spelling
    return latest


def _registered(events: Iterable[RecordedEvent], position: int) -> dict[str, str]:
    """The name in the last standing registration of each subject."""
    found = {}
    for event in events:
        known = event.position <= position and state_at(event, position) == ENTRY_STATE_STANDS
        if event.category == REGISTRATION and known and event.names:
            found[event.subject] = event.names[0]
    return found
