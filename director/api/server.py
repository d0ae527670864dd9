"""How uvicorn serves a director: over our own connections, with what it complains of shown as text."""

import ctypes
import logging
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from contract.visible_text import visible
from director.api.transport import BoundedProtocol
from director.settings import DirectorSettings


def server_options(settings: DirectorSettings) -> dict[str, Any]:
    """Give the options with which uvicorn serves a director; the address and TLS are the command's."""
    return {
        "http": f"{BoundedProtocol.__module__}:{BoundedProtocol.__name__}",
        "ws": "none",
        "access_log": False,
        "log_config": _LOGGING,
        "server_header": False,
        "timeout_graceful_shutdown": settings.stopping_seconds,
        "timeout_keep_alive": settings.idle_seconds,
    }


class VisibleLines(logging.Formatter):
    """What the server itself complains of, tracebacks too: what requests brought is shown as text."""

    def format(self, record: logging.LogRecord) -> str:
        """Turn a record into its lines."""
        return "\n".join(map(visible, super().format(record).split("\n")))


_LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"visible": {"()": f"{__name__}.{VisibleLines.__name__}", "format": "%(levelname)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "visible"}},
    "loggers": {"uvicorn": {"handlers": ["stderr"], "level": "WARNING", "propagate": False}},
}


def is_one_of_many() -> bool:
    """Tell whether this process is a worker that another process started."""
    return multiprocessing.parent_process() is not None


def end_with_parent() -> None:
    """Let a worker end, as if told to stop, once the ``serve`` that started it was killed: another may come.

    In that process itself there is nothing to do.
    """
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_after, args=(parent.join,), name="parent", daemon=True).start()


def _end_after(parent_is_gone: Callable[[], None]) -> None:
    parent_is_gone()
    os.kill(os.getpid(), signal.SIGTERM)


_M_ARENA_MAX = -8
"""Of glibc's malloc.h."""


def lift_file_limit() -> None:
    """Let this process and its workers open as many files and connections as the system allows them to."""
    if sys.platform != "win32":
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def share_one_heap() -> None:
    """Let the threads of this process share one heap: the C library gives each its own, most of it empty.

    Elsewhere than on Linux with glibc there is nothing to do.
    """
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            ctypes.CDLL("libc.so.6").mallopt(_M_ARENA_MAX, 1)
