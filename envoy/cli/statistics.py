"""``fl-envoy statistics``: this hospital's share of the common scaler."""

from contract.messages.statistics import StatisticsReceipt, StatisticsReport
from envoy.cli.patients import chosen_patients
from envoy.cli.program import (
    AsJson,
    Data,
    DryRun,
    MapFile,
    Seed,
    TaskOption,
    chosen_task,
    joined,
    print_json,
    says_what_failed,
    start_keeper,
    with_map,
)
from envoy.cli.showing import print_statistics
from envoy.director_client import DirectorClient
from envoy.membership import Membership
from envoy.reported import ReportedStatistics
from envoy.settings import EnvoySettings, read_settings


@says_what_failed
def statistics(
    data: Data = None,
    task: TaskOption = None,
    seed: Seed = None,
    map_file: MapFile = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Send this hospital's share of the common scaler: how many, means, squared deviations."""
    settings = with_map(read_settings(), map_file)
    client, membership = joined(settings)
    keeper = start_keeper(settings)
    agreed = keeper.task(client, chosen_task(settings, task))
    report = chosen_patients(settings, agreed, data, seed, as_json=as_json or dry_run).statistics
    keeper.fetch(client, agreed)  # for days without a link
    if dry_run:
        print_json(report)
        return
    receipt = send_statistics(settings, client, membership, report)
    if as_json:
        print_json(receipt)
    else:
        print_statistics(receipt)


def send_statistics(
    settings: EnvoySettings, client: DirectorClient, membership: Membership, report: StatisticsReport
) -> StatisticsReceipt:
    """Send statistics, and remember that the director took them."""
    receipt = client.send_statistics(membership.envoy_name, report)
    ReportedStatistics(settings.home_folder).remember(membership.director, report)
    return receipt
