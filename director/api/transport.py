"""The wire: how long a sender may take, how much it may send unasked, and how the director says goodbye.

uvicorn reads and writes HTTP; it waits for ever for a slow header or body, takes headers of any size, and resets a
connection whose body it does not want before the sender could read why. This protocol bounds all of that for each
connection, by a look at its state once a second, so that a request pays next to nothing. It knows no path and no token:
who serves a request tells it whether one that holds has been shown (``Newcomer``). Until then a connection is a
stranger's: of an address only so many stay, and they go first where there are too many of all. One whose request waits
for something to be done (``director.api.waiting``, which has a limit of its own) does not count among all.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any, cast

from uvicorn._types import ASGI3Application
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from director.api import problems
from director.api.connection import NEWCOMER, OpenConnections, announces_body
from director.errors import BusyError
from director.members.rates import neighbourhood
from director.settings import DirectorSettings

SETTINGS = "settings"
"""Under this name the application's lifespan hands its settings to the connections."""

CONNECTIONS = "connections"
"""And under this one a place where they show themselves to whoever counts them."""

_LOOK_SECONDS = 1.0
_LINGER_SECONDS = 5.0
_LINGER_BYTES = 2**20
_MAX_HEADERS = 100
_STRANGERS_SHARE = 10
"""One connection in so many may be a stranger's before those go first."""

_VERSIONS = frozenset(("1.0", "1.1"))  # the parser also takes 0.9 and 2.0 for what they are not
_MAX_PIPELINED = 100


