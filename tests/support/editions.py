"""Editions of the catalogue made up for tests, and the three steps by which one becomes law here.

A made-up edition is the current one with another label and with rows of its own; ``new_rule`` lets a later
rule take the place of a row from a day on.

    files = new_rule(edition_files("2026.9"), "M-PRO-01", "2026-07-01", term_months="{min: 6, max: 12}")
    adopted = adopt(spine, files, in_force_from="2026-07-01")
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.resources import files as resources

from demo.departments import OPERATOR
from registry.domain.periods import china_day
from registry.editions import CURRENT_LABEL, files_of
from registry.provenance.keys import FileSigner
from registry.sanctions.catalogue.drafts import parse_files
from registry.sanctions.catalogue.edition import Edition
from registry.v1 import statement_pb2 as pb
from tests.support.events import placed
from tests.support.spine import Spine

Files = Mapping[str, str]
_LABEL = re.compile(r'^edition: "[^"]*"$', re.MULTILINE)


def edition_files(label: str) -> Files:
    """The files of the current edition under another label."""
    shipped = files_of(resources("registry.sanctions") / "editions" / CURRENT_LABEL)
    changed, count = _LABEL.subn(f'edition: "{label}"', shipped["edition.yaml"])
    assert count == 1
    return {**shipped, "edition.yaml": changed}


def unnamed(files: Files, *codes: str) -> Files:
    """The files with these codes taken out of the lists in the rules of procedure."""
    text = files["procedures.yaml"]
    for code in codes:
        text = re.sub(rf"(?<=[\[ ]){re.escape(code)}(?:, |(?=\]))", "", text).replace(", ]", "]")
    return {**files, "procedures.yaml": text}


def changed_row(files: Files, code: str, **fields: str) -> Files:
    """The files with other fields in the row of a measure or list."""
    name, row = _row(files, code)
    return {**files, name: files[name].replace(row, _with(row, fields))}


def new_rule(files: Files, code: str, day: str, **fields: str) -> Files:
    """The files with a later rule for a measure or list, in force from a day on, in place of the last."""
    name, row = _rows(files, code)[-1]
    before = (date.fromisoformat(day) - timedelta(days=1)).isoformat()
    rows = _with(row, {"effective_to": before}) + _with(row, {"effective_from": day, **fields})
    return {**files, name: files[name].replace(row, rows)}


def _row(files: Files, code: str) -> tuple[str, str]:
    """The file that holds the only row of a code, and the row's text."""
    found = _rows(files, code)
    assert len(found) == 1, (code, len(found))
    return found[0]


def _rows(files: Files, code: str) -> list[tuple[str, str]]:
    start = re.compile(rf"^  - code: {re.escape(code)}\n(?:(?!  - )[^\n]*\n?)*", re.MULTILINE)
    return [(name, match[0]) for name, text in files.items() for match in start.finditer(text)]


def _with(row: str, fields: Mapping[str, str]) -> str:
    for name, value in fields.items():
        field = re.compile(rf"^    {name}:.*\n", re.MULTILINE)
        line = f"    {name}: {value}\n"
        row = field.sub("", row) + line
    return row


def parsed(files: Files) -> Edition:
    """The edition that files make."""
    return parse_files(pb.EditionFile(name=name, content=text) for name, text in files.items())


# --- statements -----------------------------------------------------------------------------------


def edition_draft(files: Files, **more: str) -> pb.EditionDraft:
    """An edition as it is proposed (起草)."""
    edition = parsed(files)
    rows = [pb.EditionFile(name=name, content=text) for name, text in files.items()]
    fields = {"edition": edition.hash, "label": edition.label, "reason": "法规修改"}
    return pb.EditionDraft(files=rows, **{**fields, **more})


def edition_review(edition: str, *, lawful: bool = True, opinion: str = "审查通过") -> pb.EditionReview:
    """The legal reviewer's opinion on a draft (合法性审查)."""
    return pb.EditionReview(edition=edition, lawful=lawful, opinion=opinion)


def edition_adoption(edition: str, in_force_from: str, filed_on: str, **more: str) -> pb.EditionAdoption:
    """A reviewed draft is approved and filed (批准、备案)."""
    fields = {"edition": edition, "in_force_from": in_force_from, "filed_on": filed_on}
    return pb.EditionAdoption(**{"filing_number": "沧示备〔2026〕1号", **fields, **more})


@dataclass(frozen=True, slots=True)
class Officials:
    """Keys of the three officials of the operator through whose hands an edition goes."""

    drafter: FileSigner
    reviewer: FileSigner
    approver: FileSigner


def appoint_officials(spine: Spine, prefix: str = "X") -> Officials:
    """Registers the three, of two sections."""
    key = OPERATOR.key
    return Officials(
        spine.appoint(key, f"{prefix}-1", "目录科", pb.OFFICIAL_ROLE_SUBMITTER),
        spine.appoint(key, f"{prefix}-2", "法规科", pb.OFFICIAL_ROLE_LEGAL_REVIEWER),
        spine.appoint(key, f"{prefix}-3", "办公室", pb.OFFICIAL_ROLE_APPROVER),
    )


def adopt(spine: Spine, files: Files, in_force_from: str, officials: Officials | None = None) -> int:
    """An edition goes through all three steps; answers the position of its adoption."""
    hands = officials or appoint_officials(spine)
    draft, key = edition_draft(files), OPERATOR.key
    today = china_day(spine.clock()).isoformat()
    placed(spine.say(key, edition_draft=draft, by=hands.drafter))
    placed(spine.say(key, edition_review=edition_review(draft.edition), by=hands.reviewer))
    adoption = edition_adoption(draft.edition, in_force_from, today)
    return placed(spine.say(key, edition_adoption=adoption, by=hands.approver))
