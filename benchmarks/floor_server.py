"""The floor: an application of the director's framework that does nothing, behind a server with the same options.

But for the protocol, which is the server's own: so what the director's deadlines and caps cost is measured too.

Usage: ``python -m benchmarks.floor_server OPTIONS_AS_JSON --port N``.
"""

import json
import sys
from collections.abc import AsyncIterator

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import StreamingResponse

from contract.messages.inference import InferenceRequest


def create_app() -> FastAPI:
    """Build the application."""
    app = FastAPI()

    @app.get("/health/ready")
    async def ready() -> dict[str, str]:
        return {"status": "ok"}

    @app.post("/infer")
    async def infer(query: InferenceRequest) -> dict[str, str]:
        return {}

    @app.post("/stream")
    async def stream(request: Request, answer_bytes: int, parts: int) -> StreamingResponse:
        """Read a body to its end, then stream back as many bytes as asked."""
        await request.body()
        part = bytes(answer_bytes // parts)

        async def answer() -> AsyncIterator[bytes]:
            for _ in range(parts):
                yield part

        return StreamingResponse(answer(), media_type="text/csv")

    return app


def main() -> None:
    """Serve until stopped."""
    options, _, port = sys.argv[1:]
    ours = {"http": "httptools", "port": int(port)}
    uvicorn.run("benchmarks.floor_server:create_app", **{**json.loads(options), **ours})


if __name__ == "__main__":
    main()
