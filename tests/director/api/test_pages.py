"""The dashboard's files in memory: the nonce of each page, the policy, the names of files."""

import gzip
from pathlib import Path

import pytest

from director.api.pages import Pages, policy


@pytest.fixture
def built(tmp_path: Path) -> Path:
    assets = tmp_path / "assets"
    assets.mkdir()
    (tmp_path / "index.html").write_text('<script nonce="__NONCE__" src="x"></script><style nonce="__NONCE__"></style>')
    (assets / "index-abc.js").write_text("let x = 1;" * 100)
    (tmp_path / "secret.txt").write_text("not an asset")
    return tmp_path


def test_each_page_has_a_nonce_of_its_own_that_its_policy_knows(built: Path) -> None:
    pages = Pages(built)
    found = [pages.page() for _ in range(2)]
    nonces = []
    for each in found:
        assert each is not None
        content, policy_ = each
        nonce = content.decode().partition('nonce="')[2].partition('"')[0]
        assert content.decode().count(nonce) == 2
        assert f"'nonce-{nonce}'" in policy_
        nonces.append(nonce)
    assert len(set(nonces)) == 2
    assert min(map(len, nonces)) >= 22  # 128 bits and more


def test_the_policy_allows_nothing_inline_and_nothing_from_elsewhere() -> None:
    words = policy("n").replace(";", "").split()
    assert not any(word.startswith(("'unsafe", "http", "*", "blob")) for word in words)
    assert "default-src 'none'" in policy("n")
    assert "frame-ancestors 'none'" in policy("n")


def test_an_asset_is_found_by_its_name_alone(built: Path) -> None:
    pages = Pages(built)
    asset = pages.asset("index-abc.js")
    assert asset is not None
    assert asset.media_type == "text/javascript"
    assert gzip.decompress(asset.compressed) == asset.content
    for name in ("../secret.txt", "secret.txt", "..", "", "assets/index-abc.js", "../index.html"):
        assert pages.asset(name) is None, name


def test_where_nothing_was_built_there_is_no_page(tmp_path: Path) -> None:
    pages = Pages(tmp_path / "nothing")
    assert not pages.are_there
    assert pages.page() is None
    assert pages.asset("index.js") is None
