"""Lists over HTTP, to their end."""

from collections.abc import Mapping
from typing import Any

from fastapi.testclient import TestClient


def every_item(http: TestClient, path: str, headers: Mapping[str, str], **query: Any) -> list[Any]:
    """Follow ``next`` from page to page."""
    items: list[Any] = []
    while True:
        answer = http.get(path, params=query, headers=dict(headers))
        assert answer.status_code == 200, answer.text
        page = answer.json()
        assert len(page["items"]) <= query["limit"]
        items += page["items"]
        if page["next"] is None:
            return items
        query["cursor"] = page["next"]
