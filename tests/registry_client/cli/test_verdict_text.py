"""What a verdict says beside the plain case: where a restriction stands, on whom it fell, what is unsure."""

from __future__ import annotations

from typing import Any

import pytest

from registry.v1 import verdict_pb2 as pb
from registry.v1.restriction_service_pb2 import CheckResponse
from registry.v1.subject_pb2 import IDENTIFIER_TYPE_USCC, Identifier
from registry.v1.verdict_pb2 import Checked, CheckedList, Hit, RelatedSubject, Resolution
from tests.registry_client.cli.conftest import Ctl, Run
from tests.registry_client.samples import FIRM, OTHER_FIRM
from tests.registry_client.simulated_registry import SimulatedRegistry

OTHER = Identifier(type=IDENTIFIER_TYPE_USCC, value=OTHER_FIRM)


def checked(ctl: Ctl, simulated: SimulatedRegistry, *options: str, **answer: Any) -> Run:
    """``registryctl check`` on a firm with such an answer."""
    simulated.verdicts[FIRM] = CheckResponse(**{"verdict": pb.VERDICT_REVIEW, **answer})
    return ctl("check", "--domain", "政府采购", FIRM, *options)


def hit(**more: Any) -> Hit:
    fields = {"measure_code": "M-PRO-01", "measure_name": "禁止参加政府采购活动", "from": "2025-03-10"}
    return Hit(**{**fields, "until": "2027-03-09", **more})


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (pb.HIT_STATUS_IN_FORCE, "期间2025-03-10至2027-03-09"),
        (pb.HIT_STATUS_COMING, "期间2025-03-10至2027-03-09，尚未生效"),
        (pb.HIT_STATUS_STAYED, "期间2025-03-10至2027-03-09，中止执行"),
        (pb.HIT_STATUS_OBJECTED, "期间2025-03-10至2027-03-09，异议处理中"),
        (pb.HIT_STATUS_CONTESTED, "期间2025-03-10至2027-03-09，行政复议、诉讼中"),
    ],
)
def test_where_a_restriction_stands_is_told_unless_it_is_simply_in_force(
    ctl: Ctl, simulated: SimulatedRegistry, status: Any, said: str
) -> None:
    run = checked(ctl, simulated, hits=[hit(status=status)])
    assert "".join(next(line for line in run.lines if "期间" in line).split()) == said


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"unconfirmed": True}, "注意目录把这一依据标为待核实"),
        ({"milder_rule": True}, "注意已按从旧兼从轻适用较轻的新规则"),
        ({"repeats_position": 12}, "注意再次违法：此前同一措施的决定在序号12"),
        (
            {"relation": pb.SUBJECT_RELATION_PARENT, "related": OTHER},
            f"关联限制落在所属法人{OTHER_FIRM}",
        ),
        ({"relation": pb.SUBJECT_RELATION_ABSORBED, "related": OTHER}, f"限制落在被合并的主体{OTHER_FIRM}"),
    ],
)
def test_what_a_reader_must_weigh_is_told(
    ctl: Ctl, simulated: SimulatedRegistry, fields: dict[str, Any], said: str
) -> None:
    assert said in checked(ctl, simulated, hits=[hit(**fields)]).text
    assert "注意" not in checked(ctl, simulated, hits=[hit()]).text


def test_freshness_of_each_list_is_told(ctl: Ctl, simulated: SimulatedRegistry) -> None:
    lists = [
        CheckedList(name="甲", connected=True, as_of="2026-11-20"),
        CheckedList(name="乙", connected=True, as_of="2026-10-01", stale=True, max_age_days=31),
        CheckedList(name="丙"),
    ]
    run = checked(ctl, simulated, checked_and_empty=Checked(lists=lists))
    expected = "甲（报送至2026-11-20）、乙（报送至2026-10-01，已超过31天的期限）、丙（来源未接入）"
    assert f"查无记录{expected}" in run.text


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        (pb.INDETERMINATE_REASON_SOURCE_STALE, "原因法定应查的名单报送已过时"),
        (pb.INDETERMINATE_REASON_IDENTITY_AMBIGUOUS, "原因同一代码对应不同名称或不同主体"),
    ],
)
def test_reason_why_nothing_can_be_said_is_told(
    ctl: Ctl, simulated: SimulatedRegistry, reason: Any, said: str
) -> None:
    run = checked(ctl, simulated, verdict=pb.VERDICT_INDETERMINATE, indeterminate_reason=reason)
    assert said in run.text


def test_identity_is_told_where_there_is_more_than_one_code_or_name(
    ctl: Ctl, simulated: SimulatedRegistry
) -> None:
    plain = Resolution(status=pb.RESOLUTION_STATUS_RESOLVED)
    assert "身份" not in checked(ctl, simulated, identity=plain).text
    same = RelatedSubject(identifier=OTHER, relation=pb.SUBJECT_RELATION_SAME, position=88)
    moved = Resolution(status=pb.RESOLUTION_STATUS_RESOLVED, current=OTHER, related=[same])
    said = f"身份已识别，现用代码{OTHER_FIRM}；同一主体的另一代码{OTHER_FIRM}（序号88）"
    assert said in checked(ctl, simulated, identity=moved).text
    either = RelatedSubject(identifier=OTHER, position=9)
    unsure = Resolution(status=pb.RESOLUTION_STATUS_AMBIGUOUS, related=[either])
    assert f"身份身份有歧义；可能是{OTHER_FIRM}（序号9）" in checked(ctl, simulated, identity=unsure).text


def test_json_has_status_origin_relation_and_doubts(ctl: Ctl, simulated: SimulatedRegistry) -> None:
    met = hit(
        status=pb.HIT_STATUS_STAYED,
        origin=pb.RESTRICTION_ORIGIN_LIST,
        relation=pb.SUBJECT_RELATION_BRANCH,
        related=OTHER,
        unconfirmed=True,
        repeats_position=0,
    )
    (answer,) = checked(ctl, simulated, "--json", hits=[met]).objects
    (told,) = answer["hits"]
    assert (told["status"], told["origin"], told["relation"]) == ("STAYED", "LIST", "BRANCH")
    assert told["related"]["value"] == OTHER_FIRM
    assert (told["unconfirmed"], told["milder_rule"], told["repeats_position"]) == (True, False, 0)
    assert answer["identity"]["status"] == "UNSPECIFIED"
