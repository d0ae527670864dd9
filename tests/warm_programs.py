"""The programs of this house as real processes, forked from one that has imported everything.

Run as a script it listens on a Unix socket and forks a process for each command that comes. In that command's place
stands ``warm_program.py``, which hands over its arguments, surroundings and open files, and passes signals on. A page
of fifty commands then takes seconds.

What a journey's commands do is theirs from the first line of ``main`` on, in a process of their own; what importing
them costs is measured elsewhere: what asks how long a start takes, or how much memory is held, starts a director from
nothing (``real_processes.RealDirector``), and where programs are installed they run as installed
(``journeys/test_installing.py``).
"""

import gc
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from select import select
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PROGRAMS = ("fl-director", "fl-envoy", "python")
PRELOADED = (
    "aggregation.strategy",
    "alembic.autogenerate",  # what a command imports only when it opens a database, or shows a table, is here too
    "alembic.command",
    "director.app",
    "director.cli",
    "envoy.cli",
    "envoy.training",
    "pygments",
    "sqlalchemy.dialects.sqlite.pysqlite",
    "typer.rich_utils",
    "uvicorn.lifespan.on",
    "uvicorn.protocols.http.httptools_impl",
)
_COMMAND = """#!/bin/sh
case "{name} $1" in
    "python -m" | "python "[!-]*) ;;
    "python "*) exec "{python}" "$@" ;;
esac
exec "{python}" -I -S "{client}" "{place}" {name} "$@"
"""
_CLIENT = Path(__file__).with_name("warm_program.py")
_MAX_REQUEST_BYTES = 1 << 20


@contextmanager
def warm_programs(folder: Path) -> Iterator[Path]:
    """Give a folder for ``PATH`` that holds the programs, while the block runs."""
    place, commands = folder / "socket", folder / "bin"
    commands.mkdir()
    for name in PROGRAMS:
        command = commands / name
        command.write_text(_COMMAND.format(python=sys.executable, client=_CLIENT, place=place, name=name))
        command.chmod(0o755)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    serve = [sys.executable, "-P", __file__, str(place)]  # -P: tests/director is no director
    server = subprocess.Popen(serve, env=environment, cwd=ROOT, stdin=subprocess.PIPE, start_new_session=True)
    try:
        end = time.monotonic() + 60
        while not place.exists():
            assert server.poll() is None, "the programs ended before they were ready"
            assert time.monotonic() < end, "the programs did not get ready"
            time.sleep(0.02)
        yield commands
    finally:
        os.killpg(server.pid, signal.SIGTERM)  # with all that it forked
        server.communicate(timeout=10)


def _serve(place: str) -> None:
    for name in PRELOADED:
        import_module(name)

    gc.freeze()  # or each collection in a fork copies what they share
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(f"{place}.new")
    listener.listen(16)
    Path(f"{place}.new").rename(place)
    asked, parent_ended = listener.fileno(), 0  # standard input ends with the process that started this one
    running: dict[int, tuple[int, socket.socket]] = {}
    while parent_ended not in (ready := select([asked, parent_ended, *running], [], [])[0]):
        for ended in (each for each in ready if each != asked):
            _tell_how_it_ended(*running.pop(ended))
            os.close(ended)
        if asked in ready:
            connection = listener.accept()[0]
            child = os.fork()
            if child == 0:
                listener.close()
                _run(connection)
            running[os.pidfd_open(child)] = child, connection


def _tell_how_it_ended(child: int, connection: socket.socket) -> None:
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    with connection, suppress(BrokenPipeError):  # who asked may have ended before it
        connection.sendall(b"%d\n" % code)


def _run(connection: socket.socket) -> None:
    """Be the command that the other end asks for; never returns."""
    message, files, _, _ = socket.recv_fds(connection, _MAX_REQUEST_BYTES, 3)
    request = json.loads(message)
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
    sys.stdout, sys.stderr = (os.fdopen(number, "w", encoding="utf-8", closefd=False) for number in (1, 2))
    connection.sendall(b"%d\n" % os.getpid())
    os.environ.clear()
    os.environ.update(request["environment"])
    os.chdir(request["folder"])
    sys.argv = [request["program"], *request["arguments"]]
    code = 1
    try:
        _main(request["program"])
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
        if isinstance(ended.code, str):
            print(ended.code, file=sys.stderr)
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _main(program: str) -> Any:
    if program == "python":
        return _python()
    import director.cli
    import envoy.cli

    return (director.cli if program == "fl-director" else envoy.cli).main()


def _python() -> Any:
    """Run ``python -m MODULE …`` and ``python FILE …`` as Python does."""
    if sys.argv[1] == "-m":
        sys.argv = sys.argv[2:]
        return runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
    sys.argv = sys.argv[1:]
    sys.path.insert(0, os.path.dirname(os.path.abspath(sys.argv[0])))  # noqa: PTH100, PTH120 - as Python does
    return runpy.run_path(sys.argv[0], run_name="__main__")


if __name__ == "__main__":
    _serve(sys.argv[1])
