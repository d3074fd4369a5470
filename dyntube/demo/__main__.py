"""`python -m dyntube.demo`: serve the stand-in until stopped."""

from __future__ import annotations

import argparse
import datetime as dt
import os
import socket
import sys
import threading

from .draw import SEED, VIEWS_PER_DAY
from .server import Clock, make_app, utc_now


def main() -> int:
    options = _options()
    try:
        listening = _listen(options.host, options.port)
    except (OSError, OverflowError) as error:
        print(f"{options.host}:{options.port} cannot be listened on: {error}.", file=sys.stderr)
        return 1
    if options.end_with_parent:
        threading.Thread(target=_end_with_stdin, daemon=True).start()
    app = make_app(
        key=options.key,
        views_per_day=options.views_per_day,
        seed=options.seed,
        clock=_clock(options.today),
    )
    host, port = listening.getsockname()[:2]
    try:
        # From here on, connections queue in the socket until the server accepts them.
        print(f"http://{f'[{host}]' if ':' in host else host}:{port}", flush=True)
        _serve(app, listening)
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 130
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m dyntube.demo", description=__doc__)
    parser.add_argument("--port", type=int, default=8600, help="0 for a free one")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--key", default="", help="then every call needs it as a Bearer token")
    parser.add_argument("--views-per-day", type=_scale, default=VIEWS_PER_DAY)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--today", type=_moment, help="stop the clock at YYYY-MM-DDTHH:MM, UTC")
    parser.add_argument(
        "--end-with-parent", action="store_true", help="end when standard input does"
    )
    return parser.parse_args()


def _scale(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 5_000_000:
        raise argparse.ArgumentTypeError("must be from 1 to 5000000")
    return number


def _moment(text: str) -> dt.datetime:
    moment = dt.datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


def _clock(stopped_at: dt.datetime | None) -> Clock:
    return utc_now if stopped_at is None else lambda: stopped_at


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=256)


def _end_with_stdin() -> None:
    # Unbuffered: the buffered stream would hold a lock that the interpreter needs on exit.
    while os.read(0, 4096):
        pass
    # The parent is gone, so nothing waits for a clean exit.
    os._exit(0)


def _serve(app: object, listening: socket.socket) -> None:
    import uvicorn

    config = uvicorn.Config(
        app,  # type: ignore[arg-type]
        log_level="warning",
        access_log=False,
        lifespan="off",
        date_header=False,  # the app sends the date of its own clock
    )
    uvicorn.Server(config).run(sockets=[listening])


if __name__ == "__main__":
    sys.exit(main())
