"""What a state lies on whose index is not asked."""

from __future__ import annotations

from collections.abc import Iterator

from registry.commands.state import RegistryState
from registry.sanctions.ground import SubjectRecord


class NothingBelow:
    """A base without records: no record is loaded, and nothing is known of any subject."""

    edition = ""

    def __init__(self, state: RegistryState, _after: int, _edition: str) -> None:
        self.position = state.size - 1

    def __len__(self) -> int:
        return 0

    def __iter__(self) -> Iterator[SubjectRecord]:
        return iter(())

    def get(self, _ref: str) -> SubjectRecord | None:
        """See Base."""
        return None

    def table(self, _domain: int) -> memoryview | None:
        """See Base."""
        return None
