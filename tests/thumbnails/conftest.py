"""Fixtures: an internet with one site of pictures."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from .internet import ADDRESS, HOST, Internet, Site, answer, listening, make_certificate, use
from .pictures import jpeg


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificate(tmp_path_factory.mktemp("certificates"), "*.dyntube.com")


@pytest.fixture
def internet(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Internet:
    """An internet on which HOST leads to ADDRESS."""
    internet = Internet()
    internet.lead(HOST, [ADDRESS])
    use(monkeypatch, internet, certificate)
    return internet


@pytest.fixture
def site(internet: Internet, certificate: Path) -> Iterator[Site]:
    """The server of HOST, which answers each request with a picture."""
    with listening(Site(answer(jpeg())), certificate) as site:
        internet.ports[ADDRESS] = site.port
        yield site
