"""Entries of a listing as JSON Lines, one object a line."""

from __future__ import annotations

from collections.abc import Iterable

from google.protobuf.message import Message

from registry_client.cli.output import print_json
from registry_client.cli.record_text import as_json


def print_entries(found: Iterable[Message]) -> None:
    """Prints each."""
    for each in found:
        print_json(as_json(each))
