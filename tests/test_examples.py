"""The analyst's script: its token goes to one address whatever stands around it, and what is no answer is named."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.ports import free_port
from tests.envoy.answering import answering

SCRIPT = Path(__file__).parent.parent / "examples" / "infer.py"
ANSWER = {
    "risk_level": "low",
    "probabilities": {"low": 0.9},
    "model": {"version": 3},
    "notice": "Demonstration, not clinical use.",
}


def run(address: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    own = {"PATH": os.environ["PATH"], "HOME": str(folder), "FL_TOKEN": "fld_secret"}
    arguments = [sys.executable, str(SCRIPT), address, "9", "KUTRRH"]
    return subprocess.run(
        arguments, env={**own, **environment}, capture_output=True, text=True, timeout=60, check=False
    )


def test_the_token_goes_out_whatever_netrc_says_and_a_slash_at_the_end_is_none(tmp_path: Path) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("default login someone password hidden\n")
    netrc.chmod(0o600)
    with answering((200, ANSWER)) as director:
        ended = run(f" {director.url}/ ", tmp_path, NETRC=str(netrc))
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.splitlines()[-1] == ANSWER["notice"]
    assert [each.path for each in director.asked] == ["/infer", "/infer_global"]
    assert {each.headers["Authorization"] for each in director.asked} == {"Bearer fld_secret"}


def test_a_proxy_counts_and_sees_no_password_of_netrc(tmp_path: Path) -> None:
    (tmp_path / ".netrc").write_text("default login someone password hidden\n")
    (tmp_path / ".netrc").chmod(0o600)
    with answering((200, ANSWER)) as proxy:
        ended = run("http://director.example", tmp_path, HTTP_PROXY=proxy.url)
    assert ended.returncode == 0, ended.stderr
    assert proxy.asked[0].path == "http://director.example/infer"
    assert all("Proxy-Authorization" not in each.headers for each in proxy.asked)
    assert {each.headers["Authorization"] for each in proxy.asked} == {"Bearer fld_secret"}


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_named_and_the_token_does_not_follow(tmp_path: Path, status: int) -> None:
    with answering((200, ANSWER)) as other:
        with answering((status, b""), headers={"Location": f"{other.url}/fl/infer"}) as director:
            ended = run(director.url, tmp_path)
        assert (ended.returncode, ended.stdout, other.asked) == (1, "", [])
    assert f"sends us on to '{other.url}/fl/infer': use that address, without /infer." in ended.stderr


@pytest.mark.parametrize(("status", "body"), [(407, b"<html>"), (200, b"<html>"), (403, {"message": "No."}), (200, [])])
def test_what_stands_before_the_director_is_named(tmp_path: Path, status: int, body: object) -> None:
    with answering((status, body)) as portal:
        ended = run(portal.url, tmp_path)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert f"Something before the director (a proxy, a sign-in page?) answered {status}." in ended.stderr


@pytest.mark.parametrize("address", ["http://127.0.0.1:PORT", "kutrrh.example:8080", "http://", "http://host:99999"])
def test_what_does_not_answer_ends_in_a_sentence(tmp_path: Path, address: str) -> None:
    ended = run(address.replace("PORT", str(free_port())), tmp_path)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith("No answer from ")
    assert "Traceback" not in ended.stderr
