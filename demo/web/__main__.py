"""``make serve-web``: registry, gateway, portal and console on this machine, with development certificates.

A fresh registry with the demonstration's records is founded, which takes a minute; then addresses and
accounts are printed, and everything runs until Ctrl-C. With ``--keep DIRECTORY`` its files stay there. The
browser warns of the certificates: their authority is ``registry/tls/authority.pem`` in the directory.
"""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

from demo.showing import say, show
from demo.town import TownError, founded_town
from demo.web.faces import PIN, Faces, Ports, faces
from demo.web.filling import FOUNDING, fill
from registry_web.config import WebConfigError

FIRST_PORT = 8491


def main() -> None:
    """Serves until it is told to stop."""
    parser = argparse.ArgumentParser(prog="python -m demo.web", description="The web faces.")
    parser.add_argument("--keep", type=Path, metavar="DIRECTORY", help="leave everything here")
    parser.add_argument("--port", type=int, default=FIRST_PORT, help="first of four ports")
    given = parser.parse_args()
    ports = Ports(*range(given.port, given.port + 4))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with tempfile.TemporaryDirectory(prefix="registry-web-") as parent:
        home = given.keep or Path(parent)
        home.mkdir(parents=True, exist_ok=True)
        try:
            _serve(home, ports)
        except (TownError, WebConfigError) as error:
            sys.exit(f"serve-web: {error}")
        except KeyboardInterrupt:
            pass


def _serve(home: Path, ports: Ports) -> None:
    say("建立登记系统并登记示例数据, 约一分钟 …")
    with founded_town(home / "registry", FOUNDING) as town:
        with redirect_stdout(StringIO()):  # What make demo shows is not of interest here.
            hands = fill(town)
        with faces(town, hands, ports) as served:
            _show(served)
            signal.pause()


def _show(served: Faces) -> None:
    show(
        ("入口", "地址"),
        (
            ("门户", served.portal),
            ("管理台", served.console),
            ("网关", f"{served.gateway}/docs"),
        ),
        wide=1,
    )
    say(f"管理台登录: 选“开发用身份认证”, 填下列名称之一; 签名口令都是 {PIN}")
    show(("名称", "姓名", "科室"), [(each.login, each.name, each.section) for each in served.logins], wide=2)
    say("证书由开发用机构签发, 浏览器会提示; Ctrl-C 结束。")


if __name__ == "__main__":
    main()
