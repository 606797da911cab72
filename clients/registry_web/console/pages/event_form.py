"""An event (信用事件) as a form: for what takes the place of a record that is corrected or supplemented.

The subject, the category and the evidence stay those of the record; document, days, severity, articles,
measures and content are shown as they stand and may be changed. Content is one field a line, ``name=value``;
a line that names none goes on with the one before, for cells of a file have line ends in them.

Example: the line ``nr_fk=5`` says a fine of 5 万元.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Set

from registry.v1 import statement_pb2 as pb
from registry_client.words import SEVERITIES
from registry_web.console.pages.catalogue_rows import Rows
from registry_web.console.pages.forms import Answers, Field, choices_of, document_fields

_NAME = re.compile(r"[a-z][a-z0-9_]*").fullmatch
"""Of a content field, as the catalogue's categories have them."""


def event_in(statement: pb.Statement) -> pb.Event | None:
    """The event that a statement makes a record of; None if it makes none."""
    body = statement.WhichOneof("body")
    if body == "event":
        return statement.event
    if body == "ban_decision":
        return statement.ban_decision.event
    if body == "objection_result" and statement.objection_result.HasField("replacement"):
        return statement.objection_result.replacement
    return statement.correction.replacement if body == "correction" else None


def event_fields(event: pb.Event, rows: Rows, *, required: bool) -> list[Field]:
    """The fields of an event, filled in as it stands."""
    document = event.document
    fields = [
        Field("new", "更正、补充后的内容", "head", hint="主体、类别和证据不变; 只改需要改的。"),
        *document_fields(
            "new", "文书", number=document.number, day=document.decided_on, required=required
        ),
        Field(
            "new_severity", "严重程度", "choice", required=False, choices=choices_of(SEVERITIES),
            value=str(int(event.severity)) if event.severity else "",
        ),
        Field("new_from", "生效日期", "day", required=False, value=event.effective_from),
        Field("new_until", "终止日期", "day", required=False, value=event.effective_until),
        Field("new_basis", "法律依据", "lines", required=False, value="\n".join(event.legal_basis),
              hint="一行一条"),
        Field("new_content", "内容", "lines", required=False, rows=6,
              value=_shown(event),
              hint="一行一项: 字段名=内容"),
    ]  # fmt: skip
    for index, each in enumerate(event.measures):
        fields += [
            Field(f"new_m{index}", f"{each.measure_code} {rows.name(each.measure_code)}", "head"),
            Field(f"new_m{index}_from", "起始日期", "day", required=False, value=getattr(each, "from")),
            Field(f"new_m{index}_until", "终止日期(含当日)", "day", required=False, value=each.until),
        ]
    return fields


def event_of(event: pb.Event, answers: Answers) -> pb.Event:
    """The event with what was changed."""
    changed = pb.Event()
    changed.CopyFrom(event)
    changed.document.number = answers["new_number"]
    changed.document.decided_on = answers["new_day"]
    changed.severity = answers.number("new_severity")  # type: ignore[assignment]
    changed.effective_from, changed.effective_until = answers["new_from"], answers["new_until"]
    changed.legal_basis[:] = answers.lines("new_basis")
    if answers.lines("new_content") != _lines(_shown(event)):  # Blank lines stay where nothing was changed.
        del changed.content[:]
        changed.content.extend(_content(answers.lines("new_content"), {each.name for each in event.content}))
    for index, each in enumerate(changed.measures):
        setattr(each, "from", answers[f"new_m{index}_from"])
        each.until = answers[f"new_m{index}_until"]
    return changed


def _shown(event: pb.Event) -> str:
    return "\n".join(f"{each.name}={each.value}" for each in event.content)


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _content(lines: Iterable[str], known: Set[str]) -> list[pb.Field]:
    """Content fields; a line that begins with no name is more of the value before it."""
    found: list[pb.Field] = []
    for line in lines:
        name, equals, value = (part.strip() for part in line.partition("="))
        if not found or (equals and (name in known or _NAME(name))):
            found.append(pb.Field(name=name, value=value))
        else:
            found[-1].value += f"\n{line}"
    return found
