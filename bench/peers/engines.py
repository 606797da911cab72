"""Policy engines in process, given the entries of the firm they are asked about: Cedar and Rego. And a dict.

Cedar has a policy for each measure that forbids taking part while an entry of that measure is in force, and
one that permits; every restricted firm is an entity, parsed once. An answer names the policies that decided;
the days are read from the entries, as the engine tells no attributes.

Rego is the language of Open Policy Agent; its programs are not on a package index, rego-cpp is. Its data are
walked as a whole for each query, so the firm's entries come in as input, looked up in a dict of Python.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from importlib import import_module
from typing import Any

from bench.peers.answers import Answers, Form, MissingPeerError, Reason, Row, Way, grouped

PERMIT = "permit (principal, action, resource);"
FORBID = """
@id("{0}")
forbid (principal, action, resource)
when {{
    principal has "{0}" &&
    principal["{0}"].since <= context.today && context.today <= principal["{0}"].until
}};"""
REGO = """package restricted

import rego.v1

found contains each if {
    some each in input.entries
    each.since <= input.today
    input.today <= each.until
}
"""
FOR_EVER = "9999-12-31"


def engine_ways(rows: Sequence[Row], today: date) -> list[list[Way] | MissingPeerError]:
    """What each engine offers, or why it cannot be had."""
    found: list[list[Way] | MissingPeerError] = [dict_ways(rows, today)]
    for made in (cedar_ways, rego_ways):
        try:
            found.append(made(rows, today))
        except MissingPeerError as error:
            found.append(error)
    return found


def cedar_ways(rows: Sequence[Row], today: date) -> list[Way]:
    """Cedar, by cedarpy. Raises MissingPeerError."""
    cedar = _module("cedarpy")
    policies = cedar.PolicySet.from_str(
        PERMIT + "".join(FORBID.format(each) for each in sorted({row.reason.measure for row in rows}))
    )
    held = grouped(rows)
    entities = cedar.Entities.from_json_str(json.dumps([_entity(*each) for each in held.items()]))
    context = {"today": today.toordinal()}

    def request(code: str) -> dict[str, Any]:
        asked = {"principal": f'Firm::"{code}"', "action": 'Action::"bid"', "resource": 'Tender::"any"'}
        return {**asked, "context": context}

    def reasons(code: str, answer: Any) -> tuple[Reason, ...]:
        decided = set(answer.diagnostics.id_annotations_by_reason.values())
        return tuple(row.reason for row in held[code] if row.reason.measure in decided)

    def one(codes: Sequence[str]) -> Answers:
        answer = cedar.is_authorized(request(codes[0]), policies, entities)
        return {} if answer.allowed else {codes[0]: reasons(codes[0], answer)}

    def many(codes: Sequence[str]) -> Answers:
        answers = cedar.is_authorized_batch([request(code) for code in codes], policies, entities)
        both = zip(codes, answers, strict=True)
        return {code: reasons(code, answer) for code, answer in both if not answer.allowed}

    return [Way("Cedar: is_authorized", Form.ONE_HERE, one), Way("Cedar: batch", Form.MANY_HERE, many)]


def _entity(code: str, held: Sequence[Row]) -> dict[str, Any]:
    days = {row.reason.measure: (row.reason.since, row.reason.until or FOR_EVER) for row in held}
    attributes = {
        measure: {"since": _ordinal(since), "until": _ordinal(until)}
        for measure, (since, until) in days.items()
    }
    return {"uid": {"type": "Firm", "id": code}, "attrs": attributes, "parents": []}


def _ordinal(day: str) -> int:
    return date.fromisoformat(day).toordinal()


def rego_ways(rows: Sequence[Row], today: date) -> list[Way]:
    """Rego, by rego-cpp. Raises MissingPeerError."""
    rego = _module("regopy").Interpreter()
    rego.add_module("restricted", REGO)
    query = rego.build("data.restricted.found", ["restricted/found"])
    day, held = today.isoformat(), grouped(rows)
    entries = {
        code: [{**row.reason._asdict(), "until": row.reason.until or FOR_EVER} for row in each]
        for code, each in held.items()
    }

    def one(codes: Sequence[str]) -> Answers:
        rego.set_input({"entries": entries.get(codes[0], ()), "today": day})
        found = json.loads(str(rego.query_bundle(query)))["expressions"][0]
        told = tuple(
            Reason(each["measure"], each["since"], each["until"].replace(FOR_EVER, "")) for each in found
        )
        return {codes[0]: told} if told else {}

    return [Way("Rego: compiled query", Form.ONE_HERE, one)]


def dict_ways(rows: Sequence[Row], today: date) -> list[Way]:
    """What no engine in process is faster than."""
    day = today.isoformat()
    held = {code: tuple(row.reason for row in each) for code, each in grouped(rows).items()}

    def ask(codes: Sequence[str]) -> Answers:
        return {
            code: told
            for code in codes
            if (reasons := held.get(code))
            and (told := tuple(each for each in reasons if each.since <= day <= (each.until or day)))
        }

    return [Way("dict of Python", Form.ONE_HERE, ask), Way("dict of Python", Form.MANY_HERE, ask)]


def _module(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError as error:
        raise MissingPeerError(f"{name} is not installed (bench/peers/setup)") from error
