"""The floor of a round: a bare FastAPI server that passes the same bytes between the same training processes.

It checks nobody, keeps nothing and calculates nothing: of the updates that come, one goes on to everybody.

Usage: ``python -m benchmarks.bare_exchange HOSPITALS --port N``.
"""

import asyncio
import sys
import time

import uvicorn
from fastapi import FastAPI, Request, Response

from contract.artifacts.model_file import write_model
from simulation.demonstration import DEMONSTRATION


class Exchange:
    """Rounds that end when so many updates have come."""

    def __init__(self, hospitals: int) -> None:
        self._hospitals = hospitals
        self.opened = [time.perf_counter()]
        self._model = write_model(DEMONSTRATION.initial_state(), DEMONSTRATION.layout)
        self._come: list[bytes] = []
        self._moved = asyncio.Condition()

    async def model(self, number: int) -> bytes:
        """Give what a round begins from, once it is open."""
        async with self._moved:
            await self._moved.wait_for(lambda: len(self.opened) > number)
            return self._model

    async def take(self, update: bytes) -> None:
        """Take an update; the last one opens the next round."""
        self._come.append(update)
        if len(self._come) < self._hospitals:
            return
        async with self._moved:
            self._model, self._come = self._come[0], []
            self.opened.append(time.perf_counter())
            self._moved.notify_all()


def create_app(hospitals: int) -> FastAPI:
    """Build the application."""
    app, exchange = FastAPI(), Exchange(hospitals)

    @app.get("/health/ready")
    async def ready() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/rounds/{number}")
    async def begin(number: int) -> Response:
        return Response(await exchange.model(number), media_type="application/octet-stream")

    @app.post("/rounds")
    async def end(request: Request) -> dict[str, str]:
        await exchange.take(await request.body())
        return {"status": "ok"}

    @app.get("/opened")
    async def opened() -> dict[str, list[float]]:
        return {"seconds": exchange.opened}

    return app


def main() -> None:
    """Serve until stopped."""
    hospitals, _, port = sys.argv[1:]
    uvicorn.run(
        create_app(int(hospitals)),
        host="127.0.0.1",
        port=int(port),
        http="httptools",
        log_level="error",
        timeout_keep_alive=600,
    )


if __name__ == "__main__":
    main()
