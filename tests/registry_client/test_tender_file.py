"""Tenders as files: what is read, and every fault of what cannot be, without a person's number in it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from registry.v1 import subject_pb2
from registry.v1.subject_pb2 import Identifier
from registry_client.tender import Tender, TenderParty
from registry_client.tender_file import TenderFileError, read_tender
from tests.registry_client.samples import FIRM, PERSON

TENDER: dict[str, Any] = {
    "number": "CZ-2026-DEMO-5",
    "title": "示例工程",
    "domain": "工程招投标",
    "tender": "COMPULSORY",
    "region": "130903",
    "industry": "E47",
    "activity": "FOOD",
    "cut_off": "2026-10-20T09:30",
    "reason": "资格审查",
    "lists": ["失信被执行人"],
    "parties": [
        {"bid": "1", "role": "投标人", "code": FIRM, "name": "沧州示例(示例)有限公司"},
        {"bid": "1", "role": "LEGAL_REPRESENTATIVE", "paper": "身份证", "code": PERSON},
    ],
}


def written(directory: Path, content: object) -> Path:
    path = directory / "tender.json"
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    path.write_text(text, "utf-8")
    return path


def fault(directory: Path, content: object) -> str:
    """The one line with which a file is refused, without its path."""
    path = written(directory, content)
    with pytest.raises(TenderFileError) as refused:
        read_tender(path)
    text = str(refused.value)
    assert "\n" not in text
    assert PERSON not in text
    return text.removeprefix(f"{path}：")


def test_whole_tender_is_read(tmp_path: Path) -> None:
    assert read_tender(written(tmp_path, TENDER)) == Tender(
        domain=subject_pb2.DOMAIN_BIDDING,
        number="CZ-2026-DEMO-5",
        title="示例工程",
        tender_kind=subject_pb2.TENDER_KIND_COMPULSORY,
        region="130903",
        industry="E47",
        activity="FOOD",
        cut_off=datetime(2026, 10, 20, 1, 30, tzinfo=UTC),
        reason="资格审查",
        named_lists=("失信被执行人",),
        parties=(
            TenderParty(
                Identifier(type=subject_pb2.IDENTIFIER_TYPE_USCC, value=FIRM),
                subject_pb2.SUBJECT_ROLE_BIDDER,
                "1",
                "沧州示例(示例)有限公司",
            ),
            TenderParty(
                Identifier(type=subject_pb2.IDENTIFIER_TYPE_RESIDENT_ID, value=PERSON),
                subject_pb2.SUBJECT_ROLE_LEGAL_REPRESENTATIVE,
                "1",
            ),
        ),
    )


def test_domain_and_parties_with_role_and_code_are_enough(tmp_path: Path) -> None:
    least = {"domain": "PROCUREMENT", "parties": [{"role": "代理机构", "code": FIRM}]}
    tender = read_tender(written(tmp_path, least))
    assert (tender.cut_off, tender.parties[0].bid, tender.named_lists) == (None, "", ())


def test_request_carries_all_of_it(tmp_path: Path) -> None:
    request = read_tender(written(tmp_path, TENDER)).request()
    project = request.project
    assert (project.number, project.name, project.reason) == ("CZ-2026-DEMO-5", "示例工程", "资格审查")
    assert (project.scope.region, project.scope.industry, project.scope.activity) == ("130903", "E47", "FOOD")
    assert project.cut_off.ToJsonString() == "2026-10-20T01:30:00Z"
    assert [party.bid for party in request.parties] == ["1", "1"]
    assert list(request.named_lists) == ["失信被执行人"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"cutoff": "2026-01-01"}, "不认识“cutoff”"),
        ({"domain": ""}, "缺少domain"),
        ({"domain": "采购"}, "domain的“采购”不是可用的值"),
        ({"tender": "随便"}, "tender的“随便”不是可用的值"),
        ({"cut_off": "昨天"}, "cut_off的“昨天”不是时间"),
        ({"number": 7}, "number应为文字（加引号）"),
        ({"lists": "失信被执行人"}, "lists应为名单名称的列表"),
        ({"parties": []}, "parties应为非空列表"),
        ({"parties": ["甲"]}, "parties[0]应为对象"),
        ({"parties": [{"role": "老板", "code": FIRM}]}, "parties[0].role的“老板”不是可用的值"),
        ({"parties": [{"role": PERSON, "code": FIRM}]}, "parties[0].role的“(未显示)”不是可用的值"),
        ({"parties": [{"role": "投标人"}]}, "缺少parties[0].code"),
        ({"parties": [{"role": "投标人", "code": FIRM, "标": "1"}]}, "不认识parties[0].“标”"),
    ],
)
def test_fault_is_told_with_its_place(tmp_path: Path, changes: dict[str, Any], said: str) -> None:
    assert said in fault(tmp_path, {**TENDER, **changes})


@pytest.mark.parametrize("bid", ["投标1 ", "投标１", " 投标1", "\u3000"])
def test_a_consortium_does_not_fall_apart_into_bids_that_look_alike(tmp_path: Path, bid: str) -> None:
    parties = [{"bid": each, "role": "投标人", "code": FIRM} for each in ("投标1", bid)]
    assert "bid只有写法" in fault(tmp_path, {**TENDER, "parties": parties})
    with pytest.raises(ValueError, match="look alike"):
        Tender(
            domain=subject_pb2.DOMAIN_BIDDING,
            parties=tuple(
                TenderParty(Identifier(value=FIRM), subject_pb2.SUBJECT_ROLE_BIDDER, each)
                for each in ("投标1", bid)
            ),
        )


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    wrong = {"domain": "无", "cut_off": "无", "parties": [{"role": "无"}, {"code": FIRM}]}
    assert fault(tmp_path, wrong).count("；") == 4


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "第1行第2列不是JSON"),
        ("[]", "应为一个JSON对象"),
        ('{"domain": "政府采购", "domain": "工程招投标", "parties": []}', "同一对象中有重复的键"),
    ],
)
def test_what_is_no_tender_is_told(tmp_path: Path, content: str, said: str) -> None:
    assert fault(tmp_path, content) == said


def test_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(TenderFileError, match="无法读取"):
        read_tender(tmp_path / "none.json")
    (tmp_path / "tender.json").write_bytes("{}".encode("utf-16"))
    with pytest.raises(TenderFileError, match="不是UTF-8编码"):
        read_tender(tmp_path / "tender.json")


def test_instant_without_a_zone_is_none() -> None:
    with pytest.raises(ValueError, match="time zone"):
        Tender(domain=subject_pb2.DOMAIN_BIDDING, parties=(), cut_off=datetime(2026, 1, 1))  # noqa: DTZ001
