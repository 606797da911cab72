"""Every fault of a catalogue is told, at once, with its file and line; the hash names the content."""

from contextlib import suppress
from pathlib import Path
from time import process_time

import pytest

import registry.sanctions
from registry.editions import files_of
from registry.sanctions.catalogue.located_yaml import CatalogueError, CatalogueFault
from registry.sanctions.catalogue.parser import content_hash, parse_edition

Files = dict[str, str]
PROCUREMENT = "measures-procurement.yaml"
BIDDING = "measures-bidding.yaml"
LISTS = "lists.yaml"
RULES = "rules.yaml"
SEVERITY = "severity.yaml"
CATEGORIES = "categories.yaml"
CUSTOMS = "customs.yaml"


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


CASES = [
    # of one field
    (PROCUREMENT, "M-PRO-01", "domain: procurement", "domian: procurement", "unknown key domian"),
    (PROCUREMENT, "M-PRO-01", "domain: procurement", "domain: finance", "finance is none of"),
    (PROCUREMENT, "M-PRO-01", "effect: ban", "effect: banish", "banish is none of"),
    (PROCUREMENT, "M-PRO-01", "origin: decision", "origin: rumour", "rumour is none of"),
    (PROCUREMENT, "M-PRO-01", "[enterprise", "[enterprize", "enterprize is none of"),
    (PROCUREMENT, "M-PRO-01", "[enterprise", "[enterprise, enterprise", "enterprise stands twice"),
    (PROCUREMENT, "M-PRO-01", "[finance]", "[finances]", "there is no finances"),
    (PROCUREMENT, "M-PRO-01", "[finance]", "[]", "nobody may state the measure"),
    (PROCUREMENT, "M-PRO-01", "national_class: NC01", "national_class: NC99", "there is no NC99"),
    (PROCUREMENT, "M-PRO-01", "national_class: NC01", "relief: nowhere", "there is no nowhere"),
    (PROCUREMENT, "M-PRO-01", "discretionary: false", "discretionary: 'false'", "expected true or false"),
    (PROCUREMENT, "M-PRO-01", "effective_from: 2003-01-01", "effective_from: 2003-13-01", "is not a date"),
    (PROCUREMENT, "M-PRO-01", "effective_from: 2003-01-01", "effective_from: '2003'", "expected a date"),
    (PROCUREMENT, "M-PRO-01", "{min: 12", "{min: -12", "expected a whole number, zero or more"),
    (PROCUREMENT, "M-PRO-01", "{min: 12, ", "{min: twelve, ", "expected a whole number"),
    (PROCUREMENT, "M-PRO-01", "lifetime: false}", "lifelong: false}", "unknown key lifelong"),
    (PROCUREMENT, "M-PRO-01", "start_anchor: decision_document", "start_anchor: dawn", "there is no dawn"),
    (PROCUREMENT, "measures:", "code: M-PRO-01", "code: PRO-1", "is not of the form M-PRO-01"),
    (PROCUREMENT, "M-PRO-01", "name_zh: 一", 'name_zh: " "\n    nameless: 一', "is blank"),
    (PROCUREMENT, "M-PRO-01", "name_en: B", "name_zh: B", "the key name_zh stands twice"),
    (BIDDING, "M-BID-06", "roles: [bidder", "roles: [bider", "bider is none of"),
    (LISTS, "L-01", "checked_by: [procurement", "checked_by: [procurements", "procurements is none of"),
    (LISTS, "L-01", "listing_departments: [court]", "listing_departments: []", "nobody may keep the list"),
    (RULES, "regions", '"130900": ', "130900: ", "is not a text; quote it"),
    (RULES, "regions", '"130900": ', '"139": ', "行政区划代码"),
    (RULES, "deadlines", "unit: working_days", "unit: moons", "moons is none of"),
    (SEVERITY, "minor", "min_months: 3", "min_months: 9", "is more than max_months 3"),
    (SEVERITY, "any", "severity: any", "severity: all", "all is none of any, minor"),
    (SEVERITY, "any", "[drug, emergency]", "[drugs, emergency]", "there is no drugs"),
    (SEVERITY, "any", "for_earlier: if_lenient", "for_earlier: always", "always is none of none, if_lenient"),
    (RULES, "zones", 'code: "130971"', 'code: "130902"', "130902 is a region"),
    (RULES, "zones", '["130924"', '["130999"', "there is no 130999"),
    (PROCUREMENT, "M-PRO-04", "penalty_kinds: [责令", "penalty_kinds: [勒令", "there is no 勒令停产停业"),
    (PROCUREMENT, "M-PRO-04", "penalty_kinds", "penalty_sorts", "unknown key penalty_sorts"),
    (PROCUREMENT, "M-PRO-04", "{penalty_kinds: [责令停产停业, 吊销许可证件]}", "{}", "asks for nothing"),
    (PROCUREMENT, "M-PRO-04", "financial_reg: 5", "finances: 5", "there is no such kind of department"),
    (PROCUREMENT, "M-PRO-04", "financial_reg: 5000000", "financial_reg: 5", "5 is not higher than 2000000"),
    (PROCUREMENT, "M-PRO-04", "case_kinds: [刑]", "case_kinds: [经]", "there is no 经"),
    (PROCUREMENT, "M-PRO-04", "conclusive: false", "conclusive: no idea", "expected true or false"),
    (BIDDING, "M-BID-01", "months: 36\n      basis", "month: 36\n      basis", "unknown key month"),
    (CATEGORIES, "E-01", "disclosure: always", "disclosure: sometimes", "sometimes is none of by_severity"),
    (CATEGORIES, "E-03-XK", "[double_publication", "[triple_publication", "there is no triple_publication"),
    (LISTS, "L-01", "max_age_days: 7", "max_age_days: week", "expected a whole number"),
    (RULES, "domains", "  - {code: business", "  - {code: busyness", "busyness is none of"),
    # of one row
    (
        PROCUREMENT,
        "M-PRO-01",
        'legal_basis: ["政府采购法 第七十七条", "政府采购法实施条例 第七十三条"]',
        "legal_basis: []",
        "there is none",
    ),
    (PROCUREMENT, "M-PRO-01", "term_months: {min: 12", "term_months: {min: 48", "min 48 is more than max 36"),
    (PROCUREMENT, "M-PRO-01", "effective_to: null", "effective_to: 2002-12-31", "is before effective_from"),
    (PROCUREMENT, "M-PRO-01", "market_ban: true", "market_ban: false", "does not agree with effect ban"),
    (PROCUREMENT, "M-PRO-01", "rights_reducing: true", "rights_reducing: false", "takes rights away"),
    ("measures-business.yaml", "M-BUS-21", "answer: review", "answer: blocks", "cannot block"),
    ("measures-supervision.yaml", "M-SUP-01", "answer: information", "answer: blocks", "watch cannot block"),
    ("measures-financing.yaml", "M-FIN-05", "answer: review", "answer: blocks", "a policy cannot block"),
    (
        "measures-financing.yaml",
        "M-FIN-05",
        "rights_reducing: false",
        "rights_reducing: true",
        "a policy takes no rights away",
    ),
    (
        "measures-exit-entry.yaml",
        "M-EXI-01",
        "executing_departments: [immigration]",
        "executing_departments: [customs]",
        "customs may not state the measure",
    ),
    (
        LISTS,
        "L-02",
        "term_months: {default: 36, min: 12",
        "term_months: {default: 9, min: 12",
        "not in order",
    ),
    (
        PROCUREMENT,
        "M-PRO-01",
        "    start_anchor: decision_document\n",
        "    window_months: 36\n    start_anchor: decision_document\n",
        "there are no anchors",
    ),
    (
        PROCUREMENT,
        "M-PRO-01",
        "    start_anchor: decision_document\n",
        "    anchors: [{category: E-02, when: {case_kinds: [刑]}}]\n    start_anchor: decision_document\n",
        "decision does not arise from a recorded event",
    ),
    (
        PROCUREMENT,
        "M-PRO-01",
        "    query_effect: block\n",
        "    for_earlier: if_lenient\n    query_effect: block\n",
        "no earlier row of M-PRO-01",
    ),
    (CATEGORIES, "E-52", "disclosure: never", "disclosure: always", "is not shown to the public"),
    (CATEGORIES, "E-03-CF", "disclosure: by_severity", "disclosure: always", "always does not ask for"),
    # between rows
    (LISTS, "L-05", "[安全生产严重失信主体]", "[失信被执行人]", "失信被执行人 is a name of L-01"),
    (LISTS, "L-90", "[企业经营异常名录]", "[失信 被执行人]", "失信 被执行人 is a name of L-01"),
    (LISTS, "L-01", "category: E-06", "category: E-66", "there is no category E-66"),
    (LISTS, "L-01", "category: E-06", "category: E-03-CF", "E-03-CF is no category of lists"),
    (
        PROCUREMENT,
        "M-PRO-05",
        "triggering_lists: [L-01, L-02, L-03]",
        "triggering_lists: [L-01, L-02, L-88]",
        "there is no list L-88",
    ),
    (
        PROCUREMENT,
        "M-PRO-06",
        "triggering_lists: [L-04]",
        "triggering_lists: [L-04, L-08]",
        "L-08 does not name M-PRO-06",
    ),
    (
        "measures-exit-entry.yaml",
        "M-EXI-03",
        "imposing_departments",
        "triggering_lists: [L-14]\n    imposing_departments",
        "decision does not follow a list entry",
    ),
    (LISTS, "code: L-17", "triggers: []", "triggers: [M-BID-01]", "M-BID-01 does not follow L-17 by law"),
    (LISTS, "code: L-17", "triggers: []", "triggers: [M-BID-99]", "there is no measure M-BID-99"),
    (
        LISTS,
        "code: L-17",
        "related_measures: [M-BID-01",
        "related_measures: [M-BID-77",
        "there is no measure",
    ),
    (RULES, "domains", "required_lists: [L-01, L-02", "required_lists: [L-01, L-77", "there is no list L-77"),
    (
        RULES,
        "domains",
        "required_lists: [L-01, L-02",
        "required_lists: [L-01, L-06",
        "L-06 does not say it is checked by procurement",
    ),
    (RULES, "domains", "required_measures: [M-EXI-01", "required_measures: [M-EXI-99", "no measure M-EXI-99"),
    (
        RULES,
        "domains",
        "required_measures: [M-EXI-01",
        "required_measures: [M-BID-01",
        "M-BID-01 does not act in exit_entry",
    ),
    (
        RULES,
        "domains",
        'legal_basis: ["私募',
        'required_measures: [M-FIN-09]\n    legal_basis: ["私募',
        "no department decides M-FIN-09",
    ),
    ("categories.yaml", "E-03", "subtypes: [E-03-XK", "subtypes: [E-03-XX", "there is no category E-03-XX"),
    # of numbers and dates that no law states
    (PROCUREMENT, "M-PRO-01", "max: 36", "max: 1201", "term_months max: expected at most 1200, found 1201"),
    (PROCUREMENT, "M-PRO-01", "{min: 12", "{min: 1201", "term_months min: expected at most 1200"),
    (PROCUREMENT, "M-PRO-01", "max: 36", f"max: {'9' * 5000}", "expected at most 1200, found 999"),
    (PROCUREMENT, "M-PRO-01", "max: 36", "max: 036", "expected a whole number, zero or more, found 036"),
    (PROCUREMENT, "M-PRO-04", "window_months: 36", "window_months: 1201", "expected at most 1200"),
    (PROCUREMENT, "M-PRO-04", "yuan: 2000000", "yuan: -2", "expected a whole number, zero or more, found -2"),
    (PROCUREMENT, "M-PRO-04", "financial_reg: 5000000", "financial_reg: 1000000000000001", "at most 10000"),
    (BIDDING, "M-BID-01", "months: 36\n      basis", "months: 1201\n      basis", "expected at most 1200"),
    (LISTS, "L-01", "max_age_days: 7", "max_age_days: 3661", "expected at most 3660, found 3661"),
    (LISTS, "L-02", "term_months: {default: 36", "term_months: {default: 1201", "default: expected at most"),
    (
        LISTS,
        "L-04",
        "after_months: 6",
        "after_months: 1201",
        "early_removal after_months: expected at most 1200",
    ),
    ("redlists.yaml", "R-03", "publicity_days: 5", "publicity_days: 366", "expected at most 365, found 366"),
    (CATEGORIES, "E-02", "retention_years: 15", "retention_years: 201", "expected at most 200, found 201"),
    (SEVERITY, "general", "max_months: 12", "max_months: 1201", "general max_months: expected at most 1200"),
    (RULES, "deadlines", "amount: 7, unit: working_days", "amount: 3661, unit: working_days", "at most 3660"),
    (PROCUREMENT, "M-PRO-01", "effective_from: 2003", "effective_from: 0001", "is not between 1900 and 2199"),
    (PROCUREMENT, "M-PRO-01", "effective_to: null", "effective_to: 9999-12-31", "not between 1900 and 2199"),
]


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
