"""The description: it says what the contract says of every method, and what the gateway takes and answers."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import httpx
import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry_web.gateway.answers import json_of
from registry_web.gateway.comments import comments
from registry_web.gateway.description import description, reasons, served, title_of, titles
from registry_web.gateway.examples import example_of
from registry_web.gateway.problems import MEDIA_TYPE, OWN_REASONS
from registry_web.gateway.proto_comments import comments_of
from registry_web.gateway.rules import Rule, rules, services
from tests.support.gateway import Gateway
from tests.support.messages import messages

ROOT = Path(__file__).resolve().parents[3]
SAID = description("https://gateway.example")
SCHEMAS = SAID["components"]["schemas"]


def valid(name: str, value: Any) -> bool:
    """Whether a value is what a schema describes."""
    return jsonschema_rs.is_valid(
        {"$ref": f"#/components/schemas/{name}", "components": SAID["components"]}, value
    )


def test_every_method_with_a_rule_is_a_post_and_streams_are_none() -> None:
    assert SAID["paths"].keys() == {rule.path for rule in rules()}
    assert all(path.keys() == {"post"} for path in SAID["paths"].values())
    assert len(rules()) > 70
    named = {
        method.full_name
        for service in services()
        for method in service.methods
        if not method.server_streaming
    }
    without = named - {rule.descriptor.full_name for rule in rules()}
    assert (
        without
        == {
            "registry.v1.RestrictionService.CheckColumns",  # For machines that speak gRPC.
            "registry.v1.SnapshotService.GetSnapshot",
        }
        & without
    )


def test_every_service_and_method_has_a_chinese_name_and_no_other_has() -> None:
    named = {service.name: {""} for service in served()}
    for rule in rules():
        named[rule.descriptor.containing_service.name].add(rule.descriptor.name)
    assert {service: set(names) for service, names in titles().items()} == named
    assert all(re.search("[\u4e00-\u9fff]", title_of(rule.descriptor)) for rule in rules())


def test_the_words_are_those_of_the_protos(tmp_path: Path) -> None:
    image = tmp_path / "image.binpb"
    googleapis = distribution("googleapis-common-protos").locate_file("")
    files = sorted(
        str(path.relative_to(ROOT / "protos")) for path in (ROOT / "protos/registry").rglob("*.proto")
    )
    subprocess.run(
        [sys.executable, "-m", "grpc_tools.protoc", "--proto_path=protos", f"--proto_path={googleapis}",
         "--include_imports", "--include_source_info", f"--descriptor_set_out={image}", *files],
        cwd=ROOT, check=True,
    )  # fmt: skip
    assert dict(comments()) == comments_of(image.read_bytes()), "run: make proto"


def test_operations_have_ids_of_their_own_and_every_reference_leads_somewhere() -> None:
    operations = [path["post"]["operationId"] for path in SAID["paths"].values()]
    assert len(set(operations)) == len(operations)
    for reference in set(re.findall(r'"\$ref": "#/components/([^"]+)"', json.dumps(SAID))):
        kind, name = reference.split("/")
        assert name in SAID["components"][kind]


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.path)
def test_examples_are_what_the_schema_describes_and_another_name_is_not(rule: Rule) -> None:
    name, example = rule.descriptor.input_type.name, example_of(rule)
    assert valid(name, example)
    assert not valid(name, {**example, "another": 1})
    assert not valid(name, [example])


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_whatever_is_answered_is_what_the_schema_describes(data: st.DataObject) -> None:
    rule = data.draw(st.sampled_from(rules()))
    answer = json.loads(json_of(data.draw(messages(rule.response))))
    assert valid(rule.descriptor.output_type.name, answer)
    properties = SCHEMAS[rule.descriptor.output_type.name]["properties"]
    assert answer.keys() <= properties.keys()


def test_two_members_of_a_oneof_are_no_question() -> None:
    assert valid("Consistency", {"at_least_as_fresh": 1})
    assert valid("Consistency", {"at_least_as_fresh": "1"})
    assert not valid("Consistency", {"at_least_as_fresh": 1, "fully_consistent": True})
    for wrong in (-1, "01", 1.5, True, 1 << 64, "x"):
        assert not valid("Consistency", {"at_least_as_fresh": wrong})


def test_every_reason_has_its_place_on_the_page(running: Gateway) -> None:
    page = httpx.get(running.url + "/docs").text
    for reason in reasons():
        assert f'id="{reason}"' in page
    assert "PURPOSE_REQUIRED" in reasons()
    assert OWN_REASONS.keys() <= set(reasons())


def test_the_description_is_served_as_it_is_and_compressed_for_those_who_take_that(running: Gateway) -> None:
    answer = httpx.get(running.url + "/openapi.json")
    assert (answer.headers["content-type"], answer.headers["content-encoding"]) == (
        "application/json",
        "gzip",
    )
    assert answer.json()["paths"] == SAID["paths"]
    again = httpx.get(running.url + "/openapi.json", headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    problem = answer.json()["components"]["responses"]["Problem422"]["content"]
    assert problem.keys() == {MEDIA_TYPE}


def pages() -> list[str]:
    return ["/docs", *(f"/docs/{service.name}" for service in served())]


@pytest.mark.parametrize("path", pages())
def test_pages_have_no_script_nothing_inline_and_nothing_from_elsewhere(path: str, running: Gateway) -> None:
    answer = httpx.get(running.url + path, headers={"accept-encoding": "identity"})
    assert answer.status_code == 200
    assert not re.search(r"<script|<style|\sstyle=|\son[a-z]+=|javascript:|<iframe|<form", answer.text, re.I)
    assert not re.findall(r'(?:src|href)="(?!/|#)[^"]*"', answer.text)
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    assert len(answer.content) < 150_000
    for address in set(re.findall(r'(?:src|href)="(/[^"#]*)', answer.text)):
        assert httpx.get(running.url + address).status_code == 200, address
    anchors = set(re.findall(r'id="([^"]+)"', answer.text))
    assert set(re.findall(r'href="#([^"]+)"', answer.text)) <= anchors


def test_every_method_is_on_its_page_with_a_line_for_curl(running: Gateway) -> None:
    for service in served():
        page = httpx.get(f"{running.url}/docs/{service.name}").text
        for rule in rules():
            if rule.descriptor.containing_service.name == service.name:
                assert f'id="{rule.descriptor.name}"' in page
                assert f"curl --fail-with-body -sS https://网关地址{rule.path}" in page
