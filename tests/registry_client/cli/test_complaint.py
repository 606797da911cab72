"""Complaints at the command line: recorded by the clerk, opened by two custodians."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from registry.provenance.sealed_form import REPORTER
from tests.registry_client.cli.served_office import Office, office_of
from tests.supervision.custodians_at_work import CUSTODIANS, KEY, Custody
from tests.support.served import Served, serving
from tests.support.spine import found_spine, furnish

MONDAY = date(2026, 3, 2)
DAY = MONDAY.isoformat()
SAID, WHO = "后厨有老鼠, 密言五二三", "密名五二三, 电话13999999999"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    spine = furnish(found_spine(tmp_path_factory.mktemp("cli") / "registry", MONDAY), [KEY], delivered=False)
    with serving(spine) as served:
        yield served


@pytest.fixture(scope="module")
def desk(served: Served, tmp_path_factory: pytest.TempPathFactory) -> Office:
    """The bureau's desk with the keys of the clerk and of three custodians, who state theirs here."""
    bureau = Custody.at(served.spine, ())
    office = office_of(served, tmp_path_factory.mktemp("desk") / "desk", served.department(KEY), key=KEY)
    bureau.signers["经办"].save(office.directory / "clerk.pem", None)
    for name in ("甲", "乙", "丙"):
        bureau.appoint(name)
        official = CUSTODIANS[name][0]
        bureau.signers[name].save(office.directory / f"{official}.pem", None)
        made = office.ctl(
            "custodian", "keygen", "--out", office.directory / f"{official}.custody", "--no-passphrase"
        )
        assert made.exit_code == 0
        stated = office.ctl(
            "custodian", "enrol", f"BG-{official}", "--custody-key", f"{office.directory}/{official}.custody",
            "--official", official, "--from", DAY, "--until", "2027-12-31", *act(office, official),
        )  # fmt: skip
        assert stated.exit_code == 0, stated.output + stated.errors
    (office.directory / "said.txt").write_text(SAID, "utf-8")
    (office.directory / "who.txt").write_text(WHO, "utf-8")
    return office


def act(office: Office, key: str) -> tuple[str, ...]:
    return "--act", "--key", str(office.directory / f"{key}.pem")


def record(office: Office, number: str, *more: str) -> None:
    done = office.ctl(
        "complaint", "record", number, "--kind", "举报", "--channel", "电话", "--summary", "后厨卫生",
        "--content", office.directory / "said.txt", "--reporter", office.directory / "who.txt",
        "--received-on", DAY, *act(office, "clerk"), *more,
    )  # fmt: skip
    assert done.exit_code == 0, done.output + done.errors


def consent(office: Office, number: str, first: str, second: str, path: Path) -> None:
    one = office.ctl(
        "custodian", "consent", number, "--reason", "核实线索", "--basis", "行政许可法 第六十五条",
        "--on", DAY, "--out", path, *act(office, first),
    )  # fmt: skip
    assert one.exit_code == 0, one.output + one.errors
    two = office.ctl("custodian", "consent", number, "--join", path, *act(office, second))
    assert two.exit_code == 0, two.output + two.errors


def custody(office: Office, official: str) -> tuple[str, str]:
    return "--custody-key", str(office.directory / f"{official}.custody")


def test_two_custodians_open_what_the_clerk_recorded(desk: Office, tmp_path: Path) -> None:
    record(desk, "TS-1")
    consent(desk, "TS-1", "C-1", "C-3", tmp_path / "opening")
    for part, text in (("content", SAID), ("reporter", WHO)):
        path = tmp_path / part
        given = desk.ctl(
            "custodian", "share", "TS-1", "--part", part, *custody(desk, "C-1"), "--to", "C-3", "--out", path
        )
        assert given.exit_code == 0, given.errors
        read = desk.ctl("custodian", "open", "TS-1", "--part", part, *custody(desk, "C-3"), "--share", path)
        assert read.output == text + "\n"


