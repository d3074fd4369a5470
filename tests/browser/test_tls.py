"""The TLS end that hosting ships, in front of a real app: what readers get, and what ends there."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Browser, WebSocket

from deploy.nginx import NGINX_PATHS
from dyntube.doctor.site import ALL, Site, of_site, plain

from .. import debian
from ..scripted import Answer, Server, serve
from ..server.test_prometheus import free_port
from .app import running, wait_painted, watch
from .head import chips
from .test_processes import until

DEPLOY = Path(__file__).parents[2] / "deploy"
AROUND = """
daemon off; pid nginx.pid; error_log stderr warn; worker_processes 1;
events {}
http {
  access_log off;
  client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi; scgi_temp_path scgi;
  include nginx-app.conf;
  include nginx-away.conf;
  include nginx-tls.conf;
}
"""
OURS = re.compile("[0-9a-f]{32}")


@dataclass(frozen=True)
class TlsEnd:
    """What nginx serves: `url` and `plain` are its addresses, `ca` is to be trusted."""

    url: str
    plain: str
    ca: str

    def get(self, path: str = "/", **headers: str) -> requests.Response:
        address = f"{self.url}{path}"
        return requests.get(address, headers=headers, verify=self.ca, timeout=30)


def certificate(folder: Path) -> None:
    """A certificate of our own for localhost."""
    program = shutil.which("openssl")
    if not program:
        pytest.skip("openssl is not installed: the TLS end was not tried.")
    names = "subjectAltName=DNS:localhost,IP:127.0.0.1"
    key, crt = folder / "privkey.pem", folder / "fullchain.pem"
    wanted = (
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=localhost",
    )
    files = ("-keyout", str(key), "-out", str(crt), "-addext", names)
    subprocess.run([program, *wanted, *files], check=True, capture_output=True)


@contextmanager
def tls_end(folder: Path, app: str) -> Iterator[TlsEnd]:
    """The shipped configuration in front of an app."""
    made = configured(folder, app)
    with nginx_of(made):
        yield made


def configured(folder: Path, app: str) -> TlsEnd:
    """The shipped configuration in a folder, at ports and with files that a test may use."""
    debian.need("nginx", "nginx-light", f"{os.environ['PATH']}:{NGINX_PATHS}")
    folder.chmod(0o755)
    certificate(folder)
    plain, port = free_port(), free_port()
    text = (DEPLOY / "nginx-tls.conf").read_text("utf-8")
    text = text.replace("listen 80 ", f"listen 127.0.0.1:{plain} ")
    text = text.replace("listen 443 ", f"listen 127.0.0.1:{port} ")
    text = text.replace("/var/log/nginx/access.log", str(folder / "access.log"))
    (folder / "nginx-tls.conf").write_text(text.replace("/etc/dyntube/tls", str(folder)))
    where = (DEPLOY / "nginx-app.conf").read_text("utf-8").replace("127.0.0.1:8501", app)
    (folder / "nginx-app.conf").write_text(where)
    shutil.copy(DEPLOY / "nginx-away.conf", folder)
    (folder / "nginx.conf").write_text(AROUND)
    checked = subprocess.run([*command(folder), "-t"], capture_output=True, text=True, check=False)
    assert "test is successful" in checked.stderr, checked.stderr
    return TlsEnd(
        f"https://localhost:{port}", f"http://localhost:{plain}", str(folder / "fullchain.pem")
    )


@contextmanager
def nginx_of(end: TlsEnd) -> Iterator[subprocess.Popen[bytes]]:
    """nginx that serves what is configured there."""
    process = subprocess.Popen(command(Path(end.ca).parent))
    try:
        until(lambda: listens(int(end.url.rpartition(":")[2])))
        yield process
    finally:
        process.terminate()
        process.wait(timeout=20)


def command(folder: Path) -> list[str]:
    """How nginx is called with the configuration of a folder."""
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:{NGINX_PATHS}")
    assert program
    return [program, "-p", str(folder), "-c", str(folder / "nginx.conf")]


def listens(port: int) -> bool:
    with closing(socket.socket()) as to:
        return to.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="module")
def dash(demo_archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TlsEnd]:
    """The app on demo data behind TLS."""
    port = str(free_port())
    with (
        running(demo_archive, METRICS_PORT=port) as url,
        tls_end(tmp_path_factory.mktemp("tls"), url.removeprefix("http://")) as made,
    ):
        yield made


def test_a_page_is_drawn_over_tls_from_a_deep_link_and_its_files_are_downloaded(
    dash: TlsEnd, browser: Browser
) -> None:
    tab = watch(browser, any_certificate=True)
    streams: list[WebSocket] = []
    tab.page.on("websocket", lambda stream: streams.append(stream))
    tab.open(f"{dash.url}/videos?period=last-28-days&country=DE")
    tab.wait_painted()
    assert "country=DE" in tab.page.url
    assert tab.page.locator("h1").inner_text() == "Videos"
    assert chips(tab.page) == ["Country is Germany"]
    assert [stream.url.split("?")[0] for stream in streams] == [
        f"{dash.url.replace('https', 'wss')}/_stcore/stream"
    ]
    tab.page.locator(".st-key-export button").first.click()
    with tab.page.expect_download() as download:
        tab.page.locator(".st-key-export-page button").click()
    assert download.value.path().read_bytes()[:2] == b"PK"
    cookies = tab.page.context.cookies()
    assert cookies
    assert all(cookie["secure"] for cookie in cookies)
    tab.page.reload()
    wait_painted(tab.page)
    tab.close()


def test_what_can_be_compressed_comes_so_and_is_kept(dash: TlsEnd) -> None:
    page = dash.get()
    assert page.headers["content-encoding"] == "gzip"
    [script] = re.findall(r'src="\./(static/js/index\.[^"]*)"', page.text)
    answer = dash.get(f"/{script}")
    assert answer.headers["content-encoding"] == "gzip"
    assert "immutable" in answer.headers["cache-control"]
    views = dash.get("/api/views.csv?period=yesterday")
    assert views.text.startswith('\ufeff"id"')
    assert views.headers["cache-control"] == "no-store"


def test_every_answer_says_that_only_tls_is_wanted_and_plain_http_leads_there(
    dash: TlsEnd,
) -> None:
    for path in ("/", "/healthz", "/metrics", "/nowhere", "/api/views.csv?city=nowhere&x=1"):
        assert dash.get(path).headers["strict-transport-security"] == "max-age=31536000"
    asked = f"{dash.plain}/videos?country=DE"
    answer = requests.get(asked, allow_redirects=False, timeout=30)
    assert answer.status_code == 308
    assert answer.headers["location"] == "https://localhost/videos?country=DE"


def test_health_is_answered_and_what_is_for_the_machine_is_not(dash: TlsEnd) -> None:
    assert (dash.get("/healthz").status_code, dash.get("/healthz").text) == (200, "ok")
    closed = ("/readyz", "/readyz/", "/metrics", "/_stcore/metrics", "/videos/_stcore/metrics")
    for path in (*closed, "/%6detrics", "//metrics"):
        answer = dash.get(path)
        assert answer.status_code == 404, path
        assert "dyntube_" not in answer.text


def test_the_app_still_refuses_hosts_that_it_was_not_told_of(dash: TlsEnd) -> None:
    assert dash.get("/", Host="evil.example").status_code == 403


@pytest.fixture(scope="module")
def echo() -> Iterator[Server]:
    """An app that only remembers what it was asked."""
    with serve(lambda asked: Answer(headers={"Set-Cookie": "a=b; Path=/"})) as server:
        yield server


@pytest.fixture(scope="module")
def before_echo(echo: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TlsEnd]:
    with tls_end(tmp_path_factory.mktemp("echo"), echo.url.removeprefix("http://")) as made:
        yield made


IDENTITY = re.findall(r"proxy_set_header (\S+) \"\";", (DEPLOY / "nginx-tls.conf").read_text())


def passed_on(to: TlsEnd, echo: Server, **headers: str) -> dict[str, str]:
    """The headers that the app gets of such a request."""
    assert to.get("/api/anything", **headers).status_code == 200
    return {name.lower(): value for name, value in echo.asked[-1].headers.items()}


def test_no_client_says_who_it_is(before_echo: TlsEnd, echo: Server) -> None:
    assert len(IDENTITY) > 30
    claims = dict.fromkeys(IDENTITY, "admin@acme.com")
    claims |= {name.upper().replace("-", "_"): "admin@acme.com" for name in IDENTITY}
    got = passed_on(before_echo, echo, **claims)
    assert "admin@acme.com" not in got.values()


def test_what_the_app_is_told_of_a_request_is_the_proxy_s_word(
    before_echo: TlsEnd, echo: Server
) -> None:
    claims = dict.fromkeys(
        ("X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Request-Id"), "1.2.3.4"
    )
    got = passed_on(before_echo, echo, **claims)
    assert got["x-forwarded-for"] == "127.0.0.1"
    assert got["x-forwarded-proto"] == "https"
    assert got["x-forwarded-host"] == got["host"] == before_echo.url.removeprefix("https://")
    assert OURS.fullmatch(got["x-request-id"])
    other = passed_on(before_echo, echo)
    assert other["x-request-id"] != got["x-request-id"]


def test_cookies_travel_over_tls_alone(before_echo: TlsEnd) -> None:
    assert before_echo.get().headers["set-cookie"] == "a=b; Path=/; Secure"


def test_the_id_of_a_request_is_the_same_in_the_app_s_answer_and_in_the_proxy_s_log(
    dash: TlsEnd,
) -> None:
    answer = dash.get("/healthz?video=of-somebody", **{"X-Request-Id": "chosen-by-a-client"})
    name = answer.headers["x-request-id"]
    assert OURS.fullmatch(name)
    log = Path(dash.ca).with_name("access.log")
    until(lambda: name in log.read_text())
    [line] = [line for line in log.read_text().splitlines() if name in line]
    assert re.search(rf" GET /healthz 200 2 [0-9.]+ {name}$", line)
    assert "of-somebody" not in line


def test_an_app_that_is_away_is_said_to_be_starting(tmp_path: Path) -> None:
    with tls_end(tmp_path, f"127.0.0.1:{free_port()}") as to:
        answer = to.get()
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "3"
    assert answer.headers["strict-transport-security"]
    assert "The dashboard is starting" in answer.text


def states(url: str, ca: str = "") -> dict[str, tuple[str, str]]:
    """What the doctor says of a site: state and text of each check."""
    found = list(of_site(url, ca))
    assert [check.name for check in found] == list(ALL)
    assert all(check.advice for check in found if check.state in ("failed", "warning"))
    return {check.name: (check.state, check.text) for check in found}


def test_the_doctor_finds_nothing_to_do_at_the_site_as_shipped(dash: TlsEnd) -> None:
    found = states(dash.url, dash.ca)
    assert {name: state for name, (state, _) in found.items()} == {
        **dict.fromkeys(ALL, "ok"),
        "plain HTTP": "skipped",
    }
    assert plain(Site(dash.url, dash.ca), f"{dash.plain}/").state == "ok"


def test_the_doctor_names_a_certificate_that_is_not_trusted(dash: TlsEnd) -> None:
    found = states(dash.url)
    assert found["site"] == ("failed", f"{dash.url}: its certificate is not trusted")
    assert found["websocket"][0] == "skipped"


def test_the_doctor_names_an_app_without_a_proxy(demo: str) -> None:
    found = states(demo)
    assert found["TLS"] == ("failed", "what readers see crosses the network readable")
    assert found["websocket"] == ("ok", "opens")
    assert found["closed"] == ("warning", "everybody may read /readyz")


def test_the_doctor_names_a_proxy_before_nothing(tmp_path: Path) -> None:
    with tls_end(tmp_path, f"127.0.0.1:{free_port()}") as to:
        found = states(to.url, to.ca)
        assert found["site"] == ("failed", f"the proxy at {to.url} does not reach the app")
        assert found["websocket"] == ("failed", "does not open: 503")
    assert states(to.url, to.ca)["site"] == ("failed", f"{to.url}: no connection")
