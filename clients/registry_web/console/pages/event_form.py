"""An event (信用事件) as a form: for what takes the place of a record that is corrected or supplemented.

The subject, the category and the evidence stay those of the record; document, days, severity, articles,
measures and content are shown as they stand and may be changed. Content is one field a line, ``name=value``.

Example: the line ``nr_fk=5`` says a fine of 5 万元.
"""

from __future__ import annotations

from registry.v1 import statement_pb2 as pb
from registry_client.words import SEVERITIES
from registry_web.console.pages.catalogue_rows import Rows
from registry_web.console.pages.forms import Answers, Field, choices_of, document_fields


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
              value="\n".join(f"{each.name}={each.value}" for each in event.content),
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
    del changed.legal_basis[:], changed.content[:]
    changed.legal_basis.extend(answers.lines("new_basis"))
    for line in answers.lines("new_content"):
        name, _, value = line.partition("=")
        changed.content.add(name=name.strip(), value=value.strip())
    for index, each in enumerate(changed.measures):
        setattr(each, "from", answers[f"new_m{index}_from"])
        each.until = answers[f"new_m{index}_until"]
    return changed
