"""A roster that was committed as it is can still be such that nobody may draw from it: whoever repeats a draw
is told."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from registry_client.supervision.draw_check import check_draw, trusting
from tests.support import draw_packages
from tests.support.draws import inspector_rows, object_rows

Rows = Callable[[int], list[list[str]]]


def checked(monkeypatch: pytest.MonkeyPatch, objects: Rows, inspectors: Rows) -> dict[str, str]:
    """What fails of a draw from these rosters."""
    monkeypatch.setattr(draw_packages, "object_rows", objects)
    monkeypatch.setattr(draw_packages, "inspector_rows", inspectors)
    log = draw_packages.MadeLog()
    log.draw()
    report = check_draw(log.package(), trusting(log.vkey))
    assert "重新抽取" in report.lines[-1].detail  # It is repeated all the same.
    return {line.name: line.detail for line in report.faults}


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (["P-1\u200b", "product", "产品", "A", "130902", "C14", "SP-1"], "id"),
        (["Р-1", "project", "首字母是西里尔字母", "A", "130902", "C14", "SP-1"], "id"),
        (["91130900DEM0600010", "firm", "校验码不符(示例)有限公司", "A", "130902", "C14", "SP-1"], "id"),
        (["P-1", "firms", "种类不明", "A", "130902", "C14", "SP-1"], "kind"),
    ],
)
def test_an_object_that_cannot_be_is_named_by_its_line(
    monkeypatch: pytest.MonkeyPatch, row: list[str], told: str
) -> None:
    found = checked(monkeypatch, lambda count: [*object_rows(count - 1), row], inspector_rows)
    assert list(found) == ["rows"]
    assert f"行: {told}: " in found["rows"]


def test_a_certificate_of_two_inspectors_is_found_however_it_is_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def twice(count: int) -> list[list[str]]:
        return [*inspector_rows(count - 1), ["SC-99", "监管科", "示例证 ０００１", ""]]

    found = checked(monkeypatch, object_rows, twice)
    assert list(found) == ["rows"]
    assert "执法证号与第2行重复" in found["rows"]


def test_nothing_is_wrong_with_honest_rosters(monkeypatch: pytest.MonkeyPatch) -> None:
    assert checked(monkeypatch, object_rows, inspector_rows) == {}
