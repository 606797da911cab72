"""What a department may record of a subject: its own categories, on a legally effective document."""

import pytest

from registry.v1 import statement_pb2 as pb
from registry.v1.subject_pb2 import Subject
from tests.support.events import (
    document,
    event,
    firm,
    licence,
    new_person,
    office,
    penalty,
    placed,
    refusal,
    registration,
)
from tests.support.spine import Spine

INVISIBLE = ["", " ", "\u3000", "\u200b", "\ufeff", "\x00", "\t\n"]


def said(spine: Spine, stated: pb.Event, key: str = "财政") -> set[tuple[str, str]]:
    """Why an event is refused."""
    return refusal(spine.say(key, event=stated))


@pytest.fixture
def subject() -> Subject:
    return firm(1)


# --- categories (国办发〔2020〕49号: 不得将信用目录以外的信息纳入信用记录) -------------------------


def test_category_that_is_not_in_the_catalogue_is_refused(spine: Spine, subject: Subject) -> None:
    for category in ("", "E-99", "e-03-cf", "E-03-CF ", "行政处罚"):
        stated = event("财政", subject, category, "2026-03-01")
        assert said(spine, stated) == {("CATEGORY_NOT_IN_CATALOGUE", "event.category")}, category


def test_heading_of_categories_is_refused_so_that_no_penalty_hides_under_it(
    spine: Spine, subject: Subject
) -> None:
    placed(spine.say("信用办", department_registration=registration("财政", categories=["E-03"])))
    stated = pb.Event(subject=subject, category="E-03")
    assert ("CATEGORY_NOT_IN_CATALOGUE", "event.category") in said(spine, stated)


def test_category_outside_the_mandate_is_refused(spine: Spine, subject: Subject) -> None:
    stated = event("财政", subject, "E-03-XK", "2026-03-01")
    assert said(spine, stated) == {("CATEGORY_OUTSIDE_MANDATE", "event.category")}


def test_what_is_not_credit_information_is_not_recorded_whatever_the_mandate(
    spine: Spine, subject: Subject
) -> None:
    placed(spine.say("信用办", department_registration=registration("财政", categories=["E-52"])))
    stated = event("财政", subject, "E-52", "2026-03-01")
    assert said(spine, stated) == {("NOT_CREDIT_INFORMATION", "event.category")}


# --- the document (认定失信必须以生效法律文书为依据) ----------------------------------------------


@pytest.mark.parametrize("number", INVISIBLE)
def test_penalty_without_a_document_number_is_refused(spine: Spine, subject: Subject, number: str) -> None:
    stated = penalty("财政", subject)
    stated.document.number = number
    assert said(spine, stated) == {("DOCUMENT_REQUIRED", "event.document.number")}


@pytest.mark.parametrize("authority", INVISIBLE)
def test_penalty_without_an_authority_is_refused(spine: Spine, subject: Subject, authority: str) -> None:
    stated = penalty("财政", subject)
    stated.document.authority = authority
    assert said(spine, stated) == {("DOCUMENT_REQUIRED", "event.document.authority")}


def test_penalty_without_a_decision_date_is_refused(spine: Spine, subject: Subject) -> None:
    stated = penalty("财政", subject)
    stated.document.decided_on = ""
    assert said(spine, stated) == {("DOCUMENT_REQUIRED", "event.document.decided_on")}


def test_penalty_without_any_document_is_told_of_all_that_it_lacks(spine: Spine, subject: Subject) -> None:
    stated = penalty("财政", subject)
    stated.ClearField("document")
    assert said(spine, stated) == {
        ("DOCUMENT_REQUIRED", "event.document.number"),
        ("DOCUMENT_REQUIRED", "event.document.authority"),
        ("DOCUMENT_REQUIRED", "event.document.decided_on"),
        ("CODE_LENGTH", "event.document.authority_code"),
        ("AUTHORITY_OUTSIDE_MANDATE", "event.document.authority_code"),
    }


