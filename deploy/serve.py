"""Several app processes behind nginx: `make serve PROCESSES=4`.

They share one archive, of which one at a time fetches, one secret for cookies and the memory that
DYNTUBE_MEMORY grants. A process that ends is started again. See docs/scaling.md.
"""

from __future__ import annotations

import argparse
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from deploy.nginx import LOOPBACK, ROOT, nginx_command
from dyntube.cli.signals import stop_on_signal
from dyntube.errors import ConfigError
from dyntube.events import event
from dyntube.logs import log_everything
from dyntube.settings.settings import read_settings
from dyntube.ui.server.starting import unsafe, words
from dyntube.ui.streamlit_internals import option_is_set, read_options

CHECK_SECONDS = 1.0  # between two looks at the processes, so also between two starts of one
STOP_SECONDS = 10.0  # that a process has to end


@dataclass(eq=False)
class Program:
    """A command and its environment."""

    command: tuple[str, ...]
    environ: Mapping[str, str]


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until a signal; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m deploy.serve", description=__doc__)
    parser.add_argument("--processes", type=_count, default=2, help="app processes (2)")
    count = parser.parse_args(arguments).processes
    if not sys.stderr.isatty():
        log_everything()
    read_options()
    with tempfile.TemporaryDirectory(prefix="dyntube-") as folder, stop_on_signal() as stop:
        try:
            environ, ports = app_environ(count), app_ports(count)
            programs = [
                Program(nginx_command(Path(folder), ports), environ),
                *(app(port, number, environ) for number, port in enumerate(ports, start=1)),
            ]
        except ConfigError as error:
            print(f"serve: {error}", file=sys.stderr)
            return 2
        print(f"\n{words('make serve', **_told(count))}\n", flush=True)
        with started(programs) as running, ended_by_hangup():
            while not stop.wait(CHECK_SECONDS):
                restart_ended(running)
    print("Stopped.", flush=True)
    return stop.status


def _told(count: int) -> dict[str, str]:
    told = {"Processes": f"{count}, behind nginx"}
    if base := read_settings().metrics_port:
        told["Metrics"] = f"those of each process at ports {base + 1:d} to {base + count:d}"
    return told


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 64:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to 64")
    return int(text)


def app_environ(count: int) -> dict[str, str]:
    """The environment of each of `count` processes: a share of the memory, and one cookie secret.

    Raises ConfigError.
    """
    if st.get_option("server.sslCertFile"):
        raise ConfigError("server.sslCertFile is for one process: put TLS in front of nginx.")
    if wrong := unsafe():
        raise ConfigError(" ".join(wrong))
    settings = read_settings()
    environ = os.environ | {"DYNTUBE_MEMORY": str(settings.memory // count)}
    # nginx is in front of them, and says who connected to it only if that is a listed proxy.
    environ["DYNTUBE_PROXIES"] = ",".join([*map(str, settings.proxies), LOOPBACK])
    if not option_is_set("server.cookieSecret"):
        environ["STREAMLIT_SERVER_COOKIE_SECRET"] = secrets.token_hex(32)
    return environ


def app_ports(count: int) -> list[int]:
    """The ports of the processes: those after the port that people use.

    Raises ConfigError if another program has one of them, or one that metrics need.
    """
    port, address = st.get_option("server.port"), st.get_option("server.address") or ""
    ports, settings = list(range(port + 1, port + 1 + count)), read_settings()
    base = settings.metrics_port
    metrics = [base + number for number in range(1, count + 1)] if base else []
    if taken := {port, *ports} & {*metrics}:
        raise ConfigError(f"Port {min(taken)} is the app's: set another DYNTUBE_METRICS_PORT.")
    own = [(LOOPBACK, own) for own in ports]
    for host, wanted in [(address, port), *own, *((settings.metrics_address, n) for n in metrics)]:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        try:
            socket.create_server((host, wanted), family=family).close()
        except (OSError, OverflowError) as error:
            raise ConfigError(f"Port {wanted} is needed: {error}.") from error
    return ports


def app(port: int, number: int, environ: Mapping[str, str]) -> Program:
    """One app process, for this machine only; its metrics are `number` ports after those of one."""
    command = sys.executable, "app.py", f"--server.address={LOOPBACK}", f"--server.port={port}"
    if base := read_settings().metrics_port:
        environ = {**environ, "DYNTUBE_METRICS_PORT": str(base + number)}
    return Program(command, environ)


@contextmanager
def started(programs: Sequence[Program]) -> Iterator[dict[Program, subprocess.Popen[bytes]]]:
    """A process for each program, all stopped at the end."""
    running: dict[Program, subprocess.Popen[bytes]] = {}
    try:
        for program in programs:
            running[program] = _start(program)
        yield running
    finally:
        _stop(list(running.values()))


def restart_ended(running: dict[Program, subprocess.Popen[bytes]]) -> None:
    """Start those again that have ended."""
    for program, process in running.items():
        if (status := process.poll()) is not None:
            event("process_failed", program=Path(program.command[1]).stem, status=status)
            running[program] = _start(program)


@contextmanager
def ended_by_hangup() -> Iterator[None]:
    """A terminal that is closed ends us as SIGTERM does, unless `nohup` says otherwise."""
    before = signal.getsignal(signal.SIGHUP)
    if before is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, signal.getsignal(signal.SIGTERM))
    try:
        yield
    finally:
        signal.signal(signal.SIGHUP, before)


def _start(program: Program) -> subprocess.Popen[bytes]:
    # Ctrl-C in a terminal must reach only us, and what each says about itself would mislead.
    return subprocess.Popen(
        program.command,
        cwd=ROOT,
        env=program.environ,
        stdout=subprocess.DEVNULL,
        process_group=0,
    )


def _stop(processes: Sequence[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        process.send_signal(signal.SIGTERM)
    end = time.monotonic() + STOP_SECONDS
    for process in processes:
        try:
            process.wait(max(0.0, end - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


if __name__ == "__main__":
    sys.exit(main())
