"""What the metrics say is what happened, and they say nothing about anybody."""

from __future__ import annotations

from pathlib import Path
from threading import Event
from typing import Any

import grpc
import pytest

from registry.access.identity import CallerRole
from registry.config import CONFIG_NAME, ConfigError, load_config
from registry.config_options.observing import MetricsPage
from registry.observing.pages import text_of
from registry.observing.process import READER, Observing
from registry.reading import build_reading_server, start_reading
from registry.server import SERVICES
from registry.shared_position import SharedPosition
from registry.v1 import intake_service_pb2 as intake
from registry.v1 import restriction_service_pb2 as pb
from registry.v1 import subject_pb2
from registry.v1.intake_service_pb2_grpc import IntakeServiceStub
from registry.v1.restriction_service_pb2_grpc import RestrictionServiceStub
from tests.support.events import firm, person
from tests.support.observed import Seen, observed, page
from tests.support.promql import Series, series_of
from tests.support.reports import question
from tests.support.served import (
    DEADLINE_S,
    Served,
    authority_of,
    code_of,
    number_of,
    refused,
    short_ban,
    writing,
)
from tests.support.spine import found_spine, furnish

MARKED = (code_of(1), code_of(77), number_of(1), number_of(2), "asker", "机密事由", "财政", "sec-ret-1")


def value(series: Series, metric: str, **labels: str) -> float:
    """The sum of a metric's samples that have these labels."""
    return sum(
        number
        for (name, own), number in series.items()
        if name == metric and labels.items() <= dict(own).items()
    )


def growth(before: str, after: str, metric: str, **labels: str) -> float:
    """By how much a metric grew."""
    return value(series_of(after), metric, **labels) - value(series_of(before), metric, **labels)


def asking(seen: Seen, role: CallerRole = CallerRole.PROCUREMENT_SYSTEM) -> Any:
    return RestrictionServiceStub(seen.served.channel(seen.served.system(role)))


def submit(served: Served, number: int, **more: Any) -> Any:
    statement = served.spine.statement("财政", event=short_ban(number))
    request = intake.SubmitRequest(envelopes=[served.spine.seal("财政", statement)])
    stub = IntakeServiceStub(served.channel(served.department("财政")))
    return stub.Submit.with_call(request, timeout=DEADLINE_S, **more)


def test_calls_are_counted_by_method_role_and_how_they_ended(seen: Seen) -> None:
    before = seen.scrape()
    submit(seen.served, 1)
    asking(seen).Check(question(firm(1)), timeout=DEADLINE_S)
    wrong = RestrictionServiceStub(seen.served.channel(seen.served.department("财政")))
    assert refused(lambda: wrong.Screen(pb.ScreenRequest(), timeout=DEADLINE_S)).message
    denied = IntakeServiceStub(seen.served.channel(seen.served.system(CallerRole.PROCUREMENT_SYSTEM)))
    assert (
        refused(lambda: denied.Submit(intake.SubmitRequest(), timeout=DEADLINE_S)).reason == "METHOD_DENIED"
    )
    after = seen.scrape()
    calls = "registry_calls_total"
    assert growth(before, after, calls, method="IntakeService/Submit", role="department", code="OK") == 1
    assert growth(before, after, calls, role="system/procurement", reason="METHOD_DENIED") == 1
    assert growth(before, after, calls, code="PERMISSION_DENIED", method="IntakeService/Submit") == 1
    assert growth(before, after, "registry_call_seconds_count", verdict="BLOCKED") == 1
    assert growth(before, after, "registry_group_size_sum") >= 2, "the statement, and who was told of it"
    assert growth(before, after, "registry_group_step_seconds_count", step="second_store") == 1
    assert growth(before, after, "registry_log_size") == 1
    assert value(series_of(after), "registry_calls_in_flight") == 0


