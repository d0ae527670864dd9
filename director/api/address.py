"""Whence a request came."""

from fastapi import Request


def address_of(request: Request) -> str:
    """Give the address that a request came from: a trusted proxy's word for it, where one is configured."""
    client = request.scope.get("client")
    return client[0] if client else ""
