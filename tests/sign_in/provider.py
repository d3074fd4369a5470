"""A provider of OpenID Connect over real HTTP, which can also answer wrongly."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import uvicorn
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

CLIENT, CLIENT_SECRET = "dashboard", "a secret that only both of them know"


@dataclass
class Provider:
    """Signs in whom a test names: `people` are claims by name, and its page has a link for each.

    `clock` is how many seconds its clock is ahead; `nonce` replaces that of the request.
    """

    people: dict[str, dict[str, Any]]
    clock: float = 0
    nonce: str = ""
    url: str = ""
    asked: list[str] = field(default_factory=list)
    _codes: dict[str, dict[str, Any]] = field(default_factory=dict)
    _server: uvicorn.Server | None = None
    _thread: threading.Thread | None = None
    _key: RSAKey = field(
        default_factory=lambda: RSAKey.generate_key(2048, parameters={"kid": "k1", "use": "sig"})
    )

    def start(self) -> None:
        """Answer, at the address that it had before if there was one."""
        port = urlsplit(self.url).port or 0
        config = uvicorn.Config(self.app(), port=port, log_level="error", lifespan="off")
        self._server = server = uvicorn.Server(config)
        self._thread = threading.Thread(target=server.run, daemon=True)
        self._thread.start()
        while not server.started:
            assert self._thread.is_alive(), "its port is somebody else's"
            time.sleep(0.02)
        [listening] = server.servers[0].sockets
        self.url = f"http://127.0.0.1:{listening.getsockname()[1]}"

    def stop(self) -> None:
        """Answer nobody any more."""
        if self._server and self._thread:
            self._server.should_exit = True
            self._thread.join(10)

    def app(self) -> Starlette:
        """What it serves."""
        routes = {
            "/.well-known/openid-configuration": self._discovery,
            "/jwks": self._keys,
            "/authorize": self._authorize,
            "/logout": self._logout,
            "/favicon.ico": lambda _: Response(),
        }
        made = [Route(path, answer) for path, answer in routes.items()]
        return Starlette(routes=[*made, Route("/token", self._token, methods=["POST"])])

    def _discovery(self, _: Request) -> Response:
        ends = {"authorization": "authorize", "token": "token", "end_session": "logout"}
        return JSONResponse(
            {f"{name}_endpoint": f"{self.url}/{path}" for name, path in ends.items()}
            | {
                "issuer": self.url,
                "jwks_uri": f"{self.url}/jwks",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "code_challenge_methods_supported": ["S256"],
            }
        )

    def _keys(self, _: Request) -> Response:
        return JSONResponse({"keys": [self._key.as_dict(private=False)]})

    def _authorize(self, request: Request) -> Response:
        asked = request.query_params
        self.asked.append(str(request.url))
        if "as" not in asked:
            links = (
                f'<p><a href="{request.url.include_query_params(**{"as": name})}">{name}</a></p>'
                for name in self.people
            )
            return HTMLResponse("".join(links))
        code = secrets.token_urlsafe(8)
        self._codes[code] = {"who": asked["as"], "nonce": self.nonce or asked.get("nonce")}
        return RedirectResponse(f"{asked['redirect_uri']}?code={code}&state={asked['state']}", 302)

    async def _token(self, request: Request) -> Response:
        form = await request.form()
        granted, now = self._codes.pop(str(form["code"])), int(time.time() + self.clock)
        claims = {"iss": self.url, "aud": CLIENT, "iat": now, "exp": int(time.time()) + 7200}
        claims |= {"nonce": granted["nonce"], "sub": f"id-of-{granted['who']}"}
        claims |= self.people[granted["who"]]
        token = jwt.encode({"alg": "RS256", "kid": "k1"}, claims, self._key)
        return JSONResponse(
            {"access_token": "x", "token_type": "Bearer", "expires_in": 3600, "id_token": token}
        )

    def _logout(self, request: Request) -> Response:
        return RedirectResponse(request.query_params.get("post_logout_redirect_uri", "/"), 302)


@contextmanager
def provided(people: dict[str, dict[str, Any]]) -> Iterator[Provider]:
    """A provider that runs."""
    provider = Provider(people)
    provider.start()
    try:
        yield provider
    finally:
        provider.stop()
