"""Draw packages: a changed one is refused, or draws the same; and the rows and lists in it."""

from __future__ import annotations

import io
import json
from contextlib import suppress
from random import Random

from fuzz.mutators import json_values, lines, plain
from fuzz.places import scratch
from fuzz.target import Prepared, holds
from fuzz.targets.imports import members
from fuzz.targets.keys import signer
from registry.provenance.base64_text import encode_base64
from registry.provenance.draw.lists import read_recusals, read_result, recusal_lines, result_lines
from registry.provenance.draw.rosters import read_inspectors, read_objects
from registry.provenance.draw.rows import DrawError, cells_of, inspector_faults, line_of, object_faults
from registry_client.supervision.draw_check import check_draw, trusting
from registry_client.supervision.draw_package import PackageError, read_package, zipped
from tests.support.draw_packages import MadeLog


def draw_package() -> Prepared:
    """A package: whatever is changed in it, nobody else is drawn."""
    log = MadeLog(signer=signer("log"), official=signer("official"), objects=12, inspectors=6)
    log.draw()
    package, opened = log.package(), trusting(log.vkey)
    target = io.BytesIO()
    zipped(package, target)
    whole = target.getvalue()
    drawn = b"".join(package.lines("result.csv"))
    path = scratch() / "package.zip"

    def run(data: bytes) -> bool:
        path.write_bytes(data)
        try:
            given = read_package(path)
            report = check_draw(given, opened)
            if not report.ok:
                return False
            holds(b"".join(given.lines("result.csv")) == drawn, "others are drawn than were")
        except PackageError:
            return False
        return True

    holds(run(whole), "a package made here is refused")
    return Prepared(run, [whole], (members(_stated), members(_stated), members(lines.changed), plain.changed))


def _stated(data: bytes, random: Random) -> bytes:
    if data[:1] != b"{":
        return lines.changed(data, random) if random.random() < 0.5 else plain.changed(data, random)
    if random.random() < 0.3:
        with suppress(ValueError, KeyError, TypeError, IndexError, RecursionError):  # Changed before.
            told = json.loads(data)
            each = random.choice(told["statements"])
            content = random.randbytes(random.choice((122, 30)))
            each[random.choice(("leaf", "statement"))] = encode_base64(content)
            return json.dumps(told).encode()
    return json_values.changed(data, random)


def roster_rows() -> Prepared:
    """A line of a roster: one spelling; and the files of a draw."""

    def run(data: bytes) -> bool:
        given = data.splitlines(keepends=True)
        taken = False
        for read in (
            lambda: read_objects(given, "SP-1"),
            lambda: read_inspectors(given, "SP-1"),
            lambda: read_recusals(given),
            lambda: holds(list(result_lines(read_result(given))) == given, "a result has two spellings"),
            lambda: _line(data),
        ):
            try:
                read()
                taken = True
            except DrawError:
                pass
        return taken

    seeds = [
        b"id,kind,name,grade,region,industry,matters\n91130900DEM0001234,firm,\xe7\xa4\xba,B,130902,C14,SP-1;SP-2\n",
        b"official_id,section,certificate,matters\nSC-01,s,c,\nSC-02,\"a,b\",c,SP-1\n",
        b'a,"b""c",d', *(b"".join(each) for each in (recusal_lines([("a", "b")]), result_lines([("a", ("b",
        "c"))]))),
    ]  # fmt: skip
    return Prepared(run, seeds, (lines.changed,))


def _line(data: bytes) -> None:
    cells = cells_of(data)
    object_faults(cells)
    inspector_faults(cells)
    if b'"' in data:
        holds(line_of(cells) == data, "a row has two spellings")
