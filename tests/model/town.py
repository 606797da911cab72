"""A registry as the machine sees it: founded once, copied for each run, told things, started again.

Eight departments deliver their lists; two firms have a licence; the bureau of finance has its officials and a
second seal that will be stolen; the operator has the three through whose hands an edition goes.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from registry.access.identity import Caller, CallerRole
from registry.commands.jobs import Outcome, Placed
from registry.commands.rebuild import rebuild
from registry.config import load_config
from registry.domain.periods import china_day
from registry.editions import current_edition
from registry.engine import start_engine
from registry.indexing.generations import Generations
from registry.provenance.batch import sign_batch
from registry.provenance.keys import FileSigner
from registry.provenance.leaf import Leaf, LeafType
from registry.sanctions.catalogue.edition import Edition
from registry.store.opening import create_store
from registry.v1 import envelope_pb2
from tests.model.reference import Line, Matter
from tests.support.ban_cases import ACTORS, BanOffice
from tests.support.ban_cases import KEY as BUREAU
from tests.support.clock import SetClock
from tests.support.editions import Officials, appoint_officials, edition_files, new_rule, parsed
from tests.support.events import firm, licence, placed
from tests.support.spine import ORIGIN, TODAY, Spine, found_spine, furnish
from tests.support.tampering import Copy

LICENSED = (0, 1)
UNLICENSED = 2
NOBODY = 3
"""Firms by number: of the last nothing is ever stated."""
FIRMS = (0, 1, UNLICENSED, NOBODY)
NEW_LAW_FROM = "2026-12-01"
EDITIONS = (
    new_rule(edition_files("2027.1"), "M-PRO-06", NEW_LAW_FROM, answer="blocks"),
    new_rule(
        edition_files("2027.2"), "M-PRO-01", NEW_LAW_FROM,
        term_months="{min: 6, max: 12, lifetime: false}", for_earlier="if_lenient",
    ),
)  # fmt: skip
"""L-04 closes procurement from a day on; or bans from procurement last a year at most, earlier ones too."""


@dataclass(frozen=True, slots=True)
class Base:
    """An installation that every run copies, and the lines of its log that bear on verdicts."""

    directory: Path
    signers: Mapping[str, FileSigner]
    officials: Mapping[str, FileSigner]
    stolen: FileSigner
    hands: Officials
    editions: tuple[Edition, ...]
    lines: tuple[Line, ...]

    @classmethod
    def made(cls, directory: Path) -> Base:
        """Founds it."""
        spine = furnish(found_spine(directory / "base"), delivered=False)
        lines = [Line(0, "adopted", edition=current_edition(), day=date.min)]
        for number in LICENSED:
            at = placed(spine.say("市场监管", f"licence-{number}", event=licence("市场监管", firm(number))))
            matter = Matter(code_of(number), date(2020, 1, 15))
            lines.append(Line(at, "event", f"市场监管/licence-{number}", matter=matter))
        officials = {name: spine.appoint(BUREAU, *told) for name, told in ACTORS.items()}
        hands, stolen = appoint_officials(spine), FileSigner.generate(envelope_pb2.SUITE_ED25519)
        placed(spine.enrol(BUREAU, stolen))
        editions = tuple(parsed(files) for files in EDITIONS)
        spine.engine.close()
        return cls(spine.directory, spine.signers, officials, stolen, hands, editions, tuple(lines))


@dataclass(slots=True)
class Town:
    """A copy of the base with its engine."""

    base: Base
    spine: Spine
    office: BanOffice
    lines: list[Line]
    size: int = 0
    """How many statements were acknowledged, and so must be in the log."""
    on_files: bool = False

    @classmethod
    def opened(cls, base: Base, directory: Path) -> Town:
        """A copy in a directory that is there."""
        shutil.copytree(base.directory, directory / "registry")
        config, clock = load_config(directory / "registry"), SetClock(TODAY)
        spine = Spine(directory / "registry", config, clock, start_engine(config, clock), dict(base.signers))
        spine.numbers = iter(range(10_000, 1 << 30))
        office = BanOffice(spine, dict(base.officials))
        return cls(base, spine, office, list(base.lines), spine.position + 1)

    @property
    def today(self) -> date:
        """The day by the registry's clock."""
        return china_day(self.spine.clock())

    def say(self, key: str, name: str, *, by: FileSigner | None = None, **body: Any) -> Outcome:
        """States something; what is acknowledged is counted."""
        outcome = self.spine.say(key, name, by=by, **body)
        self._count(outcome)
        return outcome

    def put(self, key: str, *envelopes: envelope_pb2.Envelope) -> list[Outcome]:
        """The same of envelopes."""
        outcomes = self.spine.put(key, *envelopes)
        for outcome in outcomes:
            self._count(outcome)
        return outcomes

    def put_batch(self, key: str, names: list[str], bodies: list[dict[str, Any]]) -> list[Outcome]:
        """States several things under one signature."""
        spine, number = self.spine, next(self.spine.numbers)
        said = zip(names, bodies, strict=True)
        statements = [spine.statement(key, name, **body) for name, body in said]
        signed = sign_batch(
            [statement.SerializeToString() for statement in statements],
            origin=ORIGIN, department=spine.code(key), batch_id=f"batch-{number}",
            nonce=number.to_bytes(16, "big"), signer=spine.signers[key],
        )  # fmt: skip
        caller = Caller(CallerRole.DEPARTMENT, spine.code(key), ORIGIN)
        found = [promise.result(30) for promise in spine.engine.intake.submit_batch(signed, caller)]
        outcomes = [outcome for outcome in found if outcome is not None]
        for outcome in outcomes:
            self._count(outcome)
        return outcomes

    def _count(self, outcome: Outcome) -> None:
        if isinstance(outcome, Placed) and not outcome.again:
            assert outcome.position == self.size, "acknowledged out of order"
            self.size += 1

    def restart(self, *, on_files: bool) -> None:
        """Stops the engine and starts it from the store; over an index on files that is made before that."""
        if on_files:
            state = self.spine.engine.state
            records = state.store.subjects(state.measure)
            Generations.of(self.spine.config).make(state, records, now_ms=self.spine.clock())
        self.on_files = self.on_files or on_files
        self.spine.reopen()

    def own_statements(self) -> None:
        """Counts what the registry has stated itself: for a proof it logs the state of its map."""
        store, size = self.spine.engine.store, self.spine.engine.state.size
        for position in range(self.size, size):
            row = store.statement(position)
            assert row is not None
            assert Leaf.decode(row.leaf).type is LeafType.MAP_STATE
        self.size = size

    def day_of(self, position: int) -> date:
        """The day on which the statement at a position was received."""
        return china_day(self.spine.engine.state.received_ms(position))

    def folded_again(self) -> list[str]:
        """What ``rebuild`` of the log into an empty store finds different."""
        with tempfile.TemporaryDirectory(dir=self.spine.directory) as directory:
            target = create_store(Path(directory) / "again.db")
            try:
                signer = Copy(self.spine.config).signer
                return rebuild(self.spine.engine.state.log, target, [signer]).differences
            finally:
                target.close()


def code_of(number: int) -> str:
    """The code of a firm."""
    return str(firm(number).identifier.value)
