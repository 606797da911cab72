"""The worked example of docs/supervision/draws.md: every number that the page shows is worked out again."""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path

from registry.provenance.draw import Beacon, Seeding, Terms, drawn_by, seed_of
from registry.provenance.draw.lists import read_recusals, result_lines
from registry.provenance.draw.randoms import Randoms
from registry.provenance.draw.rosters import read_inspectors, read_objects

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "supervision" / "draws.md").read_text("utf-8")


def shown(name: str) -> list[bytes]:
    """A file of the page, line by line."""
    found = re.search(rf"```csv {name}\n(.*?)```", PAGE, re.DOTALL)
    assert found
    return found[1].encode().splitlines(keepends=True)


def told(label: str) -> list[str]:
    """The values in a row of the page's table."""
    found = re.search(rf"\| {label} \| (.*) \|", PAGE)
    assert found
    return re.findall(r"`([0-9a-f]+)`", found[1])


def test_the_page_s_example_is_what_the_algorithm_draws() -> None:
    objects, inspectors = (
        read_objects(shown(r"objects\.csv"), "SP-1"),
        read_inspectors(shown(r"inspectors\.csv"), "SP-1"),
    )
    recusals = sha256(b"".join(shown(r"recusals\.csv"))).digest()
    assert told("对象名录的根") == [objects.committed.root.hex()]
    assert told("人员名录的根") == [inspectors.committed.root.hex()]
    assert told("回避名单的 SHA-256") == [recusals.hex()]
    fixed = Seeding(
        "credit.example/draws", b"\x11" * 32, objects.committed.root, inspectors.committed.root, recusals
    )
    seed = seed_of(fixed, Beacon.of_root(20, b"\x22" * 32))
    assert told("种子") == [seed.hex()]
    key = sha256(b"registry.v1.draw.objects\n" + seed).digest()
    assert told("抽对象的密钥") == [key.hex()]
    randoms = Randoms(key)
    numbers = [int(each) for each in told("前三个数")]
    assert [randoms.below(1 << 64) for _ in numbers] == numbers
    assert [number % weight for number, weight in zip(numbers, (12, 8, 7), strict=True)] == [6, 1, 4]
    drawn = drawn_by(
        seed,
        objects=objects.by_grade,
        inspectors=inspectors.ids,
        recusals=read_recusals(shown(r"recusals\.csv")),
        terms=Terms(3, 2, {"B": 2, "D": 4}),
    )
    assert list(result_lines(drawn.assignments)) == shown(r"result\.csv")
