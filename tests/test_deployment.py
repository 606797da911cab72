"""What ``deploy/`` has to copy is what the programs read: units, image, proxies, and their configuration."""

from __future__ import annotations

import configparser
import json
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from registry.__main__ import main
from registry.config import CONFIG_NAME, load_config
from registry.store.postgres_hosts import servers_of
from registry_web.__main__ import main as web_main
from tests.support.command import ROOT, installation
from tests.support.served import started

DEPLOY = ROOT / "deploy"
PROGRAMS = {"registry": main, "registry-web": web_main}
UNITS = sorted((DEPLOY / "systemd").iterdir())
SERVICES = [path for path in UNITS if path.suffix == ".service"]
CONTAINER = (DEPLOY / "container/Containerfile").read_text("utf-8")
HARDENED = {
    "NoNewPrivileges": "yes",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "PrivateDevices": "yes",
    "CapabilityBoundingSet": "",
    "UMask": "0077",
}


def unit(path: Path) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(
        strict=False, interpolation=None, delimiters=("=",), comment_prefixes="#"
    )
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read(path, "utf-8")
    return parser


# --- systemd


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_unit_is_one_that_systemd_takes(path: Path) -> None:
    if not (analyze := shutil.which("systemd-analyze")):
        pytest.skip("systemd-analyze is not here: apt-get install systemd")
    said = subprocess.run(
        [analyze, "verify", "--man=no", path], capture_output=True, text=True, check=False, timeout=60
    ).stderr
    ours = [line for line in said.splitlines() if path.stem in line and "not executable" not in line]
    assert ours == []


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.name)
def test_service_runs_without_rights_that_it_does_not_need(path: Path) -> None:
    service = unit(path)["Service"]
    assert service.get("User", "root") != "root" or service.get("DynamicUser") == "yes"
    assert {name: service.get(name) for name in HARDENED} == HARDENED


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.name)
def test_service_starts_a_command_that_there_is_with_options_that_it_has(path: Path) -> None:
    line = unit(path)["Service"]["ExecStart"]
    program, _, rest = line.partition("/opt/registry/bin/")[2].partition(" ")
    words = rest.replace("'", " ").split()
    command = PROGRAMS[program].commands[words[0]]
    if words[0] == "witness":
        command, words = command.commands[words[1]], words[1:]  # type: ignore[attr-defined]
    known = {option for parameter in command.params for option in parameter.opts}
    given = {word for word in words if word.startswith("--")}
    assert given
    assert given <= known


def test_guide_says_what_each_file_is_for() -> None:
    guide = "\n".join(
        (ROOT / "docs" / name).read_text("utf-8")
        for name in ("operations.md", "backup.md", "high-availability.md", "web.md")
    )
    files = [path for path in DEPLOY.rglob("*") if path.is_file() and path.parent.name != "ha"]
    assert [str(path.relative_to(ROOT)) for path in files if str(path.relative_to(ROOT)) not in guide] == []


# --- the image


def instructions() -> list[tuple[str, str]]:
    text = re.sub(r"\\\n", " ", re.sub(r"^#.*\n", "", CONTAINER, flags=re.MULTILINE))
    return [(line.split(None, 1)[0], line.split(None, 1)[1]) for line in text.splitlines() if line.strip()]


def test_everything_that_the_image_is_made_of_is_there() -> None:
    copied = [words for name, words in instructions() if name == "COPY" and "--from" not in words]
    assert len(copied) >= 3
    for words in copied:
        for source in words.split()[:-1]:
            assert (ROOT / source).exists(), source
    ignored = (DEPLOY / "container/Containerfile.dockerignore").read_text("utf-8").split()
    assert not {source.strip("./") for words in copied for source in words.split()[:-1]} & set(ignored)


def test_image_is_built_in_one_stage_and_runs_in_another_without_root() -> None:
    lines = instructions()
    stages = [number for number, (name, _) in enumerate(lines) if name == "FROM"]
    assert len(stages) == 2
    last = lines[stages[-1] :]
    (user,) = [words for name, words in last if name == "USER"]
    assert int(user.partition(":")[0]) > 0
    assert [words for name, words in last if name == "COPY"] == ["--from=build /opt/registry /opt/registry"]
    after = [name for name, _ in last[[name for name, _ in last].index("USER") :]]
    assert "RUN" not in after
    for _, words in lines:
        assert ":latest" not in words
        assert not re.search(r"\b(ADD|curl|wget)\b", words)
    known = {
        "FROM",
        "ENV",
        "WORKDIR",
        "RUN",
        "COPY",
        "USER",
        "VOLUME",
        "EXPOSE",
        "STOPSIGNAL",
        "ENTRYPOINT",
        "CMD",
    }
    assert {name for name, _ in lines} <= known


def test_image_runs_the_python_and_the_extras_that_the_project_says() -> None:
    project = (ROOT / "pyproject.toml").read_text("utf-8")
    (wanted,) = re.findall(r'requires-python = ">=([0-9.]+)"', project)
    assert set(re.findall(r"python:([0-9.]+)", CONTAINER)) == {wanted}
    (extras,) = re.findall(r"whl\)\[([a-z,]+)\]", CONTAINER)
    for extra in extras.split(","):
        assert f"\n{extra} = [" in project


