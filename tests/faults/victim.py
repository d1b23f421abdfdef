"""A process that has loaded buem and forks for each command, so that a command costs no start.

Reads a JSON object a line: `arguments` of `buem`, `log` for what is printed, and `strace`, options of the strace under
which it runs, or null. Answers a line each: the exit code, negative for a signal. Started by `harness.Victims`.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

#: Option of prctl(2): any process may trace this one.
_PR_SET_PTRACER = 0x59616D61


def _command(arguments: list[str], log: str, gate: int) -> int:
    """Run one command in this process, once the gate opens."""
    ctypes.CDLL(None).prctl(_PR_SET_PTRACER, ctypes.c_ulong(-1), 0, 0, 0)
    sink = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    os.dup2(sink, 1)
    os.dup2(sink, 2)
    os.close(sink)
    os.read(gate, 1)
    os.close(gate)
    from buem.cli import main

    return main(arguments)


def _traced(child: int, options: list[str]) -> subprocess.Popen[bytes]:
    tracer = subprocess.Popen(["strace", "-f", "-q", "-p", str(child), *options], stderr=subprocess.DEVNULL)
    status, end = Path(f"/proc/{child}/status"), time.monotonic() + 30.0
    while "TracerPid:\t0" in status.read_text():
        if tracer.poll() is not None or time.monotonic() > end:
            raise SystemExit("strace cannot trace a process here")
    return tracer


def _run(order: dict[str, object]) -> int:
    gate, opener = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(opener)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        code = 70
        try:
            code = _command(order["arguments"], order["log"], gate)  # type: ignore[arg-type]
        except BaseException:
            sys.excepthook(*sys.exc_info())  # type: ignore[arg-type]
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
    os.close(gate)
    options = order.get("strace")
    tracer = _traced(child, options) if isinstance(options, list) else None
    os.write(opener, b"x")
    os.close(opener)
    _, status = os.waitpid(child, 0)
    if tracer is not None:
        tracer.wait()
    return os.waitstatus_to_exitcode(status)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _warm_up(arguments: list[str]) -> None:
    """Load and compile everything that a command needs."""
    from buem.cli import main

    out, sys.stdout = sys.stdout, sys.stderr
    main(arguments)
    sys.stdout = out


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _warm_up(sys.argv[1:])
    _say("ready")
    for line in sys.stdin:
        _say(str(_run(json.loads(line))))
