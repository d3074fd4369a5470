"""The vendor's own code samples run against the stand-in, with nothing but the host replaced."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from dyntube.demo import process

PAGE = Path(__file__).parents[1] / "data" / "get-video-analytics.txt"
HOST = "stats.dyntube.com"


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    running = process.start()
    yield running.url
    running.stop()


def sample(language: str, following: str) -> str:
    """The code under a language's heading, up to the next heading."""
    text = PAGE.read_text("utf-8")
    match = re.search(rf"^{re.escape(language)}\n\n(.+?)^{following}$", text, re.M | re.S)
    assert match
    return match[1]


def printed(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_python_sample_gets_views(url: str, tmp_path: Path) -> None:
    code = sample("Python", "PHP").replace(f"https://{HOST}", url)
    script = tmp_path / "sample.py"
    script.write_text(f"{code}\nprint(len(data['views']), data['pager'])\n", "utf-8")
    assert printed([sys.executable, str(script)]).startswith("20 {'page': 1, 'size': 20")


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
def test_the_node_sample_prints_views(url: str, tmp_path: Path) -> None:
    parts = urlsplit(url)
    # The page has a stray "ja" behind the sample, which is no part of it.
    code = sample("Node.js", "Python").replace("req.end();\nja", "req.end();")
    code = code.replace("require('https')", "require('http')")
    code = code.replace(f"hostname: '{HOST}'", f"hostname: '{parts.hostname}', port: {parts.port}")
    script = tmp_path / "sample.js"
    script.write_text(code, "utf-8")
    output = printed(["node", str(script)])
    assert output.startswith("statusCode: 200")
    assert output.count('"videoKey"') == 20


@pytest.mark.skipif(shutil.which("php") is None, reason="php is not installed")
def test_the_php_sample_prints_views(url: str, tmp_path: Path) -> None:
    script = tmp_path / "sample.php"
    script.write_text(sample("PHP", "Last updated").replace(f"https://{HOST}", url), "utf-8")
    assert printed(["php", str(script)]).count('"videoKey"') == 20


def test_the_csharp_samples_address_answers(url: str) -> None:
    address = re.search(r'url = \$"https://[^/]+(/[^"]+)"', sample("C#", re.escape("Node.js")))
    assert address
    path = address[1].format(**{"from": "2020-08-01", "to": "2020-09-30", "size": 20, "page": 1})
    assert len(requests.get(f"{url}{path}", timeout=20).json()["views"]) == 20
