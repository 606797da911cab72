"""Files that clerks bring: csv and xlsx, rosters, archives of editions, tenders, drafts of acts."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path
from random import Random
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from fuzz.mutators import json_values, lines, plain
from fuzz.places import ROOT, scratch
from fuzz.target import Mutator, Prepared, holds
from registry.provenance.draw.rows import INSPECTORS, OBJECTS
from registry.v1.statement_pb2 import Statement
from registry_client.bulk.preparing import Author, prepared_rows
from registry_client.cli.failures import Failure
from registry_client.cli.message_json import message_from
from registry_client.files import FileFormatError, read_content
from registry_client.numbering import Numbering
from registry_client.supervision.roster_files import prepare, prepare_plan, prepare_recusals
from registry_client.tender_file import TenderFileError, read_tender
from registry_web.console.pages.edition_archive import ArchiveError, read_archive

_TODAY = date(2026, 11, 25)
_SAMPLES = ROOT / "demo" / "samples"
_AUTHOR = Author("credit.example/fuzz", "91130902DEMAY4CLX6", Numbering(bytes(32)))
_STAMP = (1980, 1, 1, 0, 0, 0)


def _rows(data: bytes) -> bool:
    """Every row of a file, read and checked; what would be sent is a statement."""
    try:
        table = read_content("file", data)
        good = 0
        for row in prepared_rows(table, _AUTHOR, today=_TODAY):
            if row.payload:
                Statement.FromString(row.payload)
                good += 1
        return bool(good)
    except FileFormatError:
        return False


def csv_import() -> Prepared:
    """A file of the official layouts as text."""
    samples = sorted(_SAMPLES.glob("*/*.csv"))
    seeds = [b"".join(path.read_bytes().splitlines(keepends=True)[:4]) for path in samples]
    seeds += [each.decode("utf-8-sig").encode("gb18030") for each in seeds[:3]]
    return Prepared(_rows, seeds, (lines.changed, lines.changed, _cell))


def _cell(data: bytes, random: Random) -> bytes:
    """One cell of a row below the headings another."""
    rows = data.split(b"\n")
    if len(rows) < 3:
        return lines.changed(data, random)
    at = random.randrange(1, len(rows))
    cells = rows[at].split(b",")
    place = random.randrange(len(cells))
    cells[place] = (
        plain.changed(cells[place], random) if random.random() < 0.4 else _ODD[random.randrange(len(_ODD))]
    )
    rows[at] = b",".join(cells)
    return b"\n".join(rows)


_ODD = tuple(
    each.encode()
    for each in (
        "=1+1", "=HYPERLINK(\"http://x\")", "+1", "@SUM(A1)", "1e999999999", "9" * 400, "NaN", "４５２９２",
        "45292.5",
        "2026-02-30", "2026年13月1日", "长期", "\"", "\"\"\"", "\x00", "\u2028", "é" * 300, "0.0000000001",
        "1,2,3", "\ud7ff",
        "130902199001011234", "9.11309E+17", "第五十八条", "是", "-", "　", "\u202e", "〔2026〕1号",
    )
)  # fmt: skip


def _workbook(text: str) -> bytes:
    """A workbook of one sheet with the cells of a csv."""
    rows = list(csv.reader(io.StringIO(text)))
    cells = "".join(
        f'<row r="{y}">' + "".join(_inline(x, y, cell) for x, cell in enumerate(row)) + "</row>"
        for y, row in enumerate(rows, 1)
    )
    parts = {
        **PARTS,
        "xl/worksheets/sheet1.xml": f"{_XML}<worksheet {_MAIN}><sheetData>{cells}</sheetData></worksheet>",
    }
    return packed([(name, content.encode()) for name, content in parts.items()])


def _inline(x: int, y: int, cell: str) -> str:
    letters = chr(65 + x) if x < 26 else chr(64 + x // 26) + chr(65 + x % 26)
    safe = cell.replace("&", "&amp;").replace("<", "&lt;")
    return f'<c r="{letters}{y}" t="inlineStr"><is><t>{safe}</t></is></c>'


_XML = '<?xml version="1.0" encoding="UTF-8"?>'
_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
PARTS = {
    "[Content_Types].xml": f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_SHEET_TYPE}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_SHEET_TYPE}.worksheet+xml"/></Types>',
    "_rels/.rels": f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
    f'Type="{_DOCUMENT}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'{_XML}<workbook {_MAIN} xmlns:r="{_DOCUMENT}"><sheets>'
    '<sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_DOCUMENT}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
}


def packed(parts: list[tuple[str, bytes]], method: int = ZIP_DEFLATED) -> bytes:
    """An archive with these members, the same bytes each time."""
    target = io.BytesIO()
    with ZipFile(target, "w") as archive:
        for name, content in parts:
            entry = ZipInfo(name, _STAMP)
            entry.compress_type = method
            archive.writestr(entry, content)
    return target.getvalue()


def members(inner: Mutator) -> Mutator:
    """One member of an archive changed, or its name, its number, its packing."""

    def changed(data: bytes, random: Random) -> bytes:
        try:
            with ZipFile(io.BytesIO(data)) as archive:
                parts = [
                    (each.filename, archive.read(each))
                    for each in archive.infolist()
                    if each.file_size < 1 << 20
                ]
        except Exception:  # Whatever zipfile thinks of what was changed before.
            return plain.changed(data, random)
        if not parts:
            return plain.changed(data, random)
        at, act = random.randrange(len(parts)), random.randrange(10)
        name, content = parts[at]
        if act == 0:
            del parts[at]
        elif act == 1:
            parts.insert(random.randrange(len(parts) + 1), (random.choice(_NAMES) + name, content))
        elif act == 2:
            parts[at] = (random.choice(_NAMES), content)
        else:
            parts[at] = (name, inner(content, random))
        method = random.choice(
            (ZIP_DEFLATED, ZIP_DEFLATED, zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
        )
        try:
            return packed(parts, method)
        except ValueError:
            return data

    return changed


_NAMES = (
    ".",
    "/",
    "../",
    "a/b/",
    "__MACOSX/",
    "\\",
    "xl/",
    "x" * 300,
    "\u202e",
    "cases/",
    "base",
    "draw.json",
)


def _tags(data: bytes, random: Random) -> bytes:
    """One tag of XML changed, repeated, taken away; an entity, a depth, a place far away."""
    tags = data.split(b"<")
    at, act = random.randrange(len(tags)), random.randrange(8)
    if act == 0:
        del tags[at]
    elif act == 1:
        tags.insert(at, tags[at])
    elif act == 2:
        tags[at] += random.choice(
            (b'<c r="XFD1048576"><v>1</v></c>', b'<c r="A99999999"/>', b'<c t="s"><v>9</v></c>')
        )
    elif act == 3:
        tags[at] += b"<f>SUM(A1:A2)</f><v>" + _ODD[random.randrange(len(_ODD))] + b"</v>"
    elif act == 4:
        tags.insert(1, b'!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>')
        tags[at % len(tags)] += b"&b;"
    elif act == 5:
        tags[at:at] = [b"x>"] * random.choice((10, 3000))
    else:
        tags[at] = plain.changed(tags[at], random)
    return b"<".join(tags)


def xlsx_import() -> Prepared:
    """A workbook: its archive is looked through, then calamine reads it."""
    texts = [path.read_text("utf-8-sig") for path in sorted(_SAMPLES.glob("*/penalties*.csv"))[:2]]
    texts += [(_SAMPLES / "court" / "list_entries.csv").read_text("utf-8-sig")]
    seeds = [_workbook("\n".join(text.splitlines()[:4])) for text in texts]
    holds(all(map(_rows, seeds)), "a workbook made here is not read")
    return Prepared(_rows, seeds, (members(_tags), members(_tags), members(plain.changed), plain.changed))


def roster() -> Prepared:
    """Rosters of objects and inspectors, recusals and plans, as csv."""

    def run(data: bytes) -> bool:
        taken = False
        reads: tuple[Callable[[], object], ...] = (
            lambda: prepare("objects", "f", data).faults,
            lambda: prepare("inspectors", "f", data).faults,
            lambda: prepare_recusals("f", data).faults,
            lambda: prepare_plan("f", data).faults,
        )
        for read in reads:
            with suppress(FileFormatError):
                taken = not read() or taken
        return taken

    from registry_client.supervision import roster_layouts

    layouts = (
        roster_layouts.OBJECTS,
        roster_layouts.INSPECTORS,
        roster_layouts.RECUSALS,
        roster_layouts.PLAN,
    )
    heads = [",".join(column.heading for column in layout.columns) for layout in layouts]
    bodies = (
        "91130900DEM0001234,企业,示例食品(示例)有限公司,B,130902,C14,SP-1;SP-2",
        "SC-01,监管科,冀09010001,SP-1",
        "91130900DEM0001234,SC-01",
        "1,食品,SP-1,2026-01-01,2026-12-31,30,2,",
    )
    seeds = [f"{head}\n{body}\n".encode() for head, body in zip(heads, bodies, strict=True)]
    seeds += [",".join(columns).encode() + b"\n" for columns in (OBJECTS, INSPECTORS)]
    return Prepared(run, seeds, (lines.changed, _cell))


def edition_zip() -> Prepared:
    """An edition as an archive, as the console takes it."""
    folder = ROOT / "registry" / "sanctions" / "editions" / "2026.1"
    yaml = [(path.name, path.read_bytes()[:3000]) for path in sorted(folder.glob("*.yaml"))]

    def run(data: bytes) -> bool:
        try:
            read_archive(io.BytesIO(data)).source()
        except ArchiveError:
            return False
        return True

    nested = [("e/" + name, content) for name, content in yaml] + [
        ("e/cases/a.yaml", b"a: 1"),
        ("e/base", b"2026.1"),
    ]
    seeds = [packed(yaml), packed(nested), packed([("a.yaml", b"a")], zipfile.ZIP_STORED)]
    return Prepared(run, seeds, (members(plain.changed), plain.changed))


def tender_file() -> Prepared:
    """A tender, and a draft of an act, as JSON."""
    path: Path = scratch() / "tender.json"

    def run(data: bytes) -> bool:
        path.write_bytes(data)
        taken = False
        try:
            read_tender(path)
            taken = True
        except TenderFileError:
            pass
        try:
            told = json.loads(data)
        except (ValueError, RecursionError):
            return taken
        try:
            message_from(path, told, Statement())
        except Failure:
            return taken
        return True

    event = {"statement_id": "S-1", "event": {"subject": {"name": "a"}, "measures": [{"from": "2026-01-01"}]}}
    seeds = [(_SAMPLES / "tender.json").read_bytes(), json.dumps(event).encode()]
    return Prepared(run, seeds, (json_values.changed,))
