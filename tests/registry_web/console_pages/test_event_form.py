"""The form of what takes the place of a record keeps what nobody changes."""

from __future__ import annotations

from registry.v1 import statement_pb2 as pb
from registry_web.console.pages.catalogue_rows import Rows
from registry_web.console.pages.event_form import event_fields, event_of
from registry_web.console.pages.forms import Answers

FACTS = "一、串通投标\n二、拒不改正；罚款=5万元\n\n2026=全年"


def sent_back(event: pb.Event, **changes: str) -> pb.Event:
    """What comes of a form of which only these fields are changed; a browser sends CR LF."""
    fields = event_fields(event, Rows(), required=False)
    given = {each.name: each.value.replace("\n", "\r\n") for each in fields} | changes
    answers = Answers.read(fields, given)
    assert not answers.faults
    return event_of(event, answers)


def test_a_content_field_of_several_lines_stays_one() -> None:
    event = pb.Event(
        category="E-03-CF",
        document=pb.Document(),
        content=[pb.Field(name="sy", value=FACTS), pb.Field(name="nr_fk", value="5")],
    )
    assert sent_back(event) == event


def test_a_content_field_may_be_added_and_changed() -> None:
    event = pb.Event(category="E-03-CF", document=pb.Document(), content=[pb.Field(name="nr_fk", value="5")])
    changed = sent_back(event, new_content="nr_fk = 4\nbz=甲\n乙")
    assert [(each.name, each.value) for each in changed.content] == [("nr_fk", "4"), ("bz", "甲\n乙")]