def test_document_of_the_day_of_receipt_is_admitted_and_of_the_next_day_is_not(
    spine: Spine, subject: Subject
) -> None:
    placed(spine.say("财政", event=penalty("财政", subject, "2026-11-23")))
    tomorrow = penalty("财政", subject, "2026-11-24")
    assert said(spine, tomorrow) == {("DATE_IN_FUTURE", "event.document.decided_on")}


@pytest.mark.parametrize(
    "day", ["2026-02-29", "2026-2-3", "20260301", "2026/03/01", "0001-01-01", "9999-12-31", "长期", " "]
)
def test_day_that_the_calendar_or_a_document_cannot_have_is_refused(
    spine: Spine, subject: Subject, day: str
) -> None:
    stated = penalty("财政", subject)
    stated.document.decided_on = day
    assert said(spine, stated) == {("DATE_INVALID", "event.document.decided_on")}


def test_code_of_the_authority_is_checked_like_any_other(spine: Spine, subject: Subject) -> None:
    stated = penalty("财政", subject)
    stated.document.authority_code = office("财政").code[:-1] + "9"
    assert said(spine, stated) == {
        ("CODE_CHECK_DIGIT", "event.document.authority_code"),
        ("AUTHORITY_OUTSIDE_MANDATE", "event.document.authority_code"),
    }


def test_department_does_not_state_what_another_authority_decided(spine: Spine, subject: Subject) -> None:
    stated = penalty("财政", subject)
    stated.document.CopyFrom(document("税务", "2026-03-01"))
    assert said(spine, stated) == {("AUTHORITY_OUTSIDE_MANDATE", "event.document.authority_code")}


def test_city_bureau_relays_the_decisions_of_the_county_bureaus_it_is_registered_for(
    spine: Spine, subject: Subject
) -> None:
    stated = penalty("市场监管", subject)
    stated.document.authority_code = "11130982DEM001033C"
    placed(spine.say("市场监管", event=stated))
    stated.document.authority_code = "11130921DEM00105XK"
    refused = said(spine, stated, "市场监管")
    assert refused == {("AUTHORITY_OUTSIDE_MANDATE", "event.document.authority_code")}


@pytest.mark.parametrize("articles", [[], [""], [" ", "\u200b"]])
def test_penalty_without_an_article_of_law_is_refused(
    spine: Spine, subject: Subject, articles: list[str]
) -> None:
    stated = penalty("财政", subject, legal_basis=articles)
    assert said(spine, stated) == {("LEGAL_BASIS_REQUIRED", "event.legal_basis")}


def test_licence_needs_neither_document_nor_article(spine: Spine, subject: Subject) -> None:
    stated = licence("市场监管", subject)
    stated.ClearField("document")
    placed(spine.say("市场监管", event=stated))


def test_measure_makes_any_event_one_that_needs_a_document(spine: Spine, subject: Subject) -> None:
    stated = licence("住建", subject)
    stated.ClearField("document")
    stated.measures.add(measure_code="M-BID-01")
    refused = said(spine, stated, "住建")
    assert ("DOCUMENT_REQUIRED", "event.document.number") in refused
    assert ("LEGAL_BASIS_REQUIRED", "event.legal_basis") in refused


# --- region, dates, severity, content -------------------------------------------------------------


def test_event_belongs_to_a_place_inside_the_mandate(spine: Spine, subject: Subject) -> None:
    for inside in ("", "130900", "130902"):
        placed(spine.say("财政", event=penalty("财政", subject, region=inside)))
    for outside in ("130000", "130100", "110000"):
        stated = penalty("财政", subject, region=outside)
        assert said(spine, stated) == {("REGION_OUTSIDE_MANDATE", "event.region")}, outside


@pytest.mark.parametrize("region", ["13", "1309", "沧州", "000000", "100000", "130002", "１３０９００"])
def test_region_that_is_no_region_is_refused(spine: Spine, subject: Subject, region: str) -> None:
    assert said(spine, penalty("财政", subject, region=region)) == {("FIELD_INVALID", "event.region")}


