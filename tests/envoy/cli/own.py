"""A hospital's own table in a folder of its own, and its task's file."""

from pathlib import Path

from tests.envoy.own_table.heart import FILE, put, rows, table


def own_folder(folder: Path, *lines: str, count: int = 300) -> Path:
    """Write ``heart.toml`` and a table ``heart.csv`` into a new folder."""
    folder.mkdir()
    put(folder, FILE, "heart.toml")
    put(folder, table(*rows(count), *lines))
    return folder
