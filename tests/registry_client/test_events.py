from pathlib import Path

import pytest

from registry.v1 import statement_pb2, subject_pb2
from registry.v1.error_reason_pb2 import ERROR_REASON_FIELD_INVALID
from registry.v1.statement_pb2 import Event
from registry_client.events import column_of_field, event_of_row, unsent_headings
from registry_client.files import RowFault
from tests.registry_client.samples import (
    DEPARTMENT,
    ENTRY,
    FIRM,
    INSTITUTION,
    LICENCE,
    MEASURE,
    PENALTY,
    PENALTY_OF_PERSON,
    PERSON,
    REGISTRATION,
    TITLE,
    only_row,
    table_of,
)


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path


def event_of(directory: Path, cells: dict[str, str]) -> Event:
    table = table_of(directory, cells)
    event = event_of_row(table.headings, only_row(table))
    assert isinstance(event, Event), event
    return event


def faults_of(directory: Path, cells: dict[str, str]) -> tuple[RowFault, ...]:
    table = table_of(directory, cells)
    faults = event_of_row(table.headings, only_row(table))
    assert isinstance(faults, tuple), faults
    return faults


def content_of(event: Event) -> dict[str, str]:
    return {item.name: item.value for item in event.content}


def test_a_penalty_rests_on_its_document(directory: Path) -> None:
    event = event_of(directory, PENALTY)
    assert event.category == "E-03-CF"
    assert event.document == statement_pb2.Document(
        number="沧示建罚〔2026〕7号",
        authority="沧州市(示例)住房和城乡建设局",
        authority_code=DEPARTMENT,
        decided_on="2026-03-20",
    )
    assert event.effective_until == "2027-03-20"
    assert list(event.legal_basis) == ["《招标投标法》第五十三条"]
    assert event.region == ""
    assert not event.measures


def test_a_statement_says_a_thing_once_and_keeps_what_was_interpreted(directory: Path) -> None:
    content = content_of(event_of(directory, PENALTY))
    assert content == {
        "xdr_lb": "法人及非法人组织",
        "wfxw": "串通投标",
        "yj": "《招标投标法》第五十三条",
    }


def test_severity_is_never_derived(directory: Path) -> None:
    assert event_of(directory, PENALTY).severity == statement_pb2.SEVERITY_UNSPECIFIED
    stated = event_of(directory, PENALTY | {"失信严重程度": "严重"})
    assert stated.severity == statement_pb2.SEVERITY_SERIOUS


def test_the_region_is_what_the_row_says(directory: Path) -> None:
    assert event_of(directory, PENALTY | {"所属地区": "130902"}).region == "130902"


@pytest.mark.parametrize(
    ("written", "code", "kind"),
    [
        ("法人及非法人组织", FIRM, subject_pb2.SUBJECT_KIND_ENTERPRISE),
        ("法人及非法人组织", INSTITUTION, subject_pb2.SUBJECT_KIND_INSTITUTION),
        ("法人及非法人组织", DEPARTMENT, subject_pb2.SUBJECT_KIND_GOV_ORGAN),
        ("法人及非法人组织", "9.11309E+17", subject_pb2.SUBJECT_KIND_ENTERPRISE),
        # A sole trader's code under this class is a contradiction, which the registry must see.
        ("法人及非法人组织", "92130900MTEXT00009", subject_pb2.SUBJECT_KIND_ENTERPRISE),
        ("个体工商户", FIRM, subject_pb2.SUBJECT_KIND_SOLE_TRADER),
        ("", FIRM, subject_pb2.SUBJECT_KIND_UNSPECIFIED),
    ],
)
def test_the_kind_of_a_counterpart_comes_from_its_class_and_code(
    directory: Path, written: str, code: str, kind: subject_pb2.SubjectKind.ValueType
) -> None:
    cells = PENALTY | {"行政相对人类别": written, "行政相对人代码_1（统一社会信用代码）": code}
    subject = event_of(directory, cells).subject
    assert subject.kind == kind
    assert subject.identifier == subject_pb2.Identifier(type=subject_pb2.IDENTIFIER_TYPE_USCC, value=code)


