"""Rows of the registry's own, in a store that nobody serves, and what it answers when it is opened again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from demo.departments import OPERATOR
from registry.config import load_config
from registry.engine import start_engine
from registry.provenance.keys import FileSigner
from registry.store.interface import (
    AcknowledgedRow,
    CosignatureRow,
    Group,
    QueryRow,
    RecipientRow,
    SubscriptionRow,
)
from registry.v1 import subject_pb2
from tests.store.execution_contract import PLATFORM, report
from tests.store.notice_contract import notice
from tests.support.clock import SetClock
from tests.support.events import firm
from tests.support.spine import TODAY, Spine

DOMAINS = (subject_pb2.DOMAIN_PROCUREMENT, subject_pb2.DOMAIN_BIDDING, subject_pb2.DOMAIN_FINANCING)


def own_rows(number: int, at_ms: int) -> Group:
    """One row of each kind of the registry's own records, made at an instant."""
    query = QueryRow(at_ms, PLATFORM, "P:1", 4, f"招标-{number}", "核查", number, 3)
    return Group(
        queries=[query],
        executions=[report(f"R-{number}", recorded_ms=at_ms)],
        notices=[notice(number, made_ms=at_ms)],
        recipients=[RecipientRow(number, PLATFORM, 4)],
        subscriptions=[SubscriptionRow(f"caller-{number}", at_ms)],
        cosignatures=[CosignatureRow(number, "witness.example", f"— witness.example {number}")],
    )


def acknowledged(number: int, at_ms: int) -> Group:
    """That a notice of ``own_rows`` was acknowledged."""
    return Group(acknowledged=[AcknowledgedRow(PLATFORM, (notice(number).notice_id,), at_ms)])


@contextmanager
def opened(directory: Path, day: date = TODAY) -> Iterator[Spine]:
    """An installation with its engine running."""
    config, clock = load_config(directory), SetClock(day)
    engine = start_engine(config, clock)
    operator = FileSigner.load(directory / "keys" / "operator.key", None)
    try:
        yield Spine(directory, config, clock, engine, {OPERATOR.key: operator})
    finally:
        engine.close()


def verdicts(spine: Spine, *, at: int | None = None, firms: int = 40) -> list[str]:
    """Answers about firms in three domains, as of a position, word for word."""
    codes = [firm(number).identifier.value for number in range(firms)]
    return [repr(spine.ask(code, domain, at=at)) for code in codes for domain in DOMAINS]