def test_penalty_does_not_take_effect_before_it_was_decided(spine: Spine, subject: Subject) -> None:
    stated = penalty("财政", subject, effective_from="2026-02-28")
    assert said(spine, stated) == {("DATES_OUT_OF_ORDER", "event.effective_from")}
    stated = penalty("财政", subject, effective_until="2026-02-28")
    assert said(spine, stated) == {("DATES_OUT_OF_ORDER", "event.effective_until")}


def test_event_does_not_end_before_it_begins(spine: Spine, subject: Subject) -> None:
    stated = penalty("财政", subject, effective_from="2026-03-05", effective_until="2026-03-04")
    assert said(spine, stated) == {("DATES_OUT_OF_ORDER", "event.effective_until")}


def test_licence_may_begin_before_its_renewal_was_decided(spine: Spine, subject: Subject) -> None:
    stated = licence("市场监管", subject)
    stated.effective_from = "2020-01-01"
    placed(spine.say("市场监管", event=stated))


def test_dates_of_an_event_are_days_of_the_calendar(spine: Spine, subject: Subject) -> None:
    stated = penalty("财政", subject, effective_from="2026-13-01", effective_until="永久")
    assert said(spine, stated) == {
        ("DATE_INVALID", "event.effective_from"),
        ("DATE_INVALID", "event.effective_until"),
    }


def test_severity_that_this_release_does_not_know_is_refused(spine: Spine, subject: Subject) -> None:
    placed(spine.say("财政", event=penalty("财政", subject, severity=pb.SEVERITY_SERIOUS)))
    assert said(spine, penalty("财政", subject, severity=99)) == {("FIELD_INVALID", "event.severity")}


def test_content_field_that_the_category_does_not_have_is_refused(spine: Spine, subject: Subject) -> None:
    stated = penalty("财政", subject, content=[pb.Field(name="wsh"), pb.Field(name="血型", value="A")])
    assert said(spine, stated) == {("CONTENT_FIELD_UNKNOWN", "event.content[1].name")}


def test_content_field_stands_once(spine: Spine, subject: Subject) -> None:
    stated = penalty("财政", subject, content=[pb.Field(name="nr"), pb.Field(name="nr")])
    assert said(spine, stated) == {("FIELD_INVALID", "event.content")}


def test_content_field_has_at_most_four_thousand_characters(spine: Spine, subject: Subject) -> None:
    stated = penalty("财政", subject, content=[pb.Field(name="nr", value="罚" * 4000)])
    placed(spine.say("财政", event=stated))
    stated.content[0].value += "罚"
    assert said(spine, stated) == {("TOO_LARGE", "event.content")}


def test_evidence_is_named_by_its_sha_256(spine: Spine, subject: Subject) -> None:
    placed(spine.say("财政", event=penalty("财政", subject, evidence=[pb.Evidence(sha256=bytes(32))])))
    stated = penalty("财政", subject, evidence=[pb.Evidence(sha256=bytes(31))])
    assert said(spine, stated) == {("FIELD_INVALID", "event.evidence[0].sha256")}


def test_more_than_sixty_four_pieces_of_evidence_are_refused(spine: Spine, subject: Subject) -> None:
    placed(spine.say("财政", event=penalty("财政", subject, evidence=[pb.Evidence(sha256=bytes(32))] * 64)))
    stated = penalty("财政", subject, evidence=[pb.Evidence(sha256=bytes(32))] * 65)
    assert said(spine, stated) == {("TOO_LARGE", "event")}


