"""The catalogue of a registry (目录): its editions, what changes from one to another, what a draft would do.

Each of these reads; what makes an edition law here are statements, which go in like any other (``intake``).
"""

from __future__ import annotations

from collections.abc import Mapping

from registry.commands.ask import Ask
from registry.commands.edition_check import Checked, check_edition
from registry.commands.edition_source import EditionSources, Files
from registry.commands.simulation import Simulations
from registry.sanctions.adoption import EditionCase
from registry.sanctions.catalogue.edition import Edition
from registry.sanctions.difference.differences import Change, differences
from registry.v1 import catalogue_service_pb2 as pb


class Catalogue:
    """What the registry knows of editions."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._state = ask.state
        self.sources = EditionSources(ask.state)
        self.simulations = Simulations(ask)

    def check(self, source: pb.EditionSource, cases: Mapping[str, str]) -> Checked:
        """Reads what a request means and runs cases on it. Raises RegistryError if nothing can be read."""
        return check_edition(self.sources.files_meant(source, "source"), cases)

    def changes(self, before: pb.EditionSource | None, after: pb.EditionSource) -> tuple[Change, ...]:
        """What changes from one edition, or else from the one in force now, to another."""
        old = self._ask.edition_now() if before is None else self.sources.resolve(before, "from")
        return differences(old, self.sources.resolve(after, "to"))

    def cases(self) -> list[EditionCase]:
        """Every edition that was drafted or adopted here, in the order of drafting."""
        return list(self._state.book.cases())

    def entry(self, name: str) -> tuple[EditionCase, Files]:
        """Where an edition stands, by its hash or label, or the one in force now; and its files."""
        edition = self.sources.named(name, "edition") if name else self._ask.edition_now()
        return self._case(edition), self.sources.files_of(edition)

    def _case(self, edition: Edition) -> EditionCase:
        """Its case; of one that comes with the program and was never drafted here, its name alone."""
        return self._state.book.case(edition.hash) or EditionCase(edition.hash, edition.label)
