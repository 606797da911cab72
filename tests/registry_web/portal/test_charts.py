"""Charts as numbers: scales, paths, what is left out, what there is nothing to draw of."""

from __future__ import annotations

from collections.abc import Mapping

from registry.v1 import subject_pb2
from registry.v1.disclosure_service_pb2 import StatisticsRow
from registry_web.portal.charts import BOTTOM, LEFT, LONGEST_BAR, MOST_BARS, RIGHT, TOP, bars_of, lines_of

BIDDING, FINANCING = subject_pb2.DOMAIN_BIDDING, subject_pb2.DOMAIN_FINANCING
NAMES: Mapping[int, str] = {BIDDING: "招投标", FINANCING: "投融资"}


def row(
    month: str, in_force: int, region: str = "", domain: subject_pb2.Domain.ValueType = BIDDING
) -> StatisticsRow:
    return StatisticsRow(month=month, domain=domain, region=region, in_force=in_force)


def test_a_line_runs_from_the_first_month_to_the_last_on_a_scale_of_whole_quarters() -> None:
    chart = lines_of([row("2026-01", 0), row("2026-02", 4), row("2026-03", 8)], NAMES)
    assert chart is not None
    (line,) = chart.lines
    middle = (LEFT + RIGHT) // 2
    assert line.path == f"M{LEFT} {BOTTOM}L{middle} {(TOP + BOTTOM) // 2}L{RIGHT} {TOP}"
    assert [mark.text for mark in chart.heights] == ["0", "2", "4", "6", "8"]
    assert line.numbers == (0, 4, 8)


def test_regions_of_a_month_are_added_up_and_domains_without_any_are_left_out() -> None:
    rows = [row("2026-01", 1, "130902"), row("2026-01", 2, "130903"), row("2026-02", 5)]
    chart = lines_of([*rows, row("2026-02", 0, domain=FINANCING)], NAMES)
    assert chart is not None
    assert [(line.name, line.numbers) for line in chart.lines] == [("招投标", (3, 5))]


def test_labels_of_months_are_few_and_end_with_the_last() -> None:
    months = [f"{year}-{month:02d}" for year in (2025, 2026) for month in range(1, 13)]
    chart = lines_of([row(month, 1) for month in months], NAMES)
    assert chart is not None
    assert [mark.text for mark in chart.labels] == ["2025-06", "2025-12", "2026-06", "2026-12"]


def test_bars_are_of_the_last_month_the_longest_first_and_the_rest_is_counted() -> None:
    rows = [row("2026-01", 99, "130902")]
    rows += [row("2026-02", number, f"1309{number:02d}") for number in range(1, MOST_BARS + 3)]
    chart = bars_of(rows, {"130914": "甲"}, "不限")
    assert chart is not None
    assert (chart.bars[0].name, chart.bars[0].length) == ("甲", LONGEST_BAR)
    assert [bar.number for bar in chart.bars] == sorted((bar.number for bar in chart.bars), reverse=True)
    assert (len(chart.bars), chart.others) == (MOST_BARS, 1 + 2)


def test_without_numbers_there_is_no_chart() -> None:
    assert lines_of([], NAMES) is None
    assert lines_of([row("2026-01", 5)], NAMES) is None, "one month is no line"
    assert lines_of([row("2026-01", 0), row("2026-02", 0)], NAMES) is None
    assert bars_of([row("2026-01", 0)], {}, "不限") is None
