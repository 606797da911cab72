"""Reads the cases stored beside an edition (用例): what law answers to given facts, for a lawyer to check.

Cases lie in ``editions/<label>/cases/*.yaml``, are no part of the edition's hash, and every change of the law
runs them (``cases``). A case
* ``name`` in Chinese; ``of`` the measure or list it is about; ``kind``.
* ``given`` what departments state, ``then`` what befalls it (``cases.steps``).
* ``asked`` domain, role, tender (compulsory, voluntary), region, industry, activity, who, day. A role or
  tender that is not named, or ``unstated``, is not stated.
* ``verdict``, ``hits`` and what else it expects (``cases.expected``).
* ``but``: the same with what is named there changed, given and asked key by key, and with what is ``also``
  given. What it expects stands anew.

The kinds, and what makes a near miss, are explained in ``case``.

Example:
    - name: 被禁止参加政府采购活动的企业, 投标
      of: M-PRO-01
      kind: hit
      given:
        - {by: finance, category: E-51, subject: enterprise, decided_on: 2026-03-01,
           imposes: [{code: M-PRO-01, until: 2028-03-01}]}
      asked: {domain: procurement, role: bidder, day: 2026-06-01}
      verdict: BLOCKED
      hits: {M-PRO-01: BLOCKS}
      but:
        - {name: 期满次日, asked: {day: 2028-03-02}, verdict: CLEAR}
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from registry.sanctions.cases.case import CHANGED, KINDS, Case, CaseKind, check_change, check_kind
from registry.sanctions.cases.expected import read_expected
from registry.sanctions.cases.layers import Layers
from registry.sanctions.cases.steps import read_given, read_then, subject_of
from registry.sanctions.catalogue import vocabulary as words
from registry.sanctions.catalogue.edition import Edition
from registry.sanctions.catalogue.located_yaml import FaultLog, Row, read_mapping
from registry.sanctions.verdict import Question
from registry.v1 import subject_pb2

UNSTATED = "unstated"
_ROLES = {**words.ROLES, UNSTATED: subject_pb2.SUBJECT_ROLE_UNSPECIFIED}
_TENDERS = {
    "compulsory": subject_pb2.TENDER_KIND_COMPULSORY,
    "voluntary": subject_pb2.TENDER_KIND_VOLUNTARY,
    UNSTATED: subject_pb2.TENDER_KIND_UNSPECIFIED,
}


def read_cases(files: Mapping[str, str], edition: Edition) -> tuple[Case, ...]:
    """The cases that files (name → text) hold. Raises CatalogueError with every fault at once."""
    log, cases = FaultLog(), list[Case]()
    for top in [row for name in sorted(files) if (row := read_mapping(name, files[name], log))]:
        for row in top.rows("cases", "name"):
            cases += _read(row, edition)
        top.close()
    first: dict[str, Case] = {}
    for case in cases:
        if first.setdefault(case.name, case) is not case:
            log.add(case.place, f"{case.name}: stands twice")
    log.raise_if_any()
    return tuple(cases)


def _read(row: Row, edition: Edition) -> Iterator[Case]:
    """A case and what changes it, where they can be read."""
    given, asked, then = row.rows("given", "category"), row.row("asked"), _then(row)
    changes = row.rows("but", "name") if row.has("but") else []
    of = row.reference("of", {*edition.measures, *edition.lists})
    if asked is None or not given:
        return
    kind = row.choice("kind", KINDS)
    base = _case(row, (of, kind), [Layers(item) for item in given], Layers(asked), then, edition)
    yield base
    for change in changes:
        kind = change.choice("kind", KINDS) if change.has("kind") else "near_miss"
        changed, question = _changed(change, "given"), _changed(change, "asked")
        if changed is not None and len(given) != 1:
            change.fault("given", f"the case gives {len(given)} items; write this one out")
        items = [Layers(*filter(None, (changed, item))) for item in given]
        layers = Layers(*filter(None, (question, asked)))
        items += [Layers(item) for item in _also(change)]
        case = _case(change, (of, kind), items, layers, _then(change) or then, edition)
        if kind in CHANGED:
            check_change(change, _facts_changed(change, changed, question), case, base)
        yield replace(case, name=f"{base.name}; {case.name}")


def _then(row: Row) -> list[Row]:
    return row.rows("then", "what") if row.has("then") else []


def _also(change: Row) -> list[Row]:
    return change.rows("also", "category") if change.has("also") else []


def _changed(change: Row, key: str) -> Row | None:
    return change.row(key) if change.has(key) else None


def _facts_changed(change: Row, *changed: Row | None) -> int:
    keys = [key for row in changed if row is not None for key in row.listed_keys()]
    return len(keys) + len(_also(change)) + change.has("then")


def _case(
    row: Row,
    what: tuple[str, CaseKind],
    given: Sequence[Layers],
    asked: Layers,
    then: Sequence[Row],
    edition: Edition,
) -> Case:
    of, kind = what
    steps = read_given(given, edition)
    subjects = {item.number("who", 1): subject_of(item) for item in given}
    who = asked.number("who", next(iter(subjects)))
    if who not in subjects:
        asked.at("who").fault("who", f"there is no {who} in given")
    case = Case(
        name=row.text("name"),
        place=row.place,
        of=of,
        kind=kind,
        steps=(*steps, *read_then(then, steps)),
        about=subjects.get(who, subject_pb2.Subject()),
        question=_question(asked, edition),
        expected=read_expected(row, edition),
    )
    asked.close()
    row.close()
    check_kind(row, case, edition)
    return case


def _question(asked: Layers, edition: Edition) -> Question:
    role, tender, activity = asked.at("role"), asked.at("tender"), asked.at("activity")
    return Question(
        domain=asked.at("domain").choice("domain", words.DOMAINS),
        role=role.choice("role", _ROLES) if role.has("role") else subject_pb2.SUBJECT_ROLE_UNSPECIFIED,
        day=asked.at("day").day("day"),
        region=asked.text("region"),
        industry=asked.text("industry"),
        activity=activity.reference("activity", edition.activities) if asked.text("activity") else "",
        tender_kind=(
            tender.choice("tender", _TENDERS) if tender.has("tender") else subject_pb2.TENDER_KIND_UNSPECIFIED
        ),
    )