def test_image_installs_of_the_lock_what_it_needs_with_its_hashes_and_nothing_else(tmp_path: Path) -> None:
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    (version,) = re.findall(r"^click==(\S+) ", lock, re.MULTILINE)
    script = DEPLOY / "container/runtime_lock.py"

    def told(*packages: tuple[str, str]) -> subprocess.CompletedProcess[str]:
        install = [{"metadata": {"name": name, "version": text}} for name, text in packages]
        (tmp_path / "report.json").write_text(json.dumps({"install": install}))
        words: list[str | Path] = [
            sys.executable,
            script,
            tmp_path / "report.json",
            ROOT / "requirements.lock",
        ]
        return subprocess.run(words, capture_output=True, text=True, check=False)

    given = told(("Click", version), ("credit-registry", "0.1.0"))
    assert given.returncode == 0, given.stderr
    assert re.findall(r"^(\S+)==", given.stdout, re.MULTILINE) == ["click"]
    assert "--hash=sha256:" in given.stdout
    other = told(("click", "0.0.1"))
    assert other.returncode == 1
    assert "not in the lock: click==0.0.1" in other.stderr


def test_command_of_the_image_is_one_that_there_is() -> None:
    (words,) = [words for name, words in instructions() if name == "CMD"]
    name, *options = re.findall(r'"([^"]+)"', words)
    known = {option for parameter in main.commands[name].params for option in parameter.opts}
    assert {each for each in options if each.startswith("--")} <= known


# --- proxies


def test_configuration_behind_the_proxy_is_read_as_it_stands(tmp_path: Path) -> None:
    shutil.copy(DEPLOY / "proxy/registry.toml", tmp_path / CONFIG_NAME)
    config = load_config(tmp_path)
    store, replica = servers_of(config.database), servers_of(config.replica)
    assert store.writing
    assert not replica.writing
    ports = {config.address.rpartition(":")[2], config.publication.rpartition(":")[2]}
    for name in ("haproxy.cfg", "nginx.conf"):
        text = (DEPLOY / "proxy" / name).read_text("utf-8")
        assert {port for port in ports if f".21:{port}" in text} == ports


def place(name: str, directory: Path, **changes: str) -> Path:
    """A proxy's configuration with a certificate and paths of this test."""
    key, certificate = directory / "key.pem", directory / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
         "-keyout", key, "-out", certificate, "-subj", "/CN=log.credit.example", "-days", "2"],
        check=True, capture_output=True,
    )  # fmt: skip
    both = directory / "both.pem"
    both.write_bytes(certificate.read_bytes() + key.read_bytes())
    text = (DEPLOY / "proxy" / name).read_text("utf-8")
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    for old in re.findall(r"/etc/(?:haproxy|nginx)/\S+\.(?:pem|key)", text):
        text = text.replace(old, str(both))
    path = directory / name
    path.write_text(text, "utf-8")
    return path


def test_haproxy_takes_its_configuration(tmp_path: Path) -> None:
    if not (haproxy := shutil.which("haproxy")):
        pytest.skip("haproxy is not here: apt-get install haproxy")
    path = place("haproxy.cfg", tmp_path)
    path.write_text(re.sub(r"^    (user|group) .*\n", "", path.read_text("utf-8"), flags=re.MULTILINE))
    done = subprocess.run([haproxy, "-c", "-f", path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr


def test_nginx_takes_its_configuration(tmp_path: Path) -> None:
    if not (nginx := shutil.which("nginx")) or not Path("/var/lib/nginx").exists():
        pytest.skip("nginx is not here: apt-get install nginx libnginx-mod-stream")
    path = place("nginx.conf", tmp_path)
    text = path.read_text("utf-8").replace("/run/nginx.pid", str(tmp_path / "pid"))
    path.write_text(text.replace("/var/log/nginx", str(tmp_path)))
    done = subprocess.run(
        [nginx, "-t", "-e", tmp_path / "errors", "-c", path], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@contextmanager
def proxied(target: str, directory: Path) -> Iterator[int]:
    """haproxy in front of a registry, by the part of its file that is for gRPC; the port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    text = place("haproxy.cfg", directory).read_text("utf-8").partition("# The published log")[0]
    text = re.sub(r"^    (user|group|log /dev).*\n", "", text, flags=re.MULTILINE)
    text = text.replace("bind :8443", f"bind 127.0.0.1:{port}").replace("192.0.2.21:8443", target)
    text = text.replace("maxconn 20000", "maxconn 200")
    path = directory / "running.cfg"
    path.write_text(text, "utf-8")
    process = subprocess.Popen([shutil.which("haproxy") or "", "-db", "-f", path], stderr=subprocess.DEVNULL)
    try:
        yield port
    finally:
        process.terminate()
        process.wait(30)


def test_registry_behind_haproxy_sees_the_callers_own_certificate(tmp_path: Path) -> None:
    if not shutil.which("haproxy"):
        pytest.skip("haproxy is not here: apt-get install haproxy")
    directory = installation(tmp_path / "registry")
    (tmp_path / "proxy").mkdir()
    caller = directory / "clients/registrar"
    files = [(caller / name).read_bytes() for name in ("ca.pem", "key.pem", "cert.pem")]
    with started(directory) as (_, target), proxied(target, tmp_path / "proxy") as port:
        request = health_pb2.HealthCheckRequest()
        with grpc.secure_channel(f"localhost:{port}", grpc.ssl_channel_credentials(*files)) as channel:
            grpc.channel_ready_future(channel).result(20)
            answer = health_pb2_grpc.HealthStub(channel).Check(request, timeout=20)  # type: ignore[attr-defined]
            assert answer.status == health_pb2.HealthCheckResponse.SERVING
        stranger = grpc.ssl_channel_credentials(files[0])
        with grpc.secure_channel(f"localhost:{port}", stranger) as channel, pytest.raises(grpc.RpcError):
            health_pb2_grpc.HealthStub(channel).Check(request, timeout=5)  # type: ignore[attr-defined]
