"""What the growth curves are made of: records like real ones, and tables that fit a terminal."""

from datetime import timedelta

from bench.growth.files import FilesMeasured
from bench.growth.printed import Grown, chart, table
from bench.growth.records import CLEAR, REAL, drawn, firm_code, multiplied
from bench.growth.serving import ServingMeasured
from bench.population import firm
from bench.simulation import records
from registry.editions import current_edition

PATTERNS = [record for record in records(current_edition(), 200) if record.grounds][:REAL]


def test_codes_are_those_of_the_population_and_go_on_beyond_a_million() -> None:
    assert [firm_code(number) for number in (0, 7, 999_999)] == [firm(number) for number in (0, 7, 999_999)]
    assert len({firm_code(number) for number in (7, 10**6 + 7, 2 * 10**6 + 7, 10**7 - 1)}) == 4


def test_made_records_are_each_of_a_firm_of_its_own_with_its_own_texts_and_days() -> None:
    made = list(multiplied(PATTERNS, 3 * REAL))

    assert len({record.ref for record in made}) == 3 * REAL
    assert all(ground.subject == record.ref for record in made for ground in record.grounds)
    documents = [ground.document.number for record in made for ground in record.grounds[:1]]
    assert len(set(documents)) == len(documents)
    first, later = (next(r for r in made[at:] if r.grounds).grounds[0].period.first for at in (0, 2 * REAL))
    assert abs(later - first) < timedelta(days=800)


def test_questions_are_about_firms_that_were_made() -> None:
    made = {record.ref for record in multiplied(PATTERNS, 50)}

    assert set(drawn(50, 500)) <= made
    assert firm_code(REAL + CLEAR - 1) not in made


def test_tables_fit_a_terminal() -> None:
    files = FilesMeasured(9 * 10**6, 900.0, 347.0, 20.1, 512.0, 0.004, 6.1, 1.5e-6, 0.14e-6, 35e-6)
    found = [
        Grown(10**power, files, ServingMeasured(2.0, 300.0, 10**8, 5e-4, 2e-3, 4e-4))
        for power in (4, 5, 6, 7)
    ]

    assert max(map(len, [*table(found), *chart(found)])) <= 80