@pytest.mark.parametrize(
    ("paper", "type"),
    [
        ("身份证", subject_pb2.IDENTIFIER_TYPE_RESIDENT_ID),
        ("护照号", subject_pb2.IDENTIFIER_TYPE_PASSPORT),
        ("外国人永久居留身份证", subject_pb2.IDENTIFIER_TYPE_FOREIGN_PERMANENT_RESIDENT_ID),
        ("", subject_pb2.IDENTIFIER_TYPE_UNSPECIFIED),
    ],
)
def test_a_natural_person_is_named_by_the_paper(
    directory: Path, paper: str, type: subject_pb2.IdentifierType.ValueType
) -> None:
    subject = event_of(directory, PENALTY_OF_PERSON | {"证件类型": paper}).subject
    assert subject.kind == subject_pb2.SUBJECT_KIND_NATURAL_PERSON
    assert subject.identifier == subject_pb2.Identifier(type=type, value=PERSON)


def test_a_persons_own_number_is_in_no_content_field(directory: Path) -> None:
    for cells in (PENALTY_OF_PERSON, MEASURE, TITLE):
        assert PERSON not in content_of(event_of(directory, cells)).values()


def test_codes_are_passed_on_as_written(directory: Path) -> None:
    written = f" {FIRM[:8].lower()} {FIRM[8:]}"
    event = event_of(directory, PENALTY | {"行政相对人代码_1（统一社会信用代码）": written})
    assert event.subject.identifier.value == written.strip()


def test_a_licence_without_document_number_takes_its_own(directory: Path) -> None:
    event = event_of(directory, LICENCE)
    assert event.category == "E-03-XK"
    assert event.document.number == "JY11309000000001"
    assert (event.effective_from, event.effective_until) == ("2026-01-05", "2099-12-31")
    assert content_of(event)["xkbh"] == "JY11309000000001"
    numbered = event_of(directory, LICENCE | {"行政许可决定文书号": "沧示许〔2026〕5号"})
    assert numbered.document.number == "沧示许〔2026〕5号"


def test_a_list_entry_is_decided_and_takes_effect_on_the_day_of_listing(directory: Path) -> None:
    event = event_of(directory, ENTRY)
    assert (event.category, event.list_code) == ("E-06", "L-04")
    assert event.document.decided_on == event.effective_from == "2026-04-01"
    assert event.effective_until == "2029-03-31"
    assert list(event.legal_basis) == ["保障农民工工资支付条例 第四十八条"]
    assert content_of(event) == {
        "listing_basis": "列入依据：保障农民工工资支付条例 第四十八条；事由：拖欠工资",
        "removal_condition": "改正满六个月",
        "relief": "行政复议",
    }


def test_abnormal_operation_is_a_category_of_its_own(directory: Path) -> None:
    event = event_of(directory, ENTRY | {"名单代码": "L-90", "期限至": ""})
    assert (event.category, event.list_code, event.effective_until) == ("E-05", "L-90", "")
    assert content_of(event) == {"reason": "拖欠工资"}


def test_a_measure_decision_imposes_one_measure_with_its_scope(directory: Path) -> None:
    event = event_of(directory, MEASURE)
    assert event.category == "E-51"
    (measure,) = event.measures
    assert measure.measure_code == "M-PRO-03"
    assert (getattr(measure, "from"), measure.until, measure.lifetime) == ("2026-05-07", "", True)
    assert measure.capacity == subject_pb2.CAPACITY_EXPERT
    assert measure.scope == subject_pb2.Scope(region="130900", industry="E47", activity="FOOD")
    assert event.region == ""
    assert content_of(event)["facts"] == "收受供应商财物"


