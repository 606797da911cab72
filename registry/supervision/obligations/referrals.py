"""What has to be done, by whom and by when: 告知、移送、督办"""

from __future__ import annotations

from collections.abc import Iterator

from registry.supervision.duties import Clocks
from registry.v1.supervision_file_pb2 import Obligation, SupervisionFile


def obligations(file: SupervisionFile, clocks: Clocks) -> Iterator[Obligation]:
    """Those of a file."""
    yield from ()
