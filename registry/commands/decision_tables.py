"""Decision tables kept current behind the questions about many (结论表的使用): one of each domain asked
about.

A table says of an organisation what ``decide`` says (``sanctions.timeline``), thousands at a time. It is
compiled in a thread of its own when a domain is first asked about by many, and again when another edition
is law, when its days are over, or when very much has changed. Until it is there, and wherever it does not
fit, the long way is gone, which says the same.

What changes meanwhile is noted, and compiled by whoever asks next: before the latest position is answered
from a table, everything up to that position stands in it. Other positions than the latest go the long way.

Worked example: a table of 900, a ban on X at 905. Asked at 905, X is compiled and put over the table first.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from threading import Lock, Thread
from time import sleep
from typing import TypeAlias

from registry.commands.state import RegistryState
from registry.domain.live_table import LiveTable
from registry.domain.table_building import Timeline
from registry.domain.verdict_shapes import Answers, ShapeBook, question_of
from registry.domain.verdict_table import VerdictTable
from registry.sanctions.catalogue.edition import Edition
from registry.sanctions.timeline import Compiler
from registry.sanctions.verdict import Question
from registry.sanctions.verdict_file import TableBasis, compile_table, is_in_table
from registry.store.interface import StoreError
from registry.v1 import subject_pb2
from registry.v1.verdict_pb2 import IndeterminateReason

MAX_CHANGED = 50_000
"""Codes that stand over a table before it is compiled anew."""
LAST_DAYS = 3700
"""A table is compiled for ten years ahead, or for as long as its edition is law by what is known."""
_MOMENT_S = 0.001
_Domain: TypeAlias = subject_pb2.Domain.ValueType
logger = logging.getLogger(__name__)


@dataclass(slots=True)
class _Kept:
    """A table in use. ``changed``: whose records changed since it was brought up to date, and where."""

    live: LiveTable
    compiler: Compiler
    changed: dict[str, int] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)


class DecisionTables:
    """The tables of a process. ``background`` False compiles in the thread that asks, for tests."""

    def __init__(self, state: RegistryState, *, background: bool = True) -> None:
        self._state = state
        self._background = background
        self._kept: dict[_Domain, _Kept] = {}
        self._lock = Lock()
        self._meanwhile: dict[_Domain, dict[str, int]] = {}
        self._given_up: set[_Domain] = set()
        self._noted = -1
        state.index.listen(self._note)

    def answers(
        self,
        codes: bytes,
        question: Question,
        edition: Edition,
        *,
        position: int,
        fault: IndeterminateReason.ValueType,
        today: date,
    ) -> tuple[Answers, ShapeBook] | None:
        """What the table says of many codes, 18 bytes each, at the latest position, and its shapes; None
        where no table can tell. Where an answer says nothing (verdict 0) or its shape has met a
        restriction, the long way tells the rest."""
        kept = self._fitting(question, edition, today)
        if kept is None:
            return None
        with kept.lock:
            self._bring_up(kept)
            current = kept.live.position
        if current != position:
            return None
        if self._is_old(kept):
            self._make(question.domain, edition, today)
        column = question_of(question.role, question.tender_kind)
        scoped = bool(question.region or question.industry or question.activity)
        found = kept.live.check(codes, question.day, column, position=position, fault=fault, scoped=scoped)
        return found, kept.live.book

    def _fitting(self, question: Question, edition: Edition, today: date) -> _Kept | None:
        """The table for a question, if it is there; one is made for questions about today."""
        kept = self._kept.get(question.domain)
        if kept is not None and _fits(kept, question, edition):
            return kept
        latest, base = self._state.index.position, self._state.index.base
        if base is not None and base.edition != edition.hash:
            return None  # The next base has one. To compile here what is so large would slow every answer.
        if question.day == today and self._state.edition_at(latest, today) is edition:
            self._make(question.domain, edition, today)
            kept = self._kept.get(question.domain)
        return kept if kept is not None and _fits(kept, question, edition) else None

    def _note(self, changed: Collection[str], position: int) -> None:
        """Notes whose records a group changed, before anybody hears of its position."""
        organisations = dict.fromkeys(filter(is_in_table, changed), position)
        with self._lock:
            self._noted = position
            for pending in self._meanwhile.values():
                pending.update(organisations)
            tables = list(self._kept.values())
        for kept in tables:
            with kept.lock:
                kept.changed.update(organisations)

    def _bring_up(self, kept: _Kept) -> None:
        """Puts over a table whatever changed up to the latest position; with its lock held."""
        position = self._state.index.position  # Read first: what is noted later is of a later one.
        if position <= kept.live.position:
            return
        # Of what was noted as of a later position too: it may have changed up to this one before.
        kept.live.apply(
            [(ref.encode(), self._timeline(kept, ref, position)) for ref in kept.changed], position
        )
        kept.changed = {ref: at for ref, at in kept.changed.items() if at > position}

    def _timeline(self, kept: _Kept, ref: str, position: int) -> Timeline | None:
        record = self._state.index.get(ref)
        return kept.compiler.timeline(record, position) if record is not None else None

    def _make(self, domain: _Domain, edition: Edition, day: date) -> None:
        """Has a table compiled, unless one of the domain is being compiled already."""
        with self._lock:
            if domain in self._meanwhile or domain in self._given_up:
                return
            self._meanwhile[domain] = {}
            told = domain, edition, day, self._noted
        if self._background:
            Thread(target=self._compile, args=told, name="registry-table", daemon=True).start()
        else:
            self._compile(*told)

    def _compile(self, domain: _Domain, edition: Edition, day: date, noted: int) -> None:
        try:
            self._put(domain, edition, day, noted)
        except StoreError as error:
            logger.error("decision table of domain %d: %s", domain, error)
        except Exception:  # The long way is there; trying again with every question would stop it too.
            self._given_up.add(domain)
            logger.exception("the decision table of domain %d was not made, nor will be", domain)
        finally:
            with self._lock:
                self._meanwhile.pop(domain, None)

    def _put(self, domain: _Domain, edition: Edition, day: date, noted: int) -> None:
        index = self._state.index
        while index.position < noted:  # What was noted before this began is in no list: it must be compiled.
            sleep(_MOMENT_S)
        position = index.position
        if self._state.edition_at(position, day) is not edition:
            return  # Somebody asked about another time, or another position.
        mapped = self._from_base(domain, edition, day)
        table, changed = mapped or (self._compiled(domain, edition, day, position), {})
        live = LiveTable(table)
        kept = _Kept(live, Compiler(domain, edition, table.facts.first, live.book), changed)
        with self._lock:  # What was noted since is in the one place or in the other.
            kept.changed.update(self._meanwhile[domain])
            self._kept[domain] = kept

    def _from_base(
        self, domain: _Domain, edition: Edition, day: date
    ) -> tuple[VerdictTable, dict[str, int]] | None:
        """The table that lies beside the index's base, where it fits, and what changed since."""
        index = self._state.index
        while (base := index.base) is not None and (content := base.table(domain)) is not None:
            table, changed = VerdictTable(content), index.changed_after(base.position)
            if index.base is base:  # Else what changed before the other one is not told any more.
                fits = table.facts.edition == edition.hash and table.facts.covers(day)
                return (table, _in_table(changed)) if fits else None
        return None

    def _is_old(self, kept: _Kept) -> bool:
        """Whether another table is to be had, or worth the making. Beside a base tables are made with it."""
        base = self._state.index.base
        if base is not None:
            return base.position > kept.live.facts.position
        return kept.live.changed > MAX_CHANGED

    def _compiled(self, domain: _Domain, edition: Edition, day: date, position: int) -> VerdictTable:
        basis = TableBasis(domain, position, edition, day, last_day(self._state, position, edition, day))
        return VerdictTable(b"".join(compile_table(self._state.index.records(), basis)))


def last_day(state: RegistryState, position: int, edition: Edition, first: date) -> date:
    """The last day of a table from its first on: those without another edition, as known at a position."""
    last = first
    for days in range(1, LAST_DAYS):
        day = first + timedelta(days=days)
        if state.edition_at(position, day) is not edition:
            break
        last = day
    return last


def _in_table(changed: Mapping[str, int]) -> dict[str, int]:
    return {ref: at for ref, at in changed.items() if is_in_table(ref)}


def _fits(kept: _Kept, question: Question, edition: Edition) -> bool:
    return kept.live.facts.edition == edition.hash and kept.live.facts.covers(question.day)
