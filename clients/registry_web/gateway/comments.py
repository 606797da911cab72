"""What the protos say of services, methods, messages and fields: the words of the gateway's description.

The generated modules carry no comments, so they are kept beside this module in ``comments.json``, by full
name: written by ``proto_comments`` whenever code is generated.

Example: ``comment_of("registry.v1.CheckRequest.valid_time")`` is "Valid time: the instant the question is
about; absent = now."
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files


@cache
def comments() -> Mapping[str, str]:
    """Every comment, by the full name of what it is about."""
    found: dict[str, str] = json.loads(files(__package__).joinpath("comments.json").read_text("utf-8"))
    return found


def comment_of(full_name: str) -> str:
    """What is said of something; empty where nothing is."""
    return comments().get(full_name, "")
