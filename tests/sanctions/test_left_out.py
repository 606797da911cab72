"""An edition leaves nothing out of the one whose place it takes; what ends, ends by its last day."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.departments import OPERATOR
from registry.commands.jobs import Outcome
from registry.editions import CURRENT_LABEL
from tests.support.editions import (
    Files,
    Officials,
    adopt,
    appoint_officials,
    changed_row,
    edition_adoption,
    edition_draft,
    edition_files,
    edition_review,
    unnamed,
)
from tests.support.events import ask, faults, list_entry, new_firm, placed, told
from tests.support.spine import Spine, found_spine, furnish

KEY = OPERATOR.key

_labels = iter(f"2099.{number}" for number in range(1, 1000))


@pytest.fixture(scope="module")
def spine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spine]:
    founded = furnish(found_spine(tmp_path_factory.mktemp("left out") / "registry"))
    yield founded
    founded.engine.close()


@pytest.fixture(scope="module")
def officials(spine: Spine) -> Officials:
    return appoint_officials(spine)


def files() -> Files:
    return edition_files(next(_labels))


def without(stated: Files, *codes: str) -> Files:
    """The files without the rows of codes."""
    for code in codes:
        row = re.compile(rf"^  - (?:{{)?code: {re.escape(code)}[\n,](?:(?!  - )[^\n]*\n?)*", re.MULTILINE)
        assert any(row.search(text) for text in stated.values()), code
        stated = {name: row.sub("", text) for name, text in stated.items()}
    return unnamed(stated, *codes)


def said_of(spine: Spine, officials: Officials, stated: Files) -> list[str]:
    """What is wrong with a draft, every fault of it one of the edition's content."""
    told = faults(spine.say(KEY, edition_draft=edition_draft(stated), by=officials.drafter))
    assert {(fault.name, fault.field) for fault in told} == {("EDITION_FAULTY", "edition_draft.files")}
    return [fault.message for fault in told]


def test_list_that_an_edition_leaves_out_would_clear_whoever_is_on_it_so_it_is_refused(
    spine: Spine, officials: Officials
) -> None:
    listed = new_firm()
    placed(spine.say("人社", event=list_entry("人社", listed, "L-04", "2026-03-01", "2028-03-01")))
    before = told(ask(spine, listed))
    assert before[0] == "REVIEW"
    wanted = without(files(), "L-04", "M-PRO-06", "M-BID-07")
    messages = said_of(spine, officials, wanted)
    assert [re.findall(r"[ML]-[A-Z0-9-]+", message) for message in messages] == [
        ["M-BID-07"],
        ["M-PRO-06"],
        ["L-04"],
    ]
    assert told(ask(spine, listed)) == before


@pytest.mark.parametrize("code", ["R-04", "E-13"])
def test_red_list_or_category_that_is_left_out_is_named(
    spine: Spine, officials: Officials, code: str
) -> None:
    (message,) = said_of(spine, officials, without(files(), code))
    assert message.startswith("缺少")
    assert f"{code}: 版本{CURRENT_LABEL}有这一" in message


@pytest.mark.parametrize(
    ("first", "end", "message"),
    [
        ("  - code: BR-02\n", "  - code: BR-03\n", "缺少禁入程序规则BR-02: 版本"),
        ("  - code: RR-01\n", "  - code: RR-02\n", "缺少信用修复规则RR-01: 版本"),
        ("false_repair:\n", "", "缺少弄虚作假修复的规则(false_repair): 版本"),
    ],
)
def test_rule_of_procedure_that_is_left_out_is_named(
    spine: Spine, officials: Officials, first: str, end: str, message: str
) -> None:
    stated = files()
    text = stated["procedures.yaml"]
    start = text.index(first)
    rest = text[text.index(end, start) :] if end else ""
    (told_of,) = said_of(spine, officials, {**stated, "procedures.yaml": text[:start] + rest})
    assert told_of.startswith(message)


def test_measure_that_is_no_longer_said_to_end_early_or_not_is_named(
    spine: Spine, officials: Officials
) -> None:
    (message,) = said_of(spine, officials, unnamed(files(), "M-BUS-22"))
    assert message.startswith("缺少提前终止规则M-BUS-22: ")


