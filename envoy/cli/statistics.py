"""``fl-envoy statistics``: this hospital's share of the common scaler."""

from envoy.cli.program import (
    AsJson,
    Data,
    DryRun,
    Seed,
    TaskOption,
    chosen_patients,
    chosen_task,
    joined,
    out,
    print_json,
    says_what_failed,
    start_keeper,
)
from envoy.cli.showing import print_failed
from envoy.settings import read_settings


@says_what_failed
def statistics(
    data: Data = None, task: TaskOption = None, seed: Seed = None, dry_run: DryRun = False, as_json: AsJson = False
) -> None:
    """Send this hospital's share of the common scaler: how many, means, squared deviations."""
    settings = read_settings()
    client, membership = joined(settings)
    keeper = start_keeper(settings)
    agreed = keeper.task(client, chosen_task(settings, task))
    report = chosen_patients(settings, agreed, data, seed).statistics
    keeper.fetch(client, agreed)  # for days without a link
    if dry_run:
        print_json(report)
        return
    receipt = client.send_statistics(membership.envoy_name, report)
    if as_json:
        print_json(receipt)
    else:
        out.print(f"Statistics of {receipt.num_examples} patients are with the director, version {receipt.version}.")
        if receipt.verdict == "quarantined":
            out.print("They are in quarantine: they count once the consortium's admin releases them.")
        print_failed(receipt.checks)