def test_method_that_there_is_not_is_counted_and_makes_no_series_of_its_own(seen: Seen) -> None:
    before = seen.scrape()
    channel = seen.served.channel(seen.served.system(CallerRole.PROCUREMENT_SYSTEM))
    for number in range(5):
        call: Any = channel.unary_unary(f"/registry.v1.IntakeService/Drop{number}")
        with pytest.raises(grpc.RpcError):
            call(b"", timeout=DEADLINE_S)
    after = seen.scrape()
    assert growth(before, after, "registry_calls_total", method="unknown", code="UNIMPLEMENTED") == 5
    assert "Drop" not in after


def test_verdicts_are_counted_by_subject_whichever_method_gives_them(seen: Seen) -> None:
    submit(seen.served, 2)
    before = seen.scrape()
    asked = question(firm(2))
    asking(seen).Check(asked, timeout=DEADLINE_S)
    codes = [code_of(2), *(code_of(number) for number in range(200, 209))]
    many = pb.BatchCheckRequest(
        identifier_type=subject_pb2.IDENTIFIER_TYPE_USCC,
        identifiers=codes,
        purpose=asked.purpose,
        matter=asked.matter,
    )
    asking(seen).BatchCheck(many, timeout=DEADLINE_S)
    stream = asking(seen).StreamCheck(iter([pb.StreamCheckRequest(check=asked)]), timeout=DEADLINE_S)
    assert len(list(stream)) == 1
    after = seen.scrape()
    verdicts = "registry_verdicts_total"
    assert growth(before, after, verdicts, domain="procurement", verdict="BLOCKED") == 3
    unknown = growth(before, after, verdicts, verdict="INDETERMINATE", reason="SUBJECT_UNKNOWN")
    assert unknown == 9
    assert growth(before, after, "registry_calls_total", method="RestrictionService/StreamCheck") == 1


def test_metrics_hold_nothing_about_anybody(seen: Seen) -> None:
    submit(seen.served, 77)
    stub = asking(seen, CallerRole.BORDER_SYSTEM)
    purpose = pb.Purpose(domain=subject_pb2.DOMAIN_EXIT_ENTRY, reference="sec-ret-1", reason="机密事由")
    for number in (1, 2):
        stub.Check(
            pb.CheckRequest(subject=person(number).identifier, purpose=purpose),
            timeout=DEADLINE_S,
            metadata=(("x-request-id", f"id-{number_of(number)}"),),
        )
    asking(seen).Check(question(firm(77)), timeout=DEADLINE_S)
    text = seen.scrape()
    assert [mark for mark in MARKED if mark in text] == []
    series = series_of(text)
    assert len(series) < 2000
    assert all(len(each) < 64 for _, labels in series for _, each in labels)


def test_series_do_not_grow_with_use(seen: Seen) -> None:
    def use(first: int) -> set[object]:
        for number in range(first, first + 5):
            submit(seen.served, number)
            asking(seen).Check(question(firm(number)), timeout=DEADLINE_S)
        return set(series_of(seen.scrape()))

    assert use(300) == use(400)


def test_processes_that_read_tell_of_their_own_calls_and_lag(tmp_path: Path) -> None:
    spine = furnish(found_spine(tmp_path / "registry"), ["财政"])
    authority = authority_of(spine)
    own = authority.server()
    credentials = grpc.ssl_server_credentials([(own.key, own.certificate)], own.authority, True)
    with writing(spine) as run:
        reading = start_reading(spine.config, run, spine.clock)
        observing = Observing(SERVICES, process=READER, page="127.0.0.1:0")
        server, port = build_reading_server(reading, credentials, "127.0.0.1:0", observing=observing)
        committed, heartbeat = SharedPosition(run / "position"), SharedPosition(run / "writing")
        observing.watch_reader(reading.state, reading.ask, committed.get, heartbeat)
        observing.start()
        server.start()
        served = Served(spine, authority, f"127.0.0.1:{port}")
        try:
            submit(served, 1)
            stub = RestrictionServiceStub(served.channel(served.system(CallerRole.PROCUREMENT_SYSTEM)))
            stub.Check(question(firm(9)), timeout=DEADLINE_S)
            series = series_of(page(observing.port, "metrics")[1])
            assert value(series, "registry_index_position") == spine.position
            assert value(series, "registry_index_lag") == 0
            assert value(series, "registry_calls_total", method="IntakeService/Submit", code="OK") == 1
            assert value(series, "registry_verdicts_total") == 1
            committed.put(spine.position + 3)
            assert value(series_of(text_of(observing.metrics()).decode()), "registry_index_lag") == 3
        finally:
            committed.put(spine.position)
            observing.stopping()
            served.close()
            server.stop(1).wait()
            observing.close()
            reading.close()
            for each in (committed, heartbeat):
                each.close()
    spine.engine.close()


