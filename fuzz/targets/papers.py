"""Papers: a PDF that comes back to be verified, and what is attached to it."""

from __future__ import annotations

import re
import zlib
from random import Random

from pypdf import PdfReader, PdfWriter

from fuzz.mutators import json_values, plain
from fuzz.target import Prepared, holds
from fuzz.targets.receipts import kept
from registry_papers.answers.attached import attached_in
from registry_papers.answers.pdf_file import PdfFileError, attachments_of
from registry_papers.answers.pdf_text import pages_of
from registry_papers.answers.printing import Printing
from registry_papers.errors import PaperError

_PRINTING = Printing("https://credit.example/verify", "沧州市(示例)", "归档 1").made_with(
    programs="p 1", fonts="f" * 8
)
_NUMBER = re.compile(rb"\d+")


def pdf() -> Prepared:
    """A PDF: its attachments, by the strict reader or else by the real one; its pages."""
    receipt = min((content for content, _ in kept()), key=len)
    paper = made([("paper.json", _PRINTING.content), ("receipt.pb", receipt)])

    def run(data: bytes) -> bool:
        taken = False
        for read in (attached_in, pages_of):
            try:
                read(data)
                taken = True
            except (PdfFileError, PaperError):
                pass
        return taken

    holds(attachments_of(paper)["receipt.pb"] == receipt, "a PDF made here is not read")
    return Prepared(run, [paper, _written()], (_numbers, _streams, plain.changed))


def made(attached: list[tuple[str, bytes]]) -> bytes:
    """A PDF with attachments, spelled as typst spells it."""
    names = "".join(f"({name}){5 + 2 * at} 0 R" for at, (name, _) in enumerate(attached))
    objects: list[bytes] = [
        f"<</Type/Catalog/Pages 2 0 R/Names<</EmbeddedFiles<</Names[{names}]>>>>>>".encode(),
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<<>>>>",
        b"<</Length 0>>stream\n\nendstream",
    ]
    for at, (name, content) in enumerate(attached):
        packed = zlib.compress(content)
        objects.append(
            f"<</Type/Filespec/F({name})/UF({name})/EF<</F {6 + 2 * at} 0 R/UF {6 + 2 * at} 0 R>>>>".encode()
        )
        objects.append(
            f"<</Length {len(packed)}/Type/EmbeddedFile/Filter/FlateDecode/Subtype/x#2Fy"
            f"/Params<</Size {len(content)}>>>>\nstream\n".encode()
            + packed
            + b"\nendstream"
        )
    out, places = bytearray(b"%PDF-1.7\n"), []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + content + b"\nendobj\n"
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f\r\n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n\r\n" % place for place in places)
    out += b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)


def _written() -> bytes:
    """A PDF as another program writes it."""
    from io import BytesIO

    writer, target = PdfWriter(), BytesIO()
    writer.add_blank_page(595, 842)
    writer.add_attachment("receipt.pb", b"x")
    writer.write(target)
    holds(len(PdfReader(BytesIO(target.getvalue())).pages) == 1, "pypdf does not read what it wrote")
    return target.getvalue()


def _numbers(data: bytes, random: Random) -> bytes:
    """One number of the file another: lengths, places, references."""
    found = list(_NUMBER.finditer(data))
    if not found:
        return plain.changed(data, random)
    each = random.choice(found)
    new = random.choice((b"0", b"1", b"2", b"3", b"4", b"9999999", b"-1", b"4294967296", b"00", b"1" * 30))
    if random.random() < 0.5:
        new = new[: len(each[0])].rjust(len(each[0]), b"0")
    return data[: each.start()] + new + data[each.end() :]


def _streams(data: bytes, random: Random) -> bytes:
    """A filter more, a stream that unpacks to much, a name of a dictionary another."""
    old, new = random.choice(
        (
            (b"/FlateDecode", b"[/FlateDecode /FlateDecode]"),
            (b"/FlateDecode", b"/LZWDecode"),
            (b"/FlateDecode", b"/ASCII85Decode"),
            (b"/FlateDecode", b"/RunLengthDecode"),
            (b"/Kids[3 0 R]", b"/Kids[2 0 R]"),
            (b"/Count 1", b"/Count 999999999"),
            (b"/Contents 4 0 R", b"/Contents[4 0 R 4 0 R]"),
            (b"/Resources<<>>", b"/Resources<</Font<</F 3 0 R>>>>"),
            (b"4 0 R", b"8 0 R"),
            (b"/Pages 2 0 R", b"/Pages 1 0 R"),
            (b"<<>>", b"<<" * 300),
            (b"[", b"[" * 300),
        )
    )
    return data.replace(old, new, 1) if old in data else plain.changed(data, random)


def printing() -> Prepared:
    """The attachment that says how a paper was printed: one spelling."""

    def run(data: bytes) -> bool:
        try:
            read = Printing.read(data)
        except PaperError:
            return False
        holds(read.content == data, "a printing has two spellings")
        return True

    return Prepared(run, [_PRINTING.content, Printing().content], (json_values.changed, plain.changed))
