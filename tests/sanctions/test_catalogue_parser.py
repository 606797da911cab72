"""Every fault of a catalogue is told, at once, with its file and line; the hash names the content."""

from contextlib import suppress
from pathlib import Path
from time import process_time

import pytest

import registry.sanctions
from registry.editions import files_of
from registry.sanctions.catalogue.located_yaml import CatalogueError, CatalogueFault
from registry.sanctions.catalogue.parser import content_hash, parse_edition
from tests.sanctions.catalogue_faults import (
    CASES,
    CUSTOMS,
    LISTS,
    PROCUREMENT,
    RULES,
    SEVERITY,
)

Files = dict[str, str]


@pytest.fixture(scope="module")
def files() -> Files:
    return files_of(Path(registry.sanctions.__path__[0]) / "editions" / "2026.2")


def faults_of(files: Files) -> tuple[CatalogueFault, ...]:
    with pytest.raises(CatalogueError) as caught:
        parse_edition(files)
    return caught.value.faults


def spoilt(files: Files, file: str, old: str, new: str, *, after: str = "") -> tuple[Files, int]:
    """The files with one text replaced (the first after another), and the line on which it stood."""
    text = files[file]
    at = text.index(old, text.index(after))
    return files | {file: text[:at] + new + text[at + len(old) :]}, text.count("\n", 0, at) + 1


@pytest.mark.parametrize(("file", "after", "old", "new", "message"), CASES)
def test_fault_is_told_with_file_and_line(
    files: Files, file: str, after: str, old: str, new: str, message: str
) -> None:
    faulty, line = spoilt(files, file, old, new, after=after)
    told = {fault.place.line for fault in faults_of(faulty) if message in fault.message}
    assert told == {line}, faults_of(faulty)


def test_reading_stops_at_two_hundred_faults_and_says_that_there_are_more(files: Files) -> None:
    faulty = files | {"x.yaml": "measures:\n" + "  - {a: 1}\n" * 1000}
    told = faults_of(faulty)
    assert len(told) == 201
    assert "reading stopped here: there are more than 200 faults" in told[-1].message
    assert list(told[:-1]) == sorted(told[:-1])


def test_fault_repeats_no_more_than_the_beginning_of_what_it_found(files: Files) -> None:
    faulty, _ = spoilt(files, PROCUREMENT, "effect: ban", f"effect: {'x' * 100_000}")
    row = "y" * 100_000
    told = faults_of(faulty | {"x.yaml": f"measures:\n  - {{code: {row}}}\n? [{row}]\n: 1\n"})
    assert len(told) > 10
    assert max(len(str(fault)) for fault in told) < 350


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: [" + "0," * 60_000 + "]", "reading stopped here: the files hold more than 60000 values"),
        ("---\n" * 60_000, "reading stopped here: the files hold more than 60000 values"),
        ("".join(f"%TAG !a{n}! x\n" for n in range(60_000)), "a directive (%): an edition uses none"),
        ("# Notes\n%YAML 1.1\n---\na: 1\n", "a directive (%): an edition uses none"),
        ("measures: [" + "0," * 1001 + "]", "measures: a list of more than 1000"),
    ],
)
def test_file_that_would_keep_the_reader_busy_is_not_read_to_its_end(
    files: Files, text: str, message: str
) -> None:
    before = process_time()
    told = faults_of(files | {"x.yaml": text})
    assert process_time() - before < 3
    assert any(fault.place.file == "x.yaml" and fault.message == message for fault in told)


def test_rows_of_one_kind_are_no_more_than_a_thousand_in_all_files(files: Files) -> None:
    row = files["severity.yaml"].partition("severity_rules:\n")[2].partition("\n  - ")[0] + "\n"
    more = {f"s{number}.yaml": "severity_rules:\n" + row * 600 for number in range(2)}
    assert any("severity_rules: more than 1000 rows" in fault.message for fault in faults_of(files | more))


@pytest.mark.parametrize("label", ["x" * 33, "a\\0b", "a\\nb", "a b", "目录", "-1", "../2026"])
def test_label_is_a_short_name_that_can_be_that_of_a_directory(files: Files, label: str) -> None:
    (fault,) = faults_of(files | {"edition.yaml": f'edition: "{label}"\n'})
    assert "the label is not 1 to 32 of A-Z a-z 0-9" in fault.message