def test_a_title_belongs_to_a_natural_person(directory: Path) -> None:
    event = event_of(directory, TITLE)
    assert event.category == "E-04"
    assert event.subject.kind == subject_pb2.SUBJECT_KIND_NATURAL_PERSON
    assert event.document.number == "冀示资202600001"
    assert event.document.decided_on == "2026-02-01"
    assert event.effective_until == "2029-01-31"
    assert content_of(event) == {
        "title_or_qualification": "二级注册建造师",
        "level": "二级",
        "status": "有效",
    }


def test_a_registration_needs_no_document(directory: Path) -> None:
    event = event_of(directory, REGISTRATION)
    assert event.category == "E-01"
    assert event.effective_from == "2019-08-09"
    assert event.document.number == event.document.decided_on == ""
    assert content_of(event) == {
        "legal_rep_name": "示例某",
        "status": "存续",
        "registered_address": "沧州市示例路1号",
    }


def test_every_word_that_is_not_known_is_told_at_once(directory: Path) -> None:
    faults = faults_of(directory, MEASURE | {"主体类别": "公司", "承受身份": "专家", "终身": "不详"})
    assert [(fault.line, fault.column, fault.reason) for fault in faults] == [
        (2, "主体类别", ERROR_REASON_FIELD_INVALID),
        (2, "承受身份", ERROR_REASON_FIELD_INVALID),
        (2, "终身", ERROR_REASON_FIELD_INVALID),
    ]
    assert faults[2].message == "“不详”不是可用的写法，应为：是、否"


def test_a_number_that_slid_into_a_column_of_words_is_not_quoted(directory: Path) -> None:
    (fault,) = faults_of(directory, PENALTY_OF_PERSON | {"证件类型": PERSON})
    assert fault.column == "证件类型"
    assert PERSON not in fault.message


def test_a_fault_is_told_in_the_files_own_heading(directory: Path) -> None:
    (fault,) = faults_of(directory, {"CF_WSH": "1号", "CF_XDR_LB": "公司"})
    assert fault.column == "CF_XDR_LB"


@pytest.mark.parametrize(
    ("cells", "field", "heading"),
    [
        (PENALTY, "event.document.number", "行政处罚决定书文号"),
        (PENALTY, "event.subject.identifier.value", "行政相对人代码_1（统一社会信用代码）"),
        (PENALTY_OF_PERSON, "event.subject.identifier.value", "证件号码"),
        (PENALTY, "event.subject.kind", "行政相对人类别"),
        (PENALTY, "event.content[1].name", "违法行为类型"),
        (PENALTY, "event.content[99].name", ""),
        (PENALTY, "event.legal_basis", "处罚依据"),
        (LICENCE, "event.effective_until", "有效期至"),
        (ENTRY, "event.document.decided_on", "列入日期"),
        (ENTRY | {"名单代码": "L-90"}, "event.legal_basis", "列入依据"),
        (MEASURE, "event.measures[0].scope.region", "适用区域"),
        (PENALTY, "event.category", ""),
        (PENALTY, "signatures[0].keyid", ""),
    ],
)
def test_a_field_of_the_event_leads_back_to_its_column(
    directory: Path, cells: dict[str, str], field: str, heading: str
) -> None:
    table = table_of(directory, cells)
    row = only_row(table)
    event = event_of_row(table.headings, row)
    assert isinstance(event, Event)
    assert column_of_field(table.headings, row, event, field) == heading


def test_what_is_not_sent_is_named(directory: Path) -> None:
    table = table_of(directory, ENTRY | {"备注": "", "内部编号": "17"})
    assert unsent_headings(table.headings, only_row(table)) == ["名单名称", "内部编号"]
    table = table_of(directory, ENTRY | {"名单代码": "L-90"})
    assert unsent_headings(table.headings, only_row(table)) == ["名单名称", "移出条件", "救济途径"]
    table = table_of(directory, PENALTY)
    assert unsent_headings(table.headings, only_row(table)) == []
