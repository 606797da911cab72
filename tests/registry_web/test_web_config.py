"""web.toml: what may stand in it, and that every fault is told at once."""

from pathlib import Path

import pytest

from registry_web.config import WebConfigError, load_web_config

GATEWAY = """
[gateway]
address = "127.0.0.1:8491"
url = "http://127.0.0.1:8491/"
credentials = "clients/gateway"
"""
CONSOLE = """
[console]
address = "127.0.0.1:8493"
url = "https://console.example"
credentials = "clients/console"
token_key = "keys/console.key"
database = "console.db"
signer = "run/signer.sock"
policy = "verify.policy"
"""
OIDC = """
[console.oidc]
issuer = "https://login.example"
client_id = "console"
client_secret = "keys/oidc.secret"
name = "统一身份认证"
"""


def written(directory: Path, text: str) -> Path:
    path = directory / "web.toml"
    path.write_text('[registry]\ntarget = "127.0.0.1:8443"\n' + text, "utf-8")
    return path


def refusal(directory: Path, text: str) -> str:
    with pytest.raises(WebConfigError) as raised:
        load_web_config(written(directory, text))
    return str(raised.value)


def test_paths_begin_where_the_file_is_and_what_is_left_out_is_not_served(tmp_path: Path) -> None:
    config = load_web_config(written(tmp_path, GATEWAY + CONSOLE + OIDC))
    assert config.gateway is not None
    assert config.gateway.credentials == tmp_path / "clients/gateway"
    assert config.gateway.url == "http://127.0.0.1:8491"
    assert config.gateway.host == "127.0.0.1:8491"
    assert config.portal is None
    assert config.console is not None
    assert config.console.oidc is not None
    assert config.console.oidc.client_secret == tmp_path / "keys/oidc.secret"


def test_every_fault_is_told_at_once_with_its_key(tmp_path: Path) -> None:
    told = refusal(tmp_path, '[gateway]\naddress = ""\nportt = "x"\n[gate]\n[portal]\naddress = 5\n')
    for part in ("多余的 [gate]", "[gateway] 缺少 address", "[gateway] 缺少 url", "[gateway] 多余的 portt"):
        assert part in told
    assert "[portal] 缺少 address" in told
    assert "[portal] 缺少 policy" in told


def test_without_tls_a_face_listens_on_this_machine_alone(tmp_path: Path) -> None:
    told = refusal(tmp_path, GATEWAY.replace('127.0.0.1:8491"\nurl', '0.0.0.0:8491"\nurl'))
    assert "[gateway] address: 没有 [tls] 时只能监听本机" in told


@pytest.mark.parametrize(
    "url", ["http://credit.example", "https://credit.example/path", "credit.example", "https://"]
)
def test_a_face_is_reached_by_https_at_the_root_of_a_host(tmp_path: Path, url: str) -> None:
    told = refusal(tmp_path, GATEWAY.replace("http://127.0.0.1:8491/", url))
    assert "[gateway] url 应为 https://" in told


def test_a_file_that_is_none_or_not_there_is_one_line(tmp_path: Path) -> None:
    assert "不能读取" in refusal_of(tmp_path / "nowhere.toml")
    (tmp_path / "web.toml").write_text("= =", "utf-8")
    assert "不是 TOML" in refusal_of(tmp_path / "web.toml")


def refusal_of(path: Path) -> str:
    with pytest.raises(WebConfigError) as raised:
        load_web_config(path)
    return str(raised.value)
