"""The draw: exact, as the description says, fair, and by its weights. Seeds are fixed: a test that passes
passes always."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from hashlib import sha256
from itertools import chain, permutations

import pytest

from registry.provenance.draw.drawing import Terms, drawn_by, drawn_objects, unstaffed
from registry.provenance.draw.lists import read_recusals, read_result, recusal_lines, result_lines
from registry.provenance.draw.randoms import Randoms
from registry.provenance.draw.rosters import TreeRoot, read_inspectors, read_objects, written
from registry.provenance.draw.rows import (
    INSPECTORS,
    OBJECTS,
    DrawError,
    cells_of,
    inspector_faults,
    line_of,
    object_faults,
)
from registry.provenance.draw.seed import Beacon, Seeding, beacon_position, seed_of
from registry.provenance.leaf import LeafType
from registry.provenance.merkle import EMPTY_ROOT, leaf_hash, root_of

ROUNDS = 20_000


def seeds(count: int, name: str) -> list[bytes]:
    return [sha256(f"{name} {number}".encode()).digest() for number in range(count)]


# --- random numbers


def test_random_numbers_are_those_of_the_description() -> None:
    randoms = Randoms(bytes(32))
    block = sha256(bytes(32) + bytes(8)).digest()
    first = [int.from_bytes(block[at : at + 8], "big") % 6 for at in range(0, 32, 8)]
    assert [randoms.below(6) for _ in range(6)] == [*first, 2, 1] == [0, 3, 3, 5, 2, 1]


def test_a_number_that_would_make_some_likelier_is_passed_over() -> None:
    """Below 3·2^62 a quarter of all numbers is refused."""
    bound = 3 << 62
    numbers = [
        int.from_bytes(sha256(bytes(32) + block.to_bytes(8, "big")).digest()[at : at + 8], "big")
        for block in range(20)
        for at in range(0, 32, 8)
    ]
    accepted = [number for number in numbers if number < bound]
    assert len(accepted) < len(numbers)
    randoms = Randoms(bytes(32))
    assert [randoms.below(bound) for _ in accepted] == accepted


@pytest.mark.parametrize("bound", [0, -1, 2**64 + 1])
def test_there_is_no_number_below_nothing(bound: int) -> None:
    with pytest.raises(ValueError, match="below"):
        Randoms(bytes(32)).below(bound)


def chi_square(counts: list[int]) -> float:
    expected = sum(counts) / len(counts)
    return sum((count - expected) ** 2 / expected for count in counts)


def test_numbers_are_spread_evenly() -> None:
    randoms = Randoms(sha256(b"even").digest())
    counts = Counter(randoms.below(10) for _ in range(ROUNDS))
    assert chi_square([counts[number] for number in range(10)]) < 21.67  # 1 % at 9 degrees of freedom


# --- fairness of the draw

TEN = [f"X-{number}" for number in range(10)]


def test_without_weights_everybody_is_drawn_equally_often() -> None:
    """3 of 10, 20,000 times: who is drawn, and who is drawn first."""
    drawn = [drawn_objects(seed, {"": TEN}, Terms(3, 2)) for seed in seeds(ROUNDS, "fair")]
    assert all(len(set(each)) == 3 for each in drawn)
    firsts = Counter(each[0] for each in drawn)
    assert chi_square([firsts[each] for each in TEN]) < 21.67
    included = Counter(name for each in drawn for name in each)
    assert chi_square([included[each] for each in TEN]) < 21.67


def test_every_set_of_objects_is_equally_likely() -> None:
    """Not only each by itself: 3 of 5 in every order, 60 outcomes, chi-square at 59 degrees, 1 %."""
    five = TEN[:5]
    drawn = Counter(tuple(drawn_objects(seed, {"": five}, Terms(3, 2))) for seed in seeds(ROUNDS, "sets"))
    assert chi_square([drawn[each] for each in permutations(five, 3)]) < 87.17


WEIGHTED = {"A": ["A-1", "A-2", "A-3"], "B": ["B-1", "B-2"], "D": ["D-1"]}
WEIGHTS = {"B": 2, "D": 8}


def inclusion() -> dict[str, Fraction]:
    """How often each is among two that are drawn one after the other, worked out by enumeration."""
    weight = {name: WEIGHTS.get(grade, 1) for grade, names in WEIGHTED.items() for name in names}
    total, found = sum(weight.values()), dict.fromkeys(weight, Fraction())
    for first, second in permutations(weight, 2):
        chance = Fraction(weight[first], total) * Fraction(weight[second], total - weight[first])
        found[first] += chance
        found[second] += chance
    return found


def test_weights_hold_exactly_as_enumerated() -> None:
    """Within four standard deviations of the exact chance, each of six objects, 20,000 draws of two."""
    expected = inclusion()
    assert sum(expected.values()) == 2
    drawn = Counter(
        name
        for seed in seeds(ROUNDS, "weights")
        for name in drawn_objects(seed, WEIGHTED, Terms(2, 2, WEIGHTS))
    )
    for name, chance in expected.items():
        deviation = float(ROUNDS * chance * (1 - chance)) ** 0.5
        assert abs(drawn[name] - ROUNDS * chance) < 4 * deviation, name
    assert drawn["D-1"] > drawn["B-1"] > drawn["A-1"]


def test_inspectors_are_drawn_equally_often_and_in_every_pair() -> None:
    staff = tuple(f"K-{number}" for number in range(5))
    found: Counter[tuple[str, ...]] = Counter()
    for seed in seeds(ROUNDS // 4, "staff"):
        drawn = drawn_by(seed, objects={"": TEN}, inspectors=staff, recusals={}, terms=Terms(4, 2))
        found.update(inspectors for _, inspectors in drawn.assignments)
    assert chi_square([found[pair] for pair in permutations(staff, 2)]) < 36.19  # 19 degrees, 1 %


# --- what is drawn


def test_fewer_objects_than_wanted_are_all_drawn_once() -> None:
    assert sorted(drawn_objects(bytes(32), WEIGHTED, Terms(50, 2))) == sorted(
        name for names in WEIGHTED.values() for name in names
    )


def test_no_object_at_all_is_a_failure_that_says_so() -> None:
    drawn = drawn_by(bytes(32), objects={}, inspectors=("a", "b"), recusals={}, terms=Terms(1, 2))
    assert not drawn.assignments
    assert "没有适用" in drawn.failure


def test_a_recusal_changes_the_inspectors_of_that_object_alone() -> None:
    staff = tuple(f"K-{number}" for number in range(6))
    terms = Terms(10, 2)
    before = drawn_by(bytes(32), objects={"": TEN}, inspectors=staff, recusals={}, terms=terms).assignments
    whom, (gone, _) = before[3]
    recused = {whom: frozenset({gone})}
    after = drawn_by(
        bytes(32), objects={"": TEN}, inspectors=staff, recusals=recused, terms=terms
    ).assignments
    assert gone not in after[3][1]
    assert [each for at, each in enumerate(after) if at != 3] == [
        each for at, each in enumerate(before) if at != 3
    ]


def test_too_few_inspectors_after_recusal_fail_the_draw_and_are_found_beforehand() -> None:
    recused = {each: frozenset({"a", "b"}) for each in TEN}
    terms = Terms(2, 2)
    drawn = drawn_by(bytes(32), objects={"": TEN}, inspectors=("a", "b", "c"), recusals=recused, terms=terms)
    assert not drawn.assignments
    assert "只有1人" in drawn.failure
    assert len(unstaffed(("a", "b", "c"), recused, terms, TEN)) == 10
    assert unstaffed(("a", "b", "c"), {}, terms, TEN) == []
    assert "只有1人" in unstaffed(("a",), {}, terms, TEN)[0]
    assert unstaffed(("a", "b", "c"), {"not on it": frozenset({"a", "b"})}, terms, TEN) == []


# --- seed and beacon

FIXED = Seeding("credit.example/draws", b"\x01" * 32, b"\x02" * 32, b"\x03" * 32)


def test_everything_that_was_fixed_is_in_the_seed() -> None:
    beacon = Beacon(7, 7, b"\x04" * 32)
    found = {
        seed_of(FIXED, beacon),
        seed_of(FIXED, Beacon(8, 8, beacon.value)),
        seed_of(FIXED, Beacon(7, 7, bytes(32))),
    }
    for name, value in {"origin": "other", "order": bytes(32), "objects": bytes(32), "inspectors": bytes(32),
                        "recusals": bytes(32)}.items():  # fmt: skip
        fields = {
            each: getattr(FIXED, each) for each in ("origin", "order", "objects", "inspectors", "recusals")
        }
        found.add(seed_of(Seeding(**{**fields, name: value}), beacon))
    assert len(found) == 8
    with pytest.raises(ValueError, match="32 bytes"):
        seed_of(FIXED, Beacon(7, 7, b"short"))


TYPES = [
    (11, LeafType.EVENT), (12, LeafType.ALERT), (13, LeafType.MAP_STATE), (14, LeafType.TIME_ANCHOR),
    (15, LeafType.MAP_STATE), (16, LeafType.TIME_ANCHOR),
]  # fmt: skip


def test_the_beacon_is_the_first_leaf_that_counts() -> None:
    stamps = {14: 9, 16: 15}
    plain = beacon_position(TYPES, 10, anchored=False, stamped=lambda _: 0)
    anchored = beacon_position(TYPES, 10, anchored=True, stamped=lambda at: stamps[at])
    assert (plain, anchored) == (13, 16)  # What 14 stamps does not hold the order.
    assert beacon_position(TYPES[:2], 10, anchored=False, stamped=lambda _: 0) is None


# --- rows and rosters


def firm_row(name: str = "示例(示例)有限公司") -> list[str]:
    return ["91350100M000100Y43", "firm", name, "A", "130902", "C14", "SP-1;SP-2"]


@pytest.mark.parametrize("name", ["plain", "a,b", 'a"b', '"', ',"",', "示例，公司"])
def test_a_row_has_one_line_and_comes_back_from_it(name: str) -> None:
    assert cells_of(line_of(firm_row(name))) == firm_row(name)


@pytest.mark.parametrize("line", [b'"a"', b'a"b', b'"a', b'"a"b,c', b"\xff", b'"a""'])
def test_another_spelling_of_a_row_is_refused(line: bytes) -> None:
    with pytest.raises(DrawError):
        cells_of(line)


def test_a_line_end_within_a_cell_is_refused() -> None:
    with pytest.raises(DrawError, match="换行"):
        line_of(["a\nb"])


def test_the_root_is_that_of_the_log_s_own_tree() -> None:
    for count in (0, 1, 2, 3, 7, 4096, 4097, 9001):
        lines = [b"row %d" % number for number in range(count)]
        tree = TreeRoot()
        for line in lines:
            tree.add(line)
        expected = root_of([leaf_hash(line) for line in lines]) if lines else EMPTY_ROOT
        assert (tree.root(), tree.rows) == (expected, count)


PROJECTS = [[f"P-{number}", "project", "示例工程", "AB"[number % 2], "", "", matter]
            for number, matter in enumerate(["", "SP-1", "SP-2", "SP-1;SP-2"])]  # fmt: skip


def test_only_objects_that_the_matter_concerns_are_drawn_from_and_all_are_rows() -> None:
    found = read_objects(written(OBJECTS, PROJECTS), "SP-1")
    assert found.by_grade == {"A": ["P-0"], "B": ["P-1", "P-3"]}
    assert found.committed.rows == 4
    staff = [["K-1", "s", "c1", ""], ["K-2", "s", "c2", "SP-2"], ["K-3", "s", "c3", "SP-1"]]
    assert read_inspectors(written(INSPECTORS, staff), "SP-1").ids == ("K-1", "K-3")


def test_an_id_that_comes_twice_is_refused() -> None:
    with pytest.raises(DrawError, match="重复"):
        list(written(OBJECTS, [PROJECTS[0], PROJECTS[0]]))
    lines = list(written(OBJECTS, PROJECTS[:2]))
    with pytest.raises(DrawError, match="第3行"):
        read_objects([lines[0], lines[1], lines[1]], "")


@pytest.mark.parametrize("lines", [[], [b"id\n"], [b"id,kind,name,grade,region,industry,matters\r\n"]])
def test_a_file_without_its_headings_is_refused(lines: list[bytes]) -> None:
    with pytest.raises(DrawError, match="第1行"):
        read_objects(lines, "")


@pytest.mark.parametrize(
    ("at", "cell", "column"),
    [
        (0, "91350100M000100Y44", "id"),
        (0, "130999199001010018", "id"),
        (1, "person", "kind"),
        (2, "", "name"),
        (2, "示例130999199001010018", "name"),
        (3, "特别差", ""),
        (3, "A+", "grade"),
        (4, "1309", "region"),
        (5, "食品", "industry"),
        (6, "SP-1;SP-1", "matters"),
        (2, '=HYPERLINK("https://evil.example")(示例)', "name"),
        (2, "＝1+1(示例)", "name"),
        (6, "@SUM(1)", "matters"),
    ],
)
def test_each_fault_of_a_row_is_told_with_its_column(at: int, cell: str, column: str) -> None:
    row = firm_row()
    row[at] = cell
    assert [each for each, _ in object_faults(row)] == ([column] if column else [])


def test_a_row_of_inspectors_names_no_person() -> None:
    assert inspector_faults(["SC-1", "监管科", "示例证1", ""]) == []
    assert [each for each, _ in inspector_faults(["张三", "监管科", "130999199001010018", ""])] == [
        "official_id", "certificate",
    ]  # fmt: skip


# --- recusals and result


def test_recusals_and_results_come_back_as_they_were_written() -> None:
    pairs = [("P-2", "K-1"), ("P-1", "K-2"), ("P-1", "K-1"), ("P-1", "K-1")]
    assert read_recusals(recusal_lines(pairs)) == {"P-1": {"K-1", "K-2"}, "P-2": {"K-1"}}
    drawn = [("P-2", ("K-1", "K-2")), ("P-1", ("K-2", "K-3"))]
    assert read_result(result_lines(drawn)) == drawn


def test_a_result_with_a_gap_is_refused() -> None:
    lines = list(result_lines([("P-1", ("K-1",)), ("P-2", ("K-1",))]))
    with pytest.raises(DrawError, match="序号"):
        read_result([lines[0], lines[2]])


def test_recusals_out_of_order_are_refused() -> None:
    heading, first, second = recusal_lines([("P-1", "K-1"), ("P-2", "K-1")])
    with pytest.raises(DrawError, match="递增"):
        read_recusals([heading, second, first])


def test_of_a_result_no_more_is_read_than_was_ordered() -> None:
    """A package of a megabyte can hold a gigabyte of rows, and of its result nobody has vouched for them."""
    rows = (b"%d,K-%d,I-1;I-2\n" % (number, number) for number in range(1, 1000))
    lines = chain(result_lines([]), rows)
    with pytest.raises(DrawError, match="至多20户"):
        read_result(lines, 20)
    assert next(lines).startswith(b"22,")
