"""What is checked before sending against what the registry's own admission says of the same events."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from registry.commands.submission import Rejection
from registry.v1 import subject_pb2
from registry.v1.error_reason_pb2 import ErrorReason
from registry.v1.statement_pb2 import Event
from registry_client.bulk.checks import event_faults
from registry_client.events import event_of_row
from registry_client.files import Row
from tests.registry_client.bulk.files import table_of
from tests.registry_client.samples import ENTRY, LICENCE, MEASURE, PENALTY, REGISTRATION, TITLE
from tests.support.spine import TODAY, Spine, found_spine, furnish

ROWS = {
    "住建": PENALTY,
    "市场监管": REGISTRATION,
    "人社": ENTRY,
    "财政": MEASURE,
}
Change = Callable[[Event], object]


@pytest.fixture(scope="module")
def spine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spine]:
    furnished = furnish(found_spine(tmp_path_factory.mktemp("law") / "registry"), delivered=False)
    yield furnished
    furnished.engine.close()


def event_of(cells: dict[str, str]) -> Event:
    table = table_of(cells)
    (row,) = table.rows()
    assert isinstance(row, Row)
    event = event_of_row(table.headings, row)
    assert isinstance(event, Event)
    return event


def put(path: str, value: Any) -> Change:
    """Sets a field by its path."""

    def change(event: Event) -> None:
        *parents, name = path.split(".")
        message: Any = event
        for parent in parents:
            message = message.measures[0] if parent == "measure" else getattr(message, parent)
        setattr(message, name, value)

    return change


CHANGES: dict[str, Change] = {
    "no name": put("subject.name", ""),
    "a name of fillers": put("subject.name", "\u3164"),
    "a long name": put("subject.name", "长" * 501),
    "no kind": put("subject.kind", 0),
    "another kind": put("subject.kind", subject_pb2.SUBJECT_KIND_SOLE_TRADER),
    "a person with a firm's code": put("subject.kind", subject_pb2.SUBJECT_KIND_NATURAL_PERSON),
    "half a code": put("subject.identifier.value", "9113"),
    "lost digits": put("subject.identifier.value", "9.11309E+17"),
    "a letter that no code has": put("subject.identifier.value", "91130900DEM00901O"),
    "no paper": put("subject.identifier.type", 0),
    "no number": put("document.number", ""),
    "a long number": put("document.number", "长" * 201),
    "a person's number": put("document.number", "130999199001010018"),
    "a blank authority": put("document.authority", " "),
    "an authority's code": put("document.authority_code", "1"),
    "no decision day": put("document.decided_on", ""),
    "no such day": put("document.decided_on", "2026-02-30"),
    "a day to come": put("document.decided_on", "2026-12-31"),
    "a day of long ago": put("document.decided_on", "1026-12-31"),
    "no such month": put("effective_from", "2026-13-01"),
    "an end before the beginning": put("effective_until", "2018-01-01"),
    "an end in words": put("effective_until", "长期"),
    "half a region": put("region", "13"),
    "no article": lambda event: event.ClearField("legal_basis"),
    "a blank article": lambda event: event.legal_basis.append(" "),
    "too many articles": lambda event: event.legal_basis.extend(["某法 第一条"] * 40),
    "a long content": lambda event: event.content.add(name="nr", value="长" * 4001),
}
OF_MEASURES: dict[str, Change] = {
    "no measure": put("measure.measure_code", ""),
    "no beginning": put("measure.from", ""),
    "before the decision": put("measure.from", "2020-01-01"),
    "an end before the beginning": put("measure.until", "2026-05-01"),
    "half a region": put("measure.scope.region", "1"),
    "no industry": put("measure.scope.industry", "999"),
}
OF_ENTRIES: dict[str, Change] = {"no list": put("list_code", ""), "no day": put("effective_from", "")}
NOT_FOR_ALL = {
    "no number",
    "a person with a firm's code",
    "a blank authority",
    "an authority's code",
    "no decision day",
    "no article",
}


def assert_the_registry_agrees(
    spine: Spine, key: str, event: Event
) -> set[tuple[ErrorReason.ValueType, str]]:
    """Everything that is found here the registry finds too; answers what was found."""
    found = {(fault.reason, fault.field) for fault in event_faults(event, today=TODAY)}
    outcome = spine.say(key, event=event)
    told = {(each.reason, each.field) for each in outcome.faults} if isinstance(outcome, Rejection) else set()
    # A content field that is too long is told of by itself here.
    assert {
        (reason, field.partition("[")[0] if "content" in field else field) for reason, field in found
    } <= told
    return found


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("key", ROWS)
def test_nothing_is_refused_here_that_the_registry_takes(spine: Spine, key: str, name: str) -> None:
    event = event_of(ROWS[key])
    event.document.authority_code = spine.code(key)
    CHANGES[name](event)
    found = assert_the_registry_agrees(spine, key, event)
    assert found or (key in ("市场监管", "财政") and name in NOT_FOR_ALL)


@pytest.mark.parametrize("name", OF_MEASURES)
def test_a_measure_is_checked_as_the_registry_does(spine: Spine, name: str) -> None:
    event = event_of(MEASURE)
    event.document.authority_code = spine.code("财政")
    OF_MEASURES[name](event)
    assert assert_the_registry_agrees(spine, "财政", event)


@pytest.mark.parametrize("name", OF_ENTRIES)
def test_an_entry_is_checked_as_the_registry_does(spine: Spine, name: str) -> None:
    event = event_of(ENTRY)
    event.document.authority_code = spine.code("人社")
    OF_ENTRIES[name](event)
    assert assert_the_registry_agrees(spine, "人社", event)


GOOD = (PENALTY, LICENCE, ENTRY, MEASURE, TITLE, REGISTRATION)


@pytest.mark.parametrize("number", range(len(GOOD)))
def test_a_good_row_of_each_kind_has_no_fault(number: int) -> None:
    cells = GOOD[number]
    assert event_faults(event_of(cells), today=TODAY) == []