def test_without_a_recorded_opening_by_both_nothing_is_made_or_read(desk: Office, tmp_path: Path) -> None:
    record(desk, "TS-2")
    record(desk, "TS-3")
    make = ("custodian", "share", "TS-2", "--part", "content", *custody(desk, "C-1"), "--out", tmp_path / "s")
    refused = desk.ctl(*make, "--to", "C-3")
    assert refused.exit_code == 3
    assert "开启决定" in refused.errors
    consent(desk, "TS-2", "C-1", "C-3", tmp_path / "opening")
    assert desk.ctl(*make, "--to", "C-2").exit_code == 3
    assert desk.ctl(*make, "--to", "C-3").exit_code == 0
    for number, who in (("TS-3", "C-3"), ("TS-2", "C-2"), ("TS-2", "C-1")):
        refused = desk.ctl(
            "custodian", "open", number, "--part", "content", *custody(desk, who), "--share", tmp_path / "s"
        )
        assert refused.exit_code == 3
        assert SAID not in refused.output + refused.errors


def test_who_reported_is_not_opened_as_what_was_said(
    desk: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as dishonest:
        dishonest.setattr("registry_client.supervision.complaints.CONTENT", REPORTER)
        record(desk, "TS-6")
    consent(desk, "TS-6", "C-1", "C-3", tmp_path / "opening")
    made = desk.ctl(
        "custodian", "share", "TS-6", "--part", "content", *custody(desk, "C-1"), "--to", "C-3",
        "--out", tmp_path / "share",
    )  # fmt: skip
    assert "另一部分" in made.errors
    assert not (tmp_path / "share").exists()


def test_one_signature_twice_records_no_opening(desk: Office, tmp_path: Path) -> None:
    record(desk, "TS-4")
    path = tmp_path / "opening"
    desk.ctl(
        "custodian", "consent", "TS-4", "--reason", "核实", "--basis", "行政许可法 第六十五条", "--on", DAY,
        "--out", path, *act(desk, "C-1"),
    )  # fmt: skip
    again = desk.ctl("custodian", "consent", "TS-4", "--join", path, *act(desk, "C-1"))
    assert again.exit_code == 1
    other = desk.ctl("custodian", "consent", "TS-1", "--join", path, *act(desk, "C-2"))
    assert other.exit_code == 3


def test_what_is_shown_before_acting_is_sealed_already(desk: Office) -> None:
    shown = desk.ctl(
        "complaint", "record", "TS-9", "--kind", "投诉", "--channel", "来访", "--summary", "合同纠纷",
        "--content", desk.directory / "said.txt", "--reporter", desk.directory / "who.txt",
    )  # fmt: skip
    assert shown.exit_code == 0
    assert "密封材料" in shown.output
    assert "密言五二三" not in shown.output
    assert "密名五二三" not in shown.output


def test_the_clerk_takes_the_steps_of_a_report_and_lists_it(desk: Office) -> None:
    record(desk, "TS-5")
    done = desk.ctl(
        "complaint", "verify", "TS-5", "--result", "立案", "--text", "属实", "--on", DAY, *act(desk, "clerk")
    )
    assert done.exit_code == 0, done.output + done.errors
    told = desk.ctl(
        "complaint",
        "answer",
        "TS-5",
        "--manner",
        "电话",
        "--text",
        "已立案",
        "--on",
        DAY,
        *act(desk, "clerk"),
    )
    assert told.exit_code == 0, told.output + told.errors
    assert "TS-5" in desk.ctl("complaint", "list").output
    assert desk.ctl("complaint", "inbox").exit_code == 0
    assert desk.ctl("complaint", "statistics").exit_code == 0


def test_custodians_are_listed_with_fingerprints_and_withdrawn(desk: Office) -> None:
    listed = desk.ctl("custodian", "list").output
    assert listed.count("2027-12-31") == 3
    done = desk.ctl("custodian", "withdraw", "BG-C-2", *act(desk, "C-2"))
    assert done.exit_code == 0, done.output + done.errors
    assert desk.ctl("custodian", "list").output.count("2027-12-31") == 2
