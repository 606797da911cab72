"""What the catalogue calls its measures and lists (措施、名单名称), from the files of an edition.

A row begins with its code and its name, each on a line of its own, and so it is read, line by line: no
parser of YAML is needed for it, and a row in another form has no name here, which the paper then reports as
missing::

    - code: M-PRO-01
      name_zh: 一至三年内禁止参加政府采购活动

Example: ``names_of(registry.catalogue.get().files)["M-PRO-01"]`` is the name above.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from registry.v1.statement_pb2 import EditionFile

_ROW = re.compile(r"^ *- code: (?P<code>[A-Z]+-[A-Z0-9-]+)\n +name_zh: *(?P<name>[^\n]+)", re.MULTILINE)


def names_of(edition: Iterable[EditionFile]) -> dict[str, str]:
    """The names of everything in these files that has a code."""
    return {
        found["code"]: found["name"].strip().strip("\"'")
        for file in edition
        for found in _ROW.finditer(file.content)
    }