def test_map_is_behind_as_long_as_its_tree_is_being_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spine, built = furnish(found_spine(tmp_path / "registry"), ["财政"]), Event()
    map_buckets = spine.engine.store.map_buckets
    monkeypatch.setattr(spine.engine.store, "map_buckets", lambda: built.wait(DEADLINE_S) and map_buckets())
    mapper = spine.engine.upkeep.mapper
    with observed(spine) as seen:
        try:
            mapper.start()
            spine.say("财政", event=short_ban(1))
            spine.clock.now_ms += 1_000_000
            behind_s = value(series_of(seen.scrape()), "registry_map_behind_seconds")
            assert behind_s >= 1000, "nothing is covered yet"
            built.set()
            mapper.require(spine.position, DEADLINE_S)
            assert value(series_of(seen.scrape()), "registry_map_behind_seconds") == 0
        finally:
            built.set()
            mapper.close()


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    spine = found_spine(tmp_path / "registry")
    spine.engine.close()
    return spine.directory


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ('[metrics]\naddress = "0.0.0.0:9443"', "open_to_network"),
        ('[metrics]\naddress = "[::]:9443"', "open_to_network"),
        ('[metrics]\naddress = "metrics.example:9443"', "open_to_network"),
        ('[metrics]\naddress = "9443"', "[metrics] address"),
        ('[logging]\nformat = "xml"', "[logging] format"),
        ('[tracing]\nendpoint = "http://127.0.0.1:4318/v1/traces"', "roles"),
        ('[tracing]\nendpoint = "udp://x"\nratio = 0.5', "endpoint"),
        ('[tracing]\nendpoint = "http://x/"\nroles = ["everybody"]', "everybody"),
        ('[tracing]\nendpoint = "http://x/"\nratio = 2.0', "ratio"),
    ],
)
def test_settings_that_make_no_sense_or_open_the_door_are_refused(
    directory: Path, lines: str, said: str
) -> None:
    with (directory / CONFIG_NAME).open("a", encoding="utf-8") as file:
        file.write("\n" + lines + "\n")
    with pytest.raises(ConfigError) as raised:
        load_config(directory)
    assert said in str(raised.value)


@pytest.mark.parametrize("zero", ["0", "0.0"])
def test_chance_traces_nothing_by_default_and_where_that_is_written(directory: Path, zero: str) -> None:
    lines = '\n[tracing]\nendpoint = "http://127.0.0.1:4318/v1/traces"\nroles = ["registrar"]\n'
    path = directory / CONFIG_NAME
    path.write_text(path.read_text("utf-8") + lines, "utf-8")
    by_default = load_config(directory).tracing
    path.write_text(path.read_text("utf-8") + f"ratio = {zero}\n", "utf-8")
    assert load_config(directory).tracing == by_default
    path.write_text(path.read_text("utf-8").replace(f"ratio = {zero}", "ratio = -0.1"), "utf-8")
    with pytest.raises(ConfigError, match="ratio"):
        load_config(directory)


def test_address_that_others_reach_is_taken_where_that_is_said(directory: Path) -> None:
    with (directory / CONFIG_NAME).open("a", encoding="utf-8") as file:
        file.write('\n[metrics]\naddress = "0.0.0.0:9443"\nopen_to_network = true\nbackups = "backups"\n')
    assert load_config(directory).metrics == MetricsPage("0.0.0.0:9443", directory / "backups")
