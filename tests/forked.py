"""Python in a process of its own that need not import everything first, which takes a second.

It is forked from one that has: the arguments, environment, folder, output, end and exit status are
its own, and its waits are cut short. Where the start or a wait itself matters, a test starts a
process as anybody does.
"""

from __future__ import annotations

import atexit
import functools
import json
import select
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
_SECONDS = 120
_MOTHER = """
import json, os, runpy, sys, time
sleep = time.sleep
time.sleep = lambda seconds: sleep(min(seconds, 0.01))
import {imports}
sys.modules.pop("dyntube.__main__", None)  # which a child runs as a program
for line in sys.stdin:
    asked = json.loads(line)
    child = os.fork()
    if not child:
        break
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
else:
    sys.exit()
os.environ.clear()
os.environ.update(asked["environ"])
os.chdir(asked["folder"])
for number, file in enumerate((os.devnull, asked["out"], asked["err"])):
    os.dup2(os.open(file, os.O_RDWR), number)
if asked["code"] is None:
    sys.argv = ["", *asked["arguments"]]
    runpy.run_module("dyntube", run_name="__main__", alter_sys=True)
else:
    exec(asked["code"], {{"__name__": "__main__"}})
"""


def dyntube(
    *arguments: str, environ: Mapping[str, str], folder: Path = ROOT
) -> subprocess.CompletedProcess[str]:
    """`python -m dyntube` with these arguments."""
    return _fork("dyntube.__main__", None, arguments, environ, folder)


def code(
    text: str, *, imports: str, environ: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """`python -c` with this code; the modules of `imports` are already there."""
    return _fork(imports, text, (), environ, ROOT)


def _fork(
    imports: str,
    text: str | None,
    arguments: Sequence[str],
    environ: Mapping[str, str],
    folder: Path,
) -> subprocess.CompletedProcess[str]:
    mother = _mother(imports, threading.get_ident())  # one waits for its child
    assert mother.stdin
    assert mother.stdout
    with tempfile.NamedTemporaryFile() as out, tempfile.NamedTemporaryFile() as err:
        asked = {"code": text, "arguments": arguments, "environ": dict(environ)}
        asked |= {"folder": str(folder), "out": out.name, "err": err.name}
        mother.stdin.write(json.dumps(asked) + "\n")
        mother.stdin.flush()
        assert select.select([mother.stdout], [], [], _SECONDS)[0], f"{arguments} does not end"
        status = int(mother.stdout.readline())
        said, errors = (file.read().decode() for file in (out, err))
    return subprocess.CompletedProcess([*arguments], status, said, errors)


@functools.cache
def _mother(imports: str, thread: int) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", _MOTHER.format(imports=imports)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    atexit.register(process.communicate)
    return process