def test_list_says_what_no_measure_says_any_more(files: Files) -> None:
    faulty, _ = spoilt(files, PROCUREMENT, "triggering_lists: [L-04]", "triggering_lists: [L-02]")
    told = {str(fault).partition(": ")[2] for fault in faults_of(faulty)}
    assert "L-04 triggers: M-PRO-06 does not follow L-04 by law" in told
    assert "M-PRO-06 triggering_lists: L-02 does not name M-PRO-06 among its triggers" in told


def test_list_and_measure_without_a_common_kind_of_subject_are_a_fault(files: Files) -> None:
    faulty, _ = spoilt(
        files, LISTS, "subject_kinds: [natural_person]", "subject_kinds: [enterprise]", after="L-14"
    )
    (fault,) = faults_of(faulty)
    assert "no kind of subject is both on L-14 and under the measure" in fault.message
    assert fault.place.file == "measures-general.yaml"


def test_missing_key_is_told_with_the_line_of_its_row(files: Files) -> None:
    _, row = spoilt(files, PROCUREMENT, "- code: M-PRO-02", "")
    faulty, _ = spoilt(files, PROCUREMENT, "    effect: ban\n", "", after="M-PRO-02")
    (fault,) = faults_of(faulty)
    assert str(fault) == f"{PROCUREMENT}:{row}: M-PRO-02 effect: is missing"


def test_every_fault_is_told_at_once_in_the_order_of_files_and_lines(files: Files) -> None:
    faulty, _ = spoilt(files, PROCUREMENT, "effect: ban", "effect: banish", after="M-PRO-03")
    faulty, _ = spoilt(faulty, PROCUREMENT, "query_effect: block", "query_effect: bloc", after="M-PRO-01")
    faulty, _ = spoilt(faulty, CUSTOMS, "    owner: 海关总署\n", "")
    told = faults_of(faulty)
    assert [fault.place.file for fault in told] == [CUSTOMS, PROCUREMENT, PROCUREMENT]
    assert list(told) == sorted(told)
    with pytest.raises(CatalogueError, match="bloc is none of") as caught:
        parse_edition(faulty)
    assert str(caught.value).splitlines() == [str(fault) for fault in told]


def test_two_rows_of_one_code_that_overlap_are_a_fault(files: Files) -> None:
    faulty, _ = spoilt(files, CUSTOMS, "effective_to: 2026-03-31", "effective_to: 2026-04-01")
    (fault,) = faults_of(faulty)
    assert "another row of M-EXI-06 is in force on 2026-04-01" in fault.message
    faulty, _ = spoilt(files, CUSTOMS, "effective_to: 2026-03-31", "effective_to: null")
    assert len(faults_of(faulty)) == 1


def test_two_severity_rules_for_the_same_on_the_same_day_are_a_fault(files: Files) -> None:
    faulty, _ = spoilt(files, SEVERITY, "departments: [drug, emergency]", "departments: []")
    (fault,) = faults_of(faulty)
    assert "another rule of this severity and these departments is in force" in fault.message
    faulty, _ = spoilt(files, SEVERITY, "severity: general", "severity: serious")
    assert len(faults_of(faulty)) == 1


@pytest.mark.parametrize("category", ["E-99", "E-03", "E-52"])
def test_anchor_on_a_category_that_no_event_can_be_of_is_a_fault(files: Files, category: str) -> None:
    faulty, _ = spoilt(files, PROCUREMENT, "category: E-02", f"category: {category}")
    (fault,) = faults_of(faulty)
    assert fault.message == f"M-PRO-04 anchors: no event can be of category {category}"


def test_anchors_without_a_window_are_a_fault(files: Files) -> None:
    faulty, _ = spoilt(files, PROCUREMENT, "    window_months: 36\n", "")
    (fault,) = faults_of(faulty)
    assert "window_months does not say how far back" in fault.message


def test_same_row_twice_is_a_fault(files: Files) -> None:
    (fault, *_) = faults_of(files | {"again.yaml": files[PROCUREMENT]})
    assert "another row of M-PRO-01 is in force" in str(fault)


def test_same_category_twice_is_a_fault(files: Files) -> None:
    (fault, *_) = faults_of(files | {"again.yaml": files["categories.yaml"]})
    assert "E-01 stands twice" in str(fault)