class BoundedProtocol(HttpToolsProtocol):
    """One connection: uvicorn's, with deadlines, caps, and a goodbye that the sender can read."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._bounds: DirectorSettings = app_state[SETTINGS]
        counted: OpenConnections | None = app_state.get(CONNECTIONS)
        if counted is not None:
            counted.shown = self.connections
        self._next_look: asyncio.TimerHandle | None = None
        self._refusal = "malformed_request"
        # who is there
        self._is_known = False
        self._is_forwarded = False  # by a proxy, which says for whom it asks; other clients' requests may follow
        self._address: str | None = None  # None: a proxy's that has said nothing yet
        self._made_at = 0.0
        self._end_wait: Callable[[], None] | None = None  # None: its request, if there is one, is being worked on
        self._is_stopping = False
        # reading
        self._received_bytes = 0
        self._incoming_bytes = 0  # of what is being parsed now
        self._head_since: float | None = None  # None: no header is awaited
        self._head_bytes = 0
        self._trailer_bytes: int | None = None  # None: no chunk is without its bytes
        self._window_since = 0.0
        self._window_bytes = 0
        self._is_deaf = False
        # answering, idling, leaving
        self._serving: RequestResponseCycle | None = None  # `cycle` is the newest request, this the one being answered
        self._written_bytes = 0
        self._unsent_bytes = 0
        self._taken_bytes = 0  # at most that, at any look
        self._stalled_since = 0.0
        self._idle_since: float | None = None
        self._leaving_since: float | None = None
        self._linger_bytes = _LINGER_BYTES
        self._exit = cast(asyncio.Transport, None)

    # --- the connection's life ----------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        """Take a connection, or refuse it where there are too many."""
        super().connection_made(transport)
        # What a request sees as its transport: `close` at the end of an answer is where unread bytes must be minded.
        ways = SimpleNamespace(write=self._write, is_closing=transport.is_closing, close=self._leave)
        self._exit = cast(asyncio.Transport, ways)
        self._head_since = self.loop.time()
        self._next_look = self.loop.call_later(_LOOK_SECONDS, self._look)
        peer = self.client[0] if self.client else ""
        self._made_at, self._is_forwarded = self.loop.time(), self._bounds.trusts(peer)
        self._address = None if self._is_forwarded else neighbourhood(peer)
        if not self._has_room():
            self._refuse("busy")

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection, and let nothing wait for it."""
        if self._next_look is not None:
            self._next_look.cancel()
        super().connection_lost(exc)
        if self._end_wait is not None:
            self._end_wait()

    def shutdown(self) -> None:
        """Take note that the director stops: what is being answered ends the connection, and nothing waits."""
        self._is_stopping = True
        super().shutdown()
        if self._end_wait is not None:
            self._end_wait()

    # --- who is there -------------------------------------------------------------------------------------------------

    def is_known(self) -> None:
        """Take note that a token that holds was shown."""
        self._is_known = True

    def is_stranger(self, address: str) -> None:
        """Take note of who asks without a token, as far as a proxy's word goes.

        Raises:
            BusyError: Of that address there are too many, and all are being answered.
        """
        if self._is_forwarded:
            self._is_known, self._address, self._made_at = False, neighbourhood(address), self.loop.time()
            if not self._has_room():
                raise BusyError("Too many ask without a token from one address.", hint="Ask again in a few seconds.")

    def waits(self, end: Callable[[], None]) -> None:
        """Take note that its request, of somebody with a token, waits for something to be done.

        Args:
            end: Ends the wait; called when the director stops or the sender is gone, perhaps at once.
        """
        self._end_wait = end
        if self._is_stopping or self.transport.is_closing():
            end()

    def goes_on(self) -> None:
        """Take note that its request waits no more."""
        self._end_wait = None

    def _has_room(self) -> bool:
        """Tell whether this connection may stay; another one that has less right to goes for it, if there is one."""
        if len(self.connections) <= min(self._bounds.max_connections, self._bounds.max_unauthenticated_per_address):
            return True
        staying = [
            each
            for each in self.connections
            if isinstance(each, BoundedProtocol) and each._leaving_since is None and each._end_wait is None
        ]
        strangers = [each for each in staying if not each._is_known]
        neighbours = [each for each in strangers if each._address == self._address is not None]
        if len(neighbours) > self._bounds.max_unauthenticated_per_address and not self._one_goes(neighbours):
            return False
        if len(staying) <= self._bounds.max_connections:
            return True
        waiting = [each for each in strangers if each is not self and each._can_go]
        # a few may become members in a moment: as long as they are few, members' idle ones go before them
        many = waiting if len(waiting) > self._bounds.max_connections // _STRANGERS_SHARE else []
        return self._one_goes(_most_crowded(many)) or self._one_idle_goes(staying) or self._one_goes(waiting)

    def _one_goes(self, candidates: "Sequence[BoundedProtocol]") -> bool:
        """Close the oldest that is not being answered, but for this one; tells whether there was one."""
        oldest = min(
            (each for each in candidates if each is not self and each._can_go),
            key=lambda each: each._made_at,
            default=None,
        )
        if oldest is None:
            return False
        if oldest.transport.get_write_buffer_size():
            oldest._hang_up()
        elif oldest._idle_since is not None or not oldest._received_bytes:  # it asked nothing
            oldest.transport.close()
        else:
            oldest._refuse("busy")
        oldest._leaving_since = oldest._leaving_since or oldest.loop.time()
        return True

    def _one_idle_goes(self, candidates: "Sequence[BoundedProtocol]") -> bool:
        """Close the one that has been idle between two requests for longest; tells whether there was one."""
        idle = [(each._idle_since, each) for each in candidates if each._idle_since is not None]
        if not idle:
            return False
        longest = min(idle, key=lambda each: each[0])[1]
        longest._idle_since, longest._leaving_since = None, longest.loop.time()
        longest.transport.close()
        return True

    @property
    def _can_go(self) -> bool:
        """Whether nobody is at work for it: it says nothing, is not done asking, or does not take its answer."""
        cycle = self.cycle
        is_served = cycle is not None and not cycle.response_complete and not cycle.more_body
        return not is_served or self.transport.get_write_buffer_size() > 0

    # --- reading ------------------------------------------------------------------------------------------------------

    def data_received(self, data: bytes) -> None:
        """Parse what came, or let it fall."""
        if self._is_deaf:
            self._linger_bytes -= len(data)
            if self._linger_bytes < 0:
                self._hang_up()
            return
        self._received_bytes += len(data)
        self._incoming_bytes = len(data)
        super().data_received(data)
        if self._head_since is not None:
            self._head_bytes += len(data)
            if self._head_bytes > self._bounds.max_header_bytes:
                self._refuse("head_too_large")
        elif self._trailer_bytes is not None:
            self._trailer_bytes += len(data)
            if self._trailer_bytes > self._bounds.max_header_bytes:
                self._refuse("head_too_large")

    def on_message_begin(self) -> None:
        """Begin to wait for the rest of a header."""
        super().on_message_begin()
        self._head_since, self._trailer_bytes, self._idle_since = self.loop.time(), None, None

    def on_headers_complete(self) -> None:
        """Hold the header against its caps; what follows is the body."""
        self.scope["state"][NEWCOMER] = self
        self._head_since, began = None, self._head_since
        if self.parser.get_http_version() not in _VERSIONS:
            raise ValueError("another version of HTTP")  # ends the parsing: send_400_response follows
        if self.parser.should_upgrade() and announces_body(self.headers):
            self._refusal = "upgrade_refused"  # the parser would take the body for the other protocol's
            raise ValueError("an upgrade with a body")
        if (
            len(self.headers) > _MAX_HEADERS
            or len(self.pipeline) > _MAX_PIPELINED
            or (
                self._head_bytes + self._incoming_bytes > self._bounds.max_header_bytes
                and len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)
                > self._bounds.max_header_bytes
            )
        ):
            self._refusal = "head_too_large"
            raise ValueError("header too large")
        self._head_bytes = 0
        self._window_since, self._window_bytes = began or self.loop.time(), self._received_bytes
        super().on_headers_complete()
        self.headers = []  # a trailer must not become a header of the request that is being served

    def on_chunk_header(self) -> None:
        """Begin to wait for a chunk's bytes; after the last chunk none come, but perhaps trailers."""
        self._trailer_bytes = 0

    def on_body(self, body: bytes) -> None:
        """Take bytes of the body."""
        self._trailer_bytes = None
        super().on_body(body)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._serving, cycle.transport = cycle, self._exit
        super()._start_asgi_task(cycle, app)

    def _write(self, data: bytes) -> None:
        self._written_bytes += len(data)
        self.transport.write(data)

    def on_response_complete(self) -> None:
        """Wait for the next request, unless this was the last one."""
        if self._leaving_since is not None:
            self.server_state.total_requests += 1
            return
        now = self.loop.time()
        if self._head_since is not None:
            self._head_since = now
        elif not self.pipeline:
            self._idle_since = now
        super().on_response_complete()

    # --- deadlines ----------------------------------------------------------------------------------------------------

    def _look(self) -> None:
        """Look after the connection, once a second until it is gone."""
        self._next_look = self.loop.call_later(_LOOK_SECONDS, self._look)
        now, bounds = self.loop.time(), self._bounds
        if self._is_stalled(now):
            self._hang_up()
        elif self._leaving_since is not None:
            if self._unsent_bytes:
                self._leaving_since = now
            elif now - self._leaving_since > _LINGER_SECONDS:
                self._hang_up()
        elif self.cycle is None or self.cycle.response_complete:
            if self._head_since is None:
                if self._idle_since is not None and now - self._idle_since > bounds.idle_seconds:
                    self.transport.close()
            elif now - self._head_since > bounds.header_seconds:
                if self._received_bytes:
                    self._refuse("too_slow")
                else:
                    self.transport.close()  # it never asked anything
        elif self.cycle.more_body:
            self._look_at_body(now)

    def _is_stalled(self, now: float) -> bool:
        """Tell whether the receiver has taken nothing of an answer for as long as a connection may idle.

        That more was written for it meanwhile, as to a stream, says nothing of what it takes.
        """
        self._unsent_bytes = self.transport.get_write_buffer_size()
        taken_bytes = self._written_bytes - self._unsent_bytes
        if self._unsent_bytes == 0 or taken_bytes > self._taken_bytes:
            self._taken_bytes, self._stalled_since = taken_bytes, now
        return now - self._stalled_since > self._bounds.idle_seconds

    def _look_at_body(self, now: float) -> None:
        """Hold the sender to the minimum rate, over a window: an honest link may stall for a while."""
        if self.flow.read_paused:  # it is we who keep the sender waiting
            self._window_since, self._window_bytes = now, self._received_bytes
        elif now - self._window_since >= self._bounds.body_window_seconds:
            rate = (self._received_bytes - self._window_bytes) / (now - self._window_since)
            self._window_since, self._window_bytes = now, self._received_bytes
            if rate < self._bounds.min_body_bytes_per_second:
                self._refuse("too_slow")

    def _unsupported_upgrade_warning(self) -> None:
        """Answer as if no upgrade were asked for, which may not be followed by anything: the parser has stopped."""
        self._is_deaf = True
        self.cycle.keep_alive = False

    # --- leaving ------------------------------------------------------------------------------------------------------

    def send_400_response(self, msg: str) -> None:
        """Refuse what can't be parsed."""
        self._refuse(self._refusal)

    def _refuse(self, code: str) -> None:
        """Answer with a problem, unless earlier requests are still being answered, and leave."""
        cycle = self._serving
        if self._leaving_since is not None or self.transport.is_closing():
            return
        self._is_deaf = True
        if cycle is not None and not cycle.response_complete:
            if not cycle.more_body:  # what came whole before is answered, and the last of it ends the connection
                self.pipeline = deque(each for each in self.pipeline if not each[0].more_body)
                (self.pipeline[0][0] if self.pipeline else cycle).keep_alive = False
                return
            cycle.disconnected, cycle.waiting_for_100_continue = True, False
            cycle.message_event.set()
            if cycle.response_started:
                self._hang_up()
                return
        response = problems.on_the_wire(code)
        head = [STATUS_LINE[response.status_code]]
        for name, value in [*self.server_state.default_headers, *response.raw_headers]:
            head += [name, b": ", value, b"\r\n"]
        self.transport.write(b"".join([*head, b"connection: close\r\n\r\n", bytes(response.body)]))
        self._linger()

    def _leave(self) -> None:
        """End the connection after an answer: at once if the request was read, else so that the answer arrives."""
        if self._is_deaf or self.pipeline or self.cycle.more_body:
            self._linger()
        else:
            self.transport.close()

    def _linger(self) -> None:
        """Say that nothing more comes, and for a short while let fall what the sender still sends.

        Closing at once would reset the connection, and the reset may overtake the answer.
        """
        if self._leaving_since is None:
            self._is_deaf, self._leaving_since = True, self.loop.time()
            self._unset_keepalive_if_required()
            if self.transport.can_write_eof():
                self.transport.write_eof()
            self.flow.resume_reading()

    def _hang_up(self) -> None:
        self.transport.abort()


def _most_crowded(connections: Sequence[BoundedProtocol]) -> list[BoundedProtocol]:
    """Give those of the address that has most of them."""
    crowded = Counter(each._address for each in connections).most_common(1)
    return [each for each in connections if each._address == crowded[0][0]]
