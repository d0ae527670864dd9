"""The hospital of this machine, as the envoy's own settings and membership describe it."""

from collections.abc import Callable

from envoy.cli.program import tables_source
from envoy.membership import MembershipFile
from envoy.outbox import Outbox
from envoy.participation.patients import Patients
from envoy.settings import read_settings
from flower_apps.hospital import Hospital


def hospital_here(superlink: str, say: Callable[[str], None], data: str | None = None) -> Hospital:
    """Give it: its name is the one under which it joined its director.

    Args:
        superlink: Where its models go, for the ledger.
        say: Takes a sentence for people of the hospital.
        data: Where its tables lie; None: where the settings say.

    Raises:
        SettingsError: A setting is none, or no tables are named.
        NotJoinedError: It has joined no director.
    """
    settings = read_settings()
    membership = MembershipFile(settings.home_folder).read()
    source = tables_source(settings, data)
    patients = Patients(source, seed=settings.seed, held_out_share=settings.held_out_share)
    home = settings.home_folder
    return Hospital(
        membership.envoy_name,
        home,
        Outbox(home, membership.director),
        settings.rules,
        settings.allowed_tasks,
        patients,
        superlink,
        say,
    )
