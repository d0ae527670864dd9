"""``fl-envoy ledger``: everything that left this hospital."""

from envoy.cli.program import AsJson, out, print_json, says_what_failed
from envoy.ledger import Ledger
from envoy.settings import read_settings


@says_what_failed
def ledger(as_json: AsJson = False) -> None:
    """Show everything that left this hospital: when, to whom, what, and what became of it."""
    kept = Ledger(read_settings().home_folder)
    entries = kept.entries()
    if as_json:
        print_json([each.model_dump(mode="json") for each in entries])
    elif not entries:
        out.print(f"Nothing has left this hospital, as far as {kept.path} knows.")
    for each in entries if not as_json else ():
        what = f"{each.kind}, {each.bytes:,} bytes" + (f", sha256 {each.sha256}" if each.sha256 else "")
        out.print(f"{each.at:%Y-%m-%d %H:%M:%S} UTC to {each.to}: {what}: {each.outcome}")
