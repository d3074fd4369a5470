"""nginx in front of several app processes: its configuration, written for those there are."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from dyntube.errors import ConfigError
from dyntube.settings.networks import Network
from dyntube.settings.settings import read_settings
from dyntube.settings.sign_in import ProxyHeaders

ROOT = Path(__file__).parents[1]
LOOPBACK = "127.0.0.1"
NGINX_PATHS = "/usr/sbin:/usr/local/sbin"  # not in the PATH of an ordinary user


def nginx_command(folder: Path, ports: Sequence[int]) -> tuple[str, ...]:
    """nginx with its configuration in a folder, in front of the processes at these ports.

    Raises ConfigError if it is not installed, or finds the configuration wrong.
    """
    program = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:{NGINX_PATHS}")
    if not program:
        raise ConfigError("Several processes need nginx in front: install it (apt install nginx).")
    folder.chmod(0o755)  # nginx started by root reads it as somebody else
    address, port = st.get_option("server.address") or "", st.get_option("server.port")
    host = f"[{address}]" if ":" in address else address
    for name in ("nginx.conf", "nginx-away.conf"):
        shutil.copy(ROOT / "deploy" / name, folder)
    (folder / "listen.conf").write_text(f"listen {host}{':' * bool(host)}{port};\n", "utf-8")
    (folder / "processes.conf").write_text(_processes_conf(ports), "utf-8")
    settings = read_settings()
    (folder / "proxies.conf").write_text(_proxies_conf(settings.proxies), "utf-8")
    by_proxy = settings.sign_in and isinstance(settings.sign_in.way, ProxyHeaders)
    (folder / "strangers.conf").write_text(_STRANGERS if by_proxy else "", "utf-8")
    command = program, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-g", "daemon off;"
    checked = subprocess.run([*command, "-t", "-q"], capture_output=True, text=True, check=False)
    if checked.returncode:
        raise ConfigError(f"nginx cannot serve with its configuration: {checked.stderr.strip()}")
    return command


def _proxies_conf(proxies: Sequence[Network]) -> str:
    """Who may say for whom they ask; the app no longer sees who connected."""
    listed = "; ".join(f"{network} 1" for network in proxies)
    return f"geo $from_proxy {{ default 0; {listed}; }}\n"


# Past the proxy that signs people in, anybody could claim to be somebody.
_STRANGERS = (
    'if ($stranger) { return 403 "Open this dashboard at its usual address: it answers '
    'only the proxy that signs people in.\\n"; }\n'
)


def _processes_conf(ports: Sequence[int]) -> str:
    """Which process answers: the one that a reader's cookie names, else each in turn.

    A process that cannot be reached is passed over for two seconds.
    """
    servers = [f"server {LOOPBACK}:{port} max_fails=1 fail_timeout=2s" for port in ports]
    parts = [f"upstream processes {{ {'; '.join(servers)}; }}"]
    for number, own in enumerate(servers, start=1):
        others = [f"{server} backup" for server in servers if server != own]
        parts.append(f"upstream process{number} {{ {'; '.join([own, *others])}; }}")
    numbered = list(enumerate(ports, start=1))
    named = "; ".join(f"{number} process{number}" for number, _ in numbered)
    parts.append(f"map $cookie_dyntube_process $process {{ default processes; {named}; }}")
    # After a failed attempt, the last address is the one that answered.
    answered = "; ".join(f'"~:{port}$" {number}' for number, port in numbered)
    parts.append(f'map $upstream_addr $answered_by {{ default ""; {answered}; }}')
    return "\n".join(parts) + "\n"
