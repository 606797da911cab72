import pytest

from registry_client.dates import iso_day, iso_last_day


@pytest.mark.parametrize(
    "written",
    [
        "2026-04-01",
        "2026-4-1",
        "2026/04/01",
        "2026/4/1",
        "2026年4月1日",
        "2026年04月01日",
        "20260401",
        "２０２６年４月１日",
        " 2026 年 4 月 1 日 ",
        "2026.4.1",
        "2026．04．01",
        "2026年4月1号",
        "2026-04-01 08:00",
        "2026/4/1 8:00:00",
        "2026/4/1　０８：００",
        "2026-04-01T18:30:00.000",
        "20260401 12:00",
    ],
)
def test_every_usual_form_of_a_day_becomes_iso(written: str) -> None:
    assert iso_day(written) == "2026-04-01"


@pytest.mark.parametrize(
    "written",
    [
        "",
        "4/1/2026",
        "2026年4月",
        "46113",
        "26.4.1",
        "2026-04-01T16:00:00Z",
        "2026-04-01 08:00+08:00",
        "2026-4/1",
    ],
)
def test_any_other_form_is_passed_on_as_it_was_written(written: str) -> None:
    assert iso_day(written) == written


def test_only_the_form_is_read_and_the_registry_judges_the_day() -> None:
    assert iso_day("2026/2/30") == "2026-02-30"
    assert iso_day("2024/13/05") == "2024-13-05"


def test_a_long_term_ends_on_the_open_ended_date_of_the_exchange_tables() -> None:
    assert iso_last_day("长期") == "2099-12-31"
    assert iso_last_day("2027/3/20") == "2027-03-20"
    assert iso_day("长期") == "长期"