def test_file_that_is_not_yaml_is_told_beside_the_faults_of_the_others(files: Files) -> None:
    faulty, _ = spoilt(files, PROCUREMENT, "effect: ban", "effect: banish")
    told = faults_of(faulty | {"lists.yaml": "lists:\n  - code: [L-01\n  - x: {"})
    assert any(str(fault).startswith("lists.yaml:3: not YAML") for fault in told)
    assert any("banish" in fault.message for fault in told)


@pytest.mark.parametrize("text", ["", "- a\n- b\n", "just text"])
def test_file_without_sections_is_a_fault(files: Files, text: str) -> None:
    (fault,) = faults_of(files | {"empty.yaml": text})
    assert str(fault) == "empty.yaml:1: expected a mapping of sections"


def test_unknown_section_is_a_fault(files: Files) -> None:
    (fault,) = faults_of(files | {"zeal.yaml": "# a comment\npunishments: []\n"})
    assert str(fault) == "zeal.yaml:2: unknown key punishments"


@pytest.mark.parametrize(
    ("file", "message"),
    [("edition.yaml", "files say which edition this is"), (RULES, "files hold the rules (domains)")],
)
def test_edition_without_a_label_or_rules_or_with_two_is_a_fault(
    files: Files, file: str, message: str
) -> None:
    without = {name: text for name, text in files.items() if name != file}
    assert f"0 {message}" in str(faults_of(without)[0])
    assert f"2 {message}" in str(faults_of(files | {"too.yaml": files[file]})[0])
    assert any(f"0 {message}" in str(fault) for fault in faults_of({}))


@pytest.mark.parametrize(("file", "section"), [("calendar.yaml", "calendar"), (SEVERITY, "severity_rules")])
def test_edition_without_a_calendar_or_severity_rules_is_a_fault(
    files: Files, file: str, section: str
) -> None:
    (fault,) = faults_of({name: text for name, text in files.items() if name != file})
    assert fault.message == f"{section}: is missing from every file"


def test_sections_may_stand_in_any_file_and_the_label_beside_the_rules(files: Files) -> None:
    joined = {name: text for name, text in files.items() if name not in ("edition.yaml", "redlists.yaml")}
    joined[RULES] = files["edition.yaml"] + files[RULES] + files["redlists.yaml"]
    edition, other = parse_edition(files), parse_edition(joined)
    assert (other.label, other.measures, other.red_lists) == (
        edition.label,
        edition.measures,
        edition.red_lists,
    )
    assert other.hash != edition.hash


def test_parsing_twice_gives_the_same_hash_in_any_order_of_files(files: Files) -> None:
    assert (
        parse_edition(files).hash == parse_edition(dict(reversed(files.items()))).hash == content_hash(files)
    )


def test_one_byte_changes_the_hash(files: Files) -> None:
    changed = files | {LISTS: files[LISTS] + "\n"}
    assert parse_edition(changed).hash != parse_edition(files).hash


def test_line_moved_from_one_file_to_another_changes_the_hash() -> None:
    hashes = {
        content_hash({"a": "x", "b": "y"}),
        content_hash({"a": "xb", "": "y"}),
        content_hash({"a": "xy", "b": ""}),
        content_hash({"a": "", "b": "xy"}),
        content_hash({"ab": "xy"}),
    }
    assert len(hashes) == 5


def test_hash_is_over_lengths_names_and_contents() -> None:
    # printf '\0\0\0\0\0\0\0\1a\0\0\0\0\0\0\0\3\xe6\xb2\xa7' | sha256sum
    expected = "8aa869fde75071d3bc8b3595ef70c40c9d81b159b5b49182c034388e1019203c"
    assert content_hash({"a": "沧"}) == expected


@pytest.mark.parametrize(
    "value", ["null", "[]", "{}", "1", "true", "2020-01-01", "[[a]]", "{a: {b: c}}", "&a [*a]"]
)
def test_value_of_the_wrong_shape_is_at_most_a_fault_and_never_a_crash(files: Files, value: str) -> None:
    for name in (PROCUREMENT, LISTS, RULES):
        lines = files[name].split("\n")
        for number in range(5, len(lines), 97):
            key = lines[number].partition(":")[0]
            spoilt_lines = [*lines[:number], f"{key}: {value}", *lines[number + 1 :]]
            with suppress(CatalogueError):
                parse_edition(files | {name: "\n".join(spoilt_lines)})