def test_personal_number_that_slid_into_another_column_is_not_repeated(
    spine: Spine, subject: Subject
) -> None:
    number = new_person().identifier.value
    stated = pb.Event(
        subject=subject,
        category=number,
        document=pb.Document(number=number, authority=number, authority_code=number, decided_on=number),
        region=number,
        effective_from=number,
        effective_until=number,
        list_code=number,
        content=[pb.Field(name=number)],
    )
    # ``refusal`` looks for the number in every message. Where it would rest in clear, nothing else is told.
    assert ("FIELD_INVALID", "event.document.authority") in said(spine, stated)
    stated.document.authority = "示例市财政局"
    refused = said(spine, stated)
    assert ("CATEGORY_NOT_IN_CATALOGUE", "event.category") in refused
    stated.category = "E-03-CF"
    stated.document.decided_on = "2026-03-01"
    stated.measures.add(measure_code=number, until=number)
    stated.measures.add(measure_code="M-PRO-01", until=number)
    stated.measures[1].scope.region = stated.measures[1].scope.activity = number
    assert ("MEASURE_NOT_IN_EDITION", "event.measures[0].measure_code") in said(spine, stated)
    stated.category = "E-06"
    stated.effective_from = "2026-03-01"
    assert ("LIST_NOT_IN_EDITION", "event.list_code") in said(spine, stated)


def test_market_ban_that_bans_from_nothing_is_refused(spine: Spine, subject: Subject) -> None:
    stated = event("财政", subject, "E-51", "2026-03-01")
    assert said(spine, stated) == {("FIELD_REQUIRED", "event.measures")}


@pytest.mark.parametrize("name", ["", " ", "\u3164", "\u2800\u2800", "\u115f\ufe0f", "\u200b\u3164"])
def test_name_that_shows_nothing_is_no_name(spine: Spine, subject: Subject, name: str) -> None:
    for nameless in (penalty("财政", subject), penalty("财政", new_person())):
        nameless.subject.name = name
        assert said(spine, nameless) == {("FIELD_REQUIRED", "event.subject.name")}


@pytest.mark.parametrize("field", ["number", "authority"])
def test_number_and_authority_of_a_document_have_a_longest_length(
    spine: Spine, subject: Subject, field: str
) -> None:
    """Of a licence too, which needs no document: it is read like any other."""
    for key, stated in (("财政", penalty("财政", subject)), ("市场监管", licence("市场监管", subject))):
        setattr(stated.document, field, "字" * 200)
        placed(spine.say(key, event=stated))
        setattr(stated.document, field, "字" * 201)
        assert said(spine, stated, key) == {("TOO_LARGE", f"event.document.{field}")}


def test_long_number_is_refused_before_anything_is_looked_for_in_it(spine: Spine, subject: Subject) -> None:
    stated = penalty("财政", subject)
    stated.document.number = "〔2026〕冀刑" * 1200 + "字第1" * 1500 + new_person().identifier.value
    assert said(spine, stated) == {("TOO_LARGE", "event.document.number")}


def test_blank_article_among_good_ones_is_refused(spine: Spine) -> None:
    event = penalty("财政", firm(1), legal_basis=["政府采购法 第七十七条", " "])
    assert refusal(spine.say("财政", event=event)) == {("LEGAL_BASIS_REQUIRED", "event.legal_basis")}


def test_names_and_articles_have_a_longest_length(spine: Spine) -> None:
    event = penalty("财政", firm(1), legal_basis=["法" * 501])
    event.subject.name = "示" * 501
    assert refusal(spine.say("财政", event=event)) == {
        ("TOO_LARGE", "event.legal_basis"),
        ("TOO_LARGE", "event.subject.name"),
    }


def test_document_number_with_a_resident_number_in_it_is_refused(spine: Spine) -> None:
    event = penalty("财政", firm(1))
    event.document.number = f"罚{new_person().identifier.value}号"
    assert refusal(spine.say("财政", event=event)) == {("FIELD_INVALID", "event.document.number")}


def test_name_of_signs_that_stand_for_many_characters_each_is_too_long(spine: Spine) -> None:
    """As it is compared it would be longer than an index of a database holds."""
    event = penalty("财政", firm(1))
    event.subject.name = "㌖" * 150
    assert refusal(spine.say("财政", event=event)) == {("TOO_LARGE", "event.subject.name")}
    event.subject.name = "㌖" * 20
    placed(spine.say("财政", event=event))