def test_edition_without_any_procedures_is_refused(spine: Spine, officials: Officials) -> None:
    """Each rule is named; so are the articles of the steps, once."""
    stated = {name: text for name, text in files().items() if name != "procedures.yaml"}
    messages = said_of(spine, officials, stated)
    kinds = ("禁入程序规则", "信用修复规则", "提前终止规则", "各步骤的依据", "弄虚作假修复的规则")
    assert all(any(message.startswith(f"缺少{kind}") for message in messages) for kind in kinds)


def test_measure_that_ends_by_its_last_day_is_a_sound_successor(spine: Spine, officials: Officials) -> None:
    ended = changed_row(files(), "M-PRO-02", effective_to="2026-12-31")
    placed(spine.say(KEY, edition_draft=edition_draft(ended), by=officials.drafter))


def test_measure_that_is_law_does_not_begin_later_instead(spine: Spine, officials: Officials) -> None:
    later = changed_row(files(), "M-PRO-02", effective_from="2199-01-01")
    (message,) = said_of(spine, officials, later)
    assert message.startswith("措施M-PRO-02自2199-01-01起才有效")


def test_domain_goes_on_waiting_for_every_source_it_waits_for(spine: Spine, officials: Officials) -> None:
    stated = files()
    for old, new, code in (
        ("required_lists: [L-01, L-02, L-03]", "required_lists: [L-01, L-02]", "L-03"),
        ("required_measures: [M-EXI-01, M-EXI-02]", "required_measures: [M-EXI-01]", "M-EXI-02"),
    ):
        assert old in stated["rules.yaml"]
        fewer = {**stated, "rules.yaml": stated["rules.yaml"].replace(old, new)}
        (message,) = said_of(spine, officials, fewer)
        assert code in message
        assert "不得取消" in message


def test_edition_drafted_before_another_came_into_force_leaves_nothing_out_of_that_one(
    tmp_path: Path,
) -> None:
    spine = found_spine(tmp_path / "registry")
    officials = appoint_officials(spine)
    earlier = edition_draft(files())
    placed(spine.say(KEY, edition_draft=earlier, by=officials.drafter))
    placed(spine.say(KEY, edition_review=edition_review(earlier.edition), by=officials.reviewer))
    more = files()
    name = "measures-procurement.yaml"
    row = more[name].index("  - code: M-PRO-02\n"), more[name].index("  - code: M-PRO-03\n")
    copied = more[name][slice(*row)].replace("M-PRO-02", "M-PRO-77")
    adopt(spine, {**more, name: more[name].rstrip("\n") + "\n" + copied}, "2026-06-01", officials)

    def approved(day: str) -> Outcome:
        adoption = edition_adoption(earlier.edition, day, "2026-11-20")
        return spine.say(KEY, edition_adoption=adoption, by=officials.approver)

    refused = faults(approved("2026-12-01"))
    assert [(fault.name, fault.field) for fault in refused] == [
        ("EDITION_FAULTY", "edition_adoption.edition")
    ]
    assert "M-PRO-77" in refused[0].message
    placed(approved("2026-05-01"))  # On the days before the other nothing is lost by it.
    spine.engine.close()


def test_nothing_of_an_edition_is_lost_when_one_that_was_adopted_before_takes_its_place(
    tmp_path: Path,
) -> None:
    spine = found_spine(tmp_path / "registry")
    officials = appoint_officials(spine)
    adopt(spine, files(), "2027-03-01", officials)
    more = files()
    name = "measures-procurement.yaml"
    row = more[name].index("  - code: M-PRO-02\n"), more[name].index("  - code: M-PRO-03\n")
    copied = more[name][slice(*row)].replace("M-PRO-02", "M-PRO-77")
    stated = edition_draft({**more, name: more[name].rstrip("\n") + "\n" + copied})
    placed(spine.say(KEY, edition_draft=stated, by=officials.drafter))
    placed(spine.say(KEY, edition_review=edition_review(stated.edition), by=officials.reviewer))

    def approved(day: str) -> Outcome:
        adoption = edition_adoption(stated.edition, day, "2026-11-20")
        return spine.say(KEY, edition_adoption=adoption, by=officials.approver)

    (refused,) = faults(approved("2026-12-01"))
    assert (refused.name, refused.field) == ("EDITION_FAULTY", "edition_adoption.edition")
    assert "2027-03-01" in refused.message
    assert "M-PRO-77" in refused.message
    placed(approved("2027-03-02"))
    spine.engine.close()
