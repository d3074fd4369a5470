"""Exit status 0 while the app in this container is alive: for HEALTHCHECK, without curl."""

from __future__ import annotations

import os
import sys
import urllib.error
import urllib.request

SECONDS = 4  # the container's own limit is 5


def url() -> str:
    """The address of /healthz, by the options that the image sets in the environment."""
    port = os.environ.get("STREAMLIT_SERVER_PORT", "8501")
    base = os.environ.get("STREAMLIT_SERVER_BASE_URL_PATH", "").strip("/")
    return f"http://127.0.0.1:{port}{'/' * bool(base)}{base}/healthz"


def main() -> int:
    """Ask, and say why if there is no good answer."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(url(), timeout=SECONDS) as answer:
            return 0 if answer.read(10) == b"ok" else 1
    except (urllib.error.URLError, OSError) as error:
        print(f"{url()}: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
