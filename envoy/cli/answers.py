"""This hospital's word on versions: given when asked for, or before it trains where the hospital's setting allows."""

from contract.errors import ArtifactError
from envoy.answers import JudgedVersion, judge_version, versions_to_answer
from envoy.cli.program import err, out, print_json
from envoy.cli.showing import metrics_table
from envoy.director_client import DirectorClient
from envoy.errors import PolicyError, RefusedError
from envoy.judgement import Margins
from envoy.membership import Membership
from envoy.settings import EnvoySettings
from envoy.submission import LocalData


def answer_one(
    settings: EnvoySettings, client: DirectorClient, data: LocalData, version: int, *, dry_run: bool, as_json: bool
) -> None:
    """Judge a version, send the word on it, and print the figures, which stay here."""
    judged = judge_version(client, data, version, _margins(settings))
    if not dry_run:
        client.answer(version, judged.request)
    before = "the shared start" if judged.parent is None else f"version {judged.parent}"
    if as_json:
        figures = {"version": judged.found.metrics, "before": judged.before.metrics}
        word = {"sent": not dry_run, "request": judged.request.model_dump(mode="json")}
        print_json({"patients": data.patients, **figures, "reasons": list(judged.judgement.reasons), **word})
        return
    out.print(metrics_table({f"version {version}": judged.found.metrics, before: judged.before.metrics}))
    for reason in judged.judgement.reasons:
        out.print(reason)
    said = "Would be said" if dry_run else "Said"
    out.print(f"{said} of version {version}: {judged.judgement.answer}. The figures stay here.")


def answer_waiting(
    settings: EnvoySettings, client: DirectorClient, membership: Membership, data: LocalData, *, dry_run: bool
) -> list[JudgedVersion]:
    """Give the word on each version that waits for it, where the setting allows; says so on standard error.

    A version that can't be judged gets no word, and keeps nobody from training.
    """
    if settings.answer != "automatic":
        return []
    answered = []
    for version in versions_to_answer(client, data.task, membership.envoy_name):
        try:
            judged = judge_version(client, data, version, _margins(settings))
            if not dry_run:
                client.answer(version, judged.request)
        except (ArtifactError, PolicyError, RefusedError) as error:
            err.print(f"warning: no word on version {version}. {error.sentence}")
            continue
        said = "Would be said" if dry_run else "Said"
        why = " ".join(("", *judged.judgement.reasons))
        err.print(f"{said} of version {version}: {judged.judgement.answer}.{why}")
        answered.append(judged)
    return answered


def _margins(settings: EnvoySettings) -> Margins:
    return Margins(accuracy=settings.answer_margin, loss=settings.answer_loss_margin)
