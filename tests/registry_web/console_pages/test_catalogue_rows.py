"""What forms and labels know of the catalogue, and how seldom it is fetched."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from registry import sanctions
from registry.v1 import catalogue_service_pb2 as pb
from registry.v1.statement_pb2 import EditionFile
from registry_web.console.pages.catalogue_rows import FRESH_S, Catalogue, read_rows

SHIPPED = Path(sanctions.__file__).with_name("editions") / "2026.1"
TODAY = date(2026, 11, 23)


def edition(label: str = "2026.1") -> pb.GetEditionResponse:
    files = [EditionFile(name=path.name, content=path.read_text("utf-8")) for path in SHIPPED.glob("*.yaml")]
    return pb.GetEditionResponse(entry=pb.EditionEntry(edition=label, label=label), files=files)


def test_a_measure_has_its_term_and_articles() -> None:
    rows = read_rows(edition(), TODAY)
    ban = rows.measures["M-PRO-01"]
    assert (ban.term_text, ban.market_ban) == ("12 至 36 个月", True)
    assert "政府采购法 第七十七条" in ban.basis
    assert rows.name("L-02") == "政府采购严重违法失信行为记录名单"
    assert rows.name("E-03-CF") == "行政处罚"
    assert rows.regions["130900"] == "沧州市"


def test_a_row_that_has_ended_is_left_out_and_an_unknown_code_stands_for_itself() -> None:
    rows = read_rows(edition(), TODAY)
    assert rows.lists["R-01"].name == "纳税缴费信用A级纳税人"
    assert rows.name("M-NONE") == "M-NONE"


def test_the_edition_is_fetched_once_a_minute_and_seen_when_it_changes() -> None:
    now, asked, label = [0.0], [0], ["2026.1"]

    def get() -> pb.GetEditionResponse:
        asked[0] += 1
        return edition(label[0])

    registry: Any = SimpleNamespace(catalogue=SimpleNamespace(get=get))
    catalogue = Catalogue(lambda: now[0])
    first = catalogue.in_force(registry, TODAY)
    assert catalogue.in_force(registry, TODAY) is first
    assert asked == [1]
    now[0] = FRESH_S
    assert catalogue.in_force(registry, TODAY) is first
    assert asked == [2]
    now[0], label[0] = 2 * FRESH_S, "2026.9"
    assert catalogue.in_force(registry, TODAY).label == "2026.9"
