"""What a special credit report says of lists whose sources are silent, from the lists' deliveries alone."""

from __future__ import annotations

from datetime import date

from registry.domain.periods import Period
from registry.domain.sources import DeliveryNote
from registry.editions import current_edition
from registry.sanctions.record.certificate import certified, silence_of, statement_zh
from registry.v1 import verdict_pb2

EDITION = current_edition()
DAY = date(2026, 11, 23)
PERIOD = Period(date(2023, 11, 23), DAY)
RESOLVED = verdict_pb2.RESOLUTION_STATUS_RESOLVED
COURT, TAX = "L-01", "L-03"


def statement(delivered: dict[str, date], *codes: str, connected: frozenset[str] | None = None) -> str:
    notes = {code: DeliveryNote(1, code, as_of, "D") for code, as_of in delivered.items()}
    sources = frozenset(codes) if connected is None else connected
    silence = silence_of(codes, DAY, EDITION, connected=sources, delivered=notes)
    return statement_zh("沧州甲(示例)有限公司", RESOLVED, PERIOD, certified([], PERIOD), silence)


def name(code: str) -> str:
    entry = EDITION.credit_list(code, DAY)
    assert entry
    return entry.name_zh


def test_where_every_source_is_fresh_nothing_is_excepted() -> None:
    said = statement({COURT: DAY, TAX: DAY}, COURT, TAX)
    assert "没有查见登记: 行政处罚(含简易程序)、行政强制、严重失信主体名单、刑事裁判、市场禁入。" in said
    assert "不能说明" not in said
    assert "没有查见不等于没有违法违规行为" in said


def test_stale_list_is_named_and_excepted() -> None:
    said = statement({COURT: date(2025, 1, 1), TAX: DAY}, COURT, TAX)
    assert f"报送已过时的名单: {name(COURT)}。" in said
    assert "严重失信主体名单(只就来源已接入并且报送未过时的名单而言)" in said
    assert name(TAX) not in said


def test_list_with_a_mandate_and_no_delivery_has_no_source() -> None:
    said = statement({TAX: DAY}, COURT, TAX)
    assert f"没有来源的名单: {name(COURT)}。" in said


def test_where_no_list_has_a_source_the_report_is_silent_about_lists() -> None:
    said = statement({}, COURT, TAX, connected=frozenset())
    assert "没有查见登记: 行政处罚(含简易程序)、行政强制、刑事裁判、市场禁入。" in said
    assert f"没有来源的名单: {name(COURT)}、{name(TAX)}。" in said


def test_code_that_is_none_and_code_of_several_subjects_get_no_report() -> None:
    silence = silence_of((), DAY, EDITION, connected=frozenset(), delivered={})
    for status, word in (
        (verdict_pb2.RESOLUTION_STATUS_INVALID_CODE, "代码有误"),
        (verdict_pb2.RESOLUTION_STATUS_AMBIGUOUS, "对应不止一个主体"),
    ):
        said = statement_zh("该主体(…)", status, PERIOD, (), silence)
        assert word in said
        assert "没有查询任何记录" in said
