"""A link of 64 kbit/s that takes a second and resets three connections of ten: what the envoy sends arrives once."""

import time
from concurrent.futures import ThreadPoolExecutor

from tests.faults.scale import record, scaled
from tests.faults.senders import Sender, admitted_versions, join
from tests.real_processes import RealDirector
from tests.unruly_proxy import UnrulyProxy

HOSPITALS, UPLOADS_EACH = scaled((3, 3), (10, 10))
BYTES_PER_SECOND, LATENCY_SECONDS = scaled((80_000, 0.05), (8_000, 1.0))


def test_every_upload_arrives_exactly_once_over_a_bad_link(director: RealDirector):
    def send_all(sender: Sender) -> None:
        for nudge in range(UPLOADS_EACH):
            sender.send(nudge)

    began = time.monotonic()
    with (
        UnrulyProxy(
            director.port,
            seed=7,
            cut_share=0.3,
            latency_seconds=LATENCY_SECONDS,
            bytes_per_second=BYTES_PER_SECOND,
        ) as proxy,
        ThreadPoolExecutor(HOSPITALS) as threads,
    ):
        senders = join(director, HOSPITALS, url=proxy.url)
        for each in [threads.submit(send_all, sender) for sender in senders]:
            each.result()
    assert proxy.cuts > 0
    in_their_order = list(range(1, UPLOADS_EACH + 1))
    assert admitted_versions(director) == {sender.name: in_their_order for sender in senders}
    assert all([receipt.version for receipt in sender.receipts] == in_their_order for sender in senders)
    uploads = HOSPITALS * UPLOADS_EACH
    record(
        "bad link",
        bar="64 kbit/s, 1 s latency, 30 % resets at any byte: 100 of 100 uploads arrive exactly once",
        reached=f"{uploads} of {uploads} in {time.monotonic() - began:.0f} s; {proxy.cuts} cuts in "
        f"{proxy.connections} connections, seed 7",
    )
