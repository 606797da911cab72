"""A draw repeated offline: an honest package passes, every lie is found and named with its place."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from registry.provenance.draw.lists import Assignment
from registry.provenance.keys import FileSigner
from registry.provenance.leaf import Leaf, LeafType
from registry.provenance.timestamp import check_token
from registry.v1.envelope_pb2 import SUITE_ED25519, SignedStatement
from registry_client.supervision.draw_check import check_draw, trusting
from registry_client.supervision.draw_package import (
    OBJECTS,
    RECUSALS,
    RESULT,
    DrawPackage,
    PackageError,
    read_package,
    saved,
    zipped,
)
from tests.support.draw_packages import RECUSED, MadeLog


def made(**told: object) -> MadeLog:
    log = MadeLog(**told)  # type: ignore[arg-type]
    log.draw()
    return log


def faults(log: MadeLog, package: DrawPackage | None = None) -> dict[str, str]:
    """What fails, by the name of the check."""
    report = check_draw(package or log.package(), trusting(log.vkey))
    assert not report.ok
    return {line.name: line.detail for line in report.faults}


def test_an_honest_draw_is_repeated() -> None:
    log = made()
    report = check_draw(log.package(), trusting(log.vkey))
    assert report.ok, report.faults
    assert "重新抽取6户" in report.lines[-1].detail


def test_a_time_anchored_draw_is_repeated_and_says_whether_the_stamp_was_checked() -> None:
    log = made(anchored=True)
    report = check_draw(log.package(), trusting(log.vkey))
    assert report.ok, report.faults
    assert [line.name for line in report.claims] == ["time stamp"]
    believed = log.authority.believed
    checked = check_draw(
        log.package(), trusting(log.vkey), lambda token, text: check_token(token, text, believed)
    )
    assert checked.ok
    assert not checked.claims


def test_a_stamp_by_an_authority_that_is_not_believed_is_found() -> None:
    log, other = made(anchored=True), MadeLog().authority.believed
    report = check_draw(
        log.package(), trusting(log.vkey), lambda token, text: check_token(token, text, other)
    )
    assert [line.name for line in report.faults] == ["beacon"]


def test_a_stamp_that_is_over_no_tree_of_the_log_is_found() -> None:
    """Had before the order, over any root: then the order can be chosen by what it draws."""
    log = made(anchored=True, stamped_root=bytes(32))
    believed = log.authority.believed
    report = check_draw(
        log.package(), trusting(log.vkey), lambda token, text: check_token(token, text, believed)
    )
    assert [line.name for line in report.faults] == ["beacon"]
    assert f"不是日志前{log.at['first']}条的根" in report.faults[0].detail


def test_a_package_comes_back_from_a_zip_and_from_a_folder(tmp_path: Path) -> None:
    log = made()
    saved(log.package(), tmp_path / "folder")
    with (tmp_path / "package.zip").open("wb") as file:
        zipped(log.package(), file)
    for path in (tmp_path / "folder", tmp_path / "package.zip"):
        assert check_draw(read_package(path), trusting(log.vkey)).ok
    assert (tmp_path / "folder" / OBJECTS).read_bytes() == log.files[OBJECTS]


def test_a_zip_of_the_same_package_is_the_same_bytes() -> None:
    log, both = made(), []
    for _ in range(2):
        both.append(io.BytesIO())
        zipped(log.package(), both[-1])
    assert both[0].getvalue() == both[1].getvalue()


def test_a_roster_changed_after_it_was_committed_is_found() -> None:
    log = made()
    log.files[OBJECTS] = log.files[OBJECTS].replace(b",A,", b",B,", 1)
    found = faults(log)
    assert list(found) == ["objects"]
    assert "被改动" in found["objects"]


def test_a_row_taken_out_of_a_roster_is_found() -> None:
    log = made()
    lines = log.files[OBJECTS].splitlines(keepends=True)
    log.files[OBJECTS] = b"".join(lines[:3] + lines[4:])
    assert "29行" in faults(log)["objects"]


def test_a_roster_whose_rows_are_exchanged_is_found_at_its_line() -> None:
    log = made()
    lines = log.files[OBJECTS].splitlines(keepends=True)
    lines[4], lines[5] = lines[5], lines[4]
    log.files[OBJECTS] = b"".join(lines)
    assert "第6行" in faults(log)["objects"]


@pytest.mark.parametrize("anchored", [False, True])
def test_a_beacon_that_existed_before_the_order_is_found(anchored: bool) -> None:
    assert "抽取令作出时它已存在" in faults(made(beacon="before", anchored=anchored))["beacon"]


@pytest.mark.parametrize("anchored", [False, True])
def test_a_later_beacon_is_found(anchored: bool) -> None:
    log = made(beacon="later", anchored=anchored)
    assert f"首个可取随机数的叶在序号{log.at['first']}" in faults(log)["beacon"]


def test_a_beacon_hidden_among_the_leaves_is_found() -> None:
    log = made(beacon="later")
    package = log.package()
    at = log.at["first"] - log.at["order"] - 1
    leaf = Leaf.decode(package.leaves[at])
    hidden = replace(leaf, type=LeafType.DELIVERY).encode()
    for leaves in (
        (*package.leaves[:at], hidden, *package.leaves[at + 1 :]),
        package.leaves[:at] + package.leaves[at + 1 :],
    ):
        assert list(faults(log, replace(package, leaves=leaves))) == ["leaves"]


def test_a_result_in_another_order_is_found_in_the_file_and_in_the_draw() -> None:
    log = made()
    lines = log.files[RESULT].splitlines(keepends=True)
    first, second = (line.split(b",", 1)[1] for line in lines[1:3])
    log.files[RESULT] = b"".join([lines[0], b"1," + second, b"2," + first, *lines[3:]])
    found = faults(log)
    assert list(found) == ["result file", "draw"]
    assert "第2行" in found["draw"]


def swapped(drawn: list[Assignment]) -> list[Assignment]:
    return [drawn[0], drawn[2], drawn[1], *drawn[3:]]


def spared(drawn: list[Assignment]) -> list[Assignment]:
    return drawn[:-1]


def chosen(drawn: list[Assignment]) -> list[Assignment]:
    return [(drawn[0][0], ("SC-08", "SC-08")), *drawn[1:]]


@pytest.mark.parametrize(
    ("lie", "place"), [(swapped, "第3行"), (spared, "有5户, 应有6户"), (chosen, "第2行")]
)
def test_a_result_that_was_stated_and_is_not_what_was_drawn_is_found(
    lie: Callable[[list[Assignment]], list[Assignment]], place: str
) -> None:
    found = faults(made(lie=lie))
    assert list(found) == ["draw"]
    assert place in found["draw"]


def test_a_recusal_that_was_dropped_is_found() -> None:
    log = made()
    kept = [line for line in log.files[RECUSALS].splitlines(keepends=True) if not line.endswith(b"SC-03\n")]
    log.files[RECUSALS] = b"".join(kept)
    assert list(faults(log)) == ["recusals"]


def test_whoever_is_recused_never_inspects() -> None:
    log = made()
    assert not any(official.encode() in log.files[RESULT] for official in RECUSED)


def test_a_statement_that_was_changed_is_found() -> None:
    log = made()
    package = log.package()
    at = next(index for index, each in enumerate(package.statements) if each.role == "order")
    changed = SignedStatement.FromString(package.statements[at].signed.SerializeToString())
    changed.envelope.payload += b"\x0a\x00"
    statements = list(package.statements)
    statements[at] = replace(statements[at], signed=changed)
    assert "order(" in faults(log, replace(package, statements=tuple(statements)))["statements"]


def test_a_signature_by_another_key_is_found() -> None:
    log = made()
    package = log.package()
    statements = []
    for each in package.statements:
        signed = SignedStatement.FromString(each.signed.SerializeToString())
        if each.role == "result":
            signed.envelope.signatures[0].sig = bytes(64)
        statements.append(replace(each, signed=signed))
    assert "result(" in faults(log, replace(package, statements=tuple(statements)))["signatures"]


def test_a_key_that_is_not_in_the_package_is_missed() -> None:
    log = made()
    package = log.package()
    statements = tuple(each for each in package.statements if each.role != "key")
    assert "signatures" in faults(log, replace(package, statements=statements))


def test_a_checkpoint_by_another_log_is_refused() -> None:
    log, other = made(), MadeLog(signer=FileSigner.generate(SUITE_ED25519))
    report = check_draw(log.package(), trusting(other.vkey))
    assert [line.name for line in report.lines] == ["checkpoint"]


def test_a_draw_that_fails_for_want_of_inspectors_is_repeated_as_a_failure() -> None:
    """Nobody is drawn, and that can be seen to be right as well."""
    log = made(inspectors=4)
    assert log.files[RESULT].count(b"\n") == 1
    report = check_draw(log.package(), trusting(log.vkey))
    assert report.ok, report.faults
    assert "可派人员只有1人" in report.lines[-1].detail


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("draw.json", b"{"),
        ("draw.json", b"[]"),
        ("draw.json", json.dumps({"format": "registry.v1.draw-package/1"}).encode()),
        ("leaves.bin", b"short"),
    ],
)
def test_what_is_no_package_is_refused_in_one_line(tmp_path: Path, name: str, content: bytes) -> None:
    saved(made().package(), tmp_path / "folder")
    (tmp_path / "folder" / name).write_bytes(content)
    with pytest.raises(PackageError) as fault:
        read_package(tmp_path / "folder")
    assert "\n" not in str(fault.value)


def test_a_line_without_an_end_is_refused_at_its_place() -> None:
    log = made()
    log.files[OBJECTS] = log.files[OBJECTS][:-1] + b"x" * 100_000
    assert "第31行" in faults(log)["objects"]


def test_a_zip_of_something_else_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("readme.txt", "nothing")
    with pytest.raises(PackageError, match=r"没有draw\.json"):
        read_package(tmp_path / "other.zip")
