"""Takes the comments out of the protos, for ``comments``: as ``scripts/proto generate`` calls it,

    python -m registry_web.gateway.proto_comments image.binpb >comments.json

where the image is a descriptor set with source information (``protoc --include_source_info``).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from google.protobuf.descriptor_pb2 import DescriptorProto, FileDescriptorProto, FileDescriptorSet

_OF = "registry/v1/"
_CHINESE = "\u2e80"
"""From here on characters stand without spaces between them."""


def comments_of(image: bytes) -> dict[str, str]:
    """Every comment of the registry's protos in a descriptor set with source information."""
    found: dict[str, str] = {}
    for file in FileDescriptorSet.FromString(image).file:
        if file.name.startswith(_OF):
            found |= _of_file(file)
    return dict(sorted(found.items()))


def _of_file(file: FileDescriptorProto) -> dict[str, str]:
    said = {tuple(each.path): each.leading_comments for each in file.source_code_info.location}
    return {name: _joined(said[path]) for path, name in _names(file) if said.get(path, "").strip()}


def _names(file: FileDescriptorProto) -> Iterator[tuple[tuple[int, ...], str]]:
    """Path and full name of what a file holds; the numbers are those of descriptor.proto."""
    for index, message in enumerate(file.message_type):
        yield from _of_message(message, (4, index), file.package)
    for index, enum in enumerate(file.enum_type):
        yield from _with_parts((5, index), f"{file.package}.{enum.name}", 2, enum.value)
    for index, service in enumerate(file.service):
        yield from _with_parts((6, index), f"{file.package}.{service.name}", 2, service.method)


def _of_message(
    message: DescriptorProto, path: tuple[int, ...], package: str
) -> Iterator[tuple[tuple[int, ...], str]]:
    name = f"{package}.{message.name}"
    yield from _with_parts(path, name, 2, message.field)
    for index, nested in enumerate(message.nested_type):
        yield from _of_message(nested, (*path, 3, index), name)
    for index, enum in enumerate(message.enum_type):
        yield from _with_parts((*path, 4, index), f"{name}.{enum.name}", 2, enum.value)


def _with_parts(
    path: tuple[int, ...], name: str, kind: int, parts: Sequence[Any]
) -> Iterator[tuple[tuple[int, ...], str]]:
    yield path, name
    for index, part in enumerate(parts):
        yield (*path, kind, index), f"{name}.{part.name}"


def _joined(comment: str) -> str:
    """One line of a comment that was broken into several."""
    text = ""
    for line in (each.strip() for each in comment.splitlines()):
        apart = text and line and not (text[-1] >= _CHINESE and line[0] >= _CHINESE)
        text += f" {line}" if apart else line
    return text


if __name__ == "__main__":
    image = Path(sys.argv[1]).read_bytes()
    print(json.dumps(comments_of(image), ensure_ascii=False, indent=0, sort_keys=True))
