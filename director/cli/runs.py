"""``fl-director run | round | quiesce``: training together, round by round."""

import time
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from contract.agreement import require_agreement
from contract.messages.global_models import HeldOut
from contract.messages.runs import LateRule, PauseRequest, Quiescence, RoundDescription, Run, RunRequest
from contract.messages.tasks import Start
from contract.moments import shown_moment
from contract.names import EnvoyName, TaskName
from contract.table_layout import needed
from director.cli.failures import EXIT_USAGE
from director.cli.listing import Before, Limit, Since, print_list, read_list
from director.cli.plan_folder import require_room_for_plan, write_plan
from director.cli.program import (
    AsJson,
    Task,
    Yes,
    duration,
    err,
    opened_director,
    out,
    parameter_of,
    path_given,
    print_json,
    says_what_failed,
)
from director.errors import UsageError
from director.members.access import LOCAL_ADMIN
from director.models.engine_plan import PlanChoice

app = typer.Typer(no_args_is_help=True, help="Runs: rounds of training together.")
rounds = typer.Typer(no_args_is_help=True, help="Single rounds.")

Quorum = Annotated[int | None, typer.Option(help="With so many a round counts at its deadline; else all invited.")]
Deadline = Annotated[str, typer.Option(help="How long a round waits, such as 10m, 12h or 3d.")]
StrategyName = Annotated[str | None, typer.Option("--strategy", help="How to combine; else the director's own.")]
Parameters = Annotated[list[str] | None, typer.Option("--parameter", help="Of the strategy, such as f=2; many times.")]
Envoys = Annotated[list[str] | None, typer.Option("--envoy", help="Invite only these hospitals; many times.")]
Late = Annotated[str, typer.Option(help="refuse, or carry: what becomes of an update that comes too late.")]
RunSeed = Annotated[int, typer.Option("--seed", min=0, help="Orders the training; the same seed, the same model.")]
Reason = Annotated[str | None, typer.Option(help="Why; it goes on record.")]


@app.command("open")
@says_what_failed
def run_open(
    task: Task,
    number: Annotated[int, typer.Option("--rounds", min=1, help="How many rounds.")] = 1,
    quorum: Quorum = None,
    deadline: Deadline = "10m",
    strategy: StrategyName = None,
    parameters: Parameters = None,
    envoy: Envoys = None,
    late: Late = "refuse",
    seed: RunSeed = 0,
    patience: Annotated[
        int | None, typer.Option(min=1, help="End once so many rounds in a row were no better; else go through all.")
    ] = None,
    paused: Annotated[
        bool, typer.Option("--paused", help="Only ask hospitals how many patients fit; then: run resume.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Invite hospitals to train together; the director that serves this folder moves the rounds on."""
    request = RunRequest(
        task=TaskName(task),
        rounds=number,
        quorum=quorum,
        deadline_seconds=duration(deadline).total_seconds(),
        strategy=strategy,
        parameters=dict(parameter_of(each) for each in parameters or ()),
        envoys=tuple(EnvoyName(name) for name in envoy) if envoy else None,
        late=_late(late),
        seed=seed,
        patience=patience,
        paused=paused,
    )
    _print_run(opened_director().rounds.open(LOCAL_ADMIN, request), as_json)


@app.command("plan")
@says_what_failed
def run_plan(
    folder: Annotated[
        Path, typer.Argument(parser=path_given, metavar="FOLDER", help="New, empty, or of an earlier plan.")
    ],
    task: Task,
    number: Annotated[int, typer.Option("--rounds", min=1, max=10_000, help="How many rounds.")],
    strategy: StrategyName = None,
    parameters: Parameters = None,
    seed: RunSeed = 0,
    quorum: Annotated[int | None, typer.Option(help="With so many a round counts; else all hospitals.")] = None,
    as_json: AsJson = False,
) -> None:
    """Write what a run under another engine begins from: plan.json, model.pt, scaler.pkl. It changes nothing here."""
    require_room_for_plan(folder)  # before the director is opened: nothing would come of it
    choice = PlanChoice(number, strategy, dict(parameter_of(each) for each in parameters or ()), seed, quorum)
    planned = opened_director().models.plan_run(TaskName(task), choice)
    write_plan(folder, planned)
    plan = planned.plan
    if as_json:
        print_json(plan)
    else:
        out.print(f"{plan.task.name} from {_from(plan.start)}, {plan.strategy}, rounds: {plan.rounds}")
        table = Table("hospital", "reported", "expected")
        for each in plan.hospitals:
            table.add_row(each.envoy_name, str(each.reported or ""), str(each.expected or ""))
        out.print(table)
        out.print(f"With {plan.quorum} of {len(plan.hospitals)} hospitals a round counts.")
    err.print(f"Next: fl-flower run {folder} --out RESULT, where the SuperLink runs; docs/engines.md")


@rounds.command("open")
@says_what_failed
def round_open(
    task: Task,
    quorum: Quorum = None,
    deadline: Deadline = "10m",
    strategy: StrategyName = None,
    parameters: Parameters = None,
    envoy: Envoys = None,
    as_json: AsJson = False,
) -> None:
    """Train together for one round: a run of one."""
    run_open(task, 1, quorum, deadline, strategy, parameters, envoy, as_json=as_json)


@app.command("list")
@says_what_failed
def run_list(limit: Limit = None, since: Since = None, before: Before = None, as_json: AsJson = False) -> None:
    """List runs, newest first."""
    page_of = partial(opened_director().rounds.list, LOCAL_ADMIN, None)
    listed = read_list(page_of, limit, since, before, as_json=as_json)
    table = Table("run", "task", "state", "rounds", "quorum", "strategy", needed("opened"))
    nothing = "No runs yet. Open one: fl-director run open --rounds 10"
    print_list(listed, table, _cells, as_json, nothing=nothing)


@app.command("show")
@says_what_failed
def run_show(run: int, as_json: AsJson = False) -> None:
    """Show a run: who takes part, how far it is, what it waits for."""
    _print_run(opened_director().rounds.get(LOCAL_ADMIN, run), as_json)


@app.command("pause")
@says_what_failed
def run_pause(run: int, reason: Reason = None, as_json: AsJson = False) -> None:
    """Open no further round of a run; the one under way goes on to its end."""
    why = PauseRequest(reason=reason).reason
    _print_run(opened_director().rounds.pause(LOCAL_ADMIN, run, why), as_json)


@app.command("resume")
@says_what_failed
def run_resume(run: int, as_json: AsJson = False) -> None:
    """Open rounds of a paused run again; one that failed is tried anew."""
    _print_run(opened_director().rounds.resume(LOCAL_ADMIN, run), as_json)


@app.command("close")
@says_what_failed
def run_close(run: int, reason: Reason = None, yes: Yes = False, as_json: AsJson = False) -> None:
    """End a run now, for good; what its rounds published stays. Asks first."""
    why, rounds = PauseRequest(reason=reason).reason, opened_director().rounds
    lost = _lost_with(rounds.get(LOCAL_ADMIN, run))
    if lost is not None:
        require_agreement(lost, agreed=yes)
    _print_run(rounds.close(LOCAL_ADMIN, run, why), as_json)


@says_what_failed
def quiesce(
    wait: Annotated[str, typer.Option(help="How long to wait for a round that is under way, such as 10m.")] = "1m",
    end: Annotated[bool, typer.Option("--end", help="Open again what is due; the next start does so too.")] = False,
    as_json: AsJson = False,
) -> None:
    """Finish what is under way, open nothing new, and say when it is safe to redeploy."""
    service = opened_director().rounds
    if end:
        service.end_quiescence(LOCAL_ADMIN)
        _print_quiescence(service.quiescence(), as_json)
        return
    latest = time.monotonic() + duration(wait).total_seconds()
    service.quiesce(LOCAL_ADMIN)
    found = service.quiescence()
    while found.under_way and time.monotonic() < latest:
        time.sleep(0.1)
        found = service.quiescence()
    _print_quiescence(found, as_json)
    if not found.is_safe and as_json:  # what it is stands there: one document a command
        raise typer.Exit(EXIT_USAGE)
    if not found.is_safe:
        raise UsageError("A round is being combined still.", hint="Is the director running? Ask again in a minute.")


def _from(start: Start) -> str:
    return "the shared start" if start.global_version is None else f"global model {start.global_version}"


def _lost_with(run: Run) -> str | None:
    """Say what ends with a run; None: it is over already."""
    if run.state in ("finished", "closed"):
        return None
    ends = (
        f"Run {run.id} of {run.task} ends for good after {run.published} of {run.rounds} rounds; hospitals train for "
    )
    ends += "it no more."
    if run.current is None or run.current.state not in ("collecting", "aggregating"):
        return ends
    returned = ", ".join(run.current.returned) or "nobody"
    return f"{ends} Round {run.current.number} is under way and counts for nothing; returned so far: {returned}."


def _cells(each: Run) -> Sequence[str]:
    rounds_done, quorum = f"{each.published} of {each.rounds}", f"{each.quorum} of {len(each.hospitals)}"
    opened = shown_moment(each.opened_at)
    return str(each.id), each.task, each.state, rounds_done, quorum, each.strategy, opened


def _late(text: str) -> LateRule:
    match text:
        case "refuse" | "carry":
            return text
    raise UsageError(f"{text!r} is no rule for late updates.", hint="Choose refuse or carry.")


def _print_quiescence(found: Quiescence, as_json: bool) -> None:
    if as_json:
        print_json(found)
        return
    for sentence in found.under_way:
        out.print(sentence)
    if not found.is_quiet:
        out.print("Rounds are opened as they are due.")
    elif found.is_safe:
        out.print("safe to redeploy" + (": what has returned is kept, and it goes on." if found.under_way else ""))


def _print_run(run: Run, as_json: bool) -> None:
    if as_json:
        print_json(run)
        return
    out.print(f"run {run.id} of {run.task}: {run.state}, {run.published} of {run.rounds} rounds, {run.strategy}")
    if run.reason:
        out.print(run.reason)
    if run.best_version is not None:
        out.print(f"least loss so far: global model {run.best_version}")
    table = Table("hospital", "answer", "patients", "reason")
    for each in run.hospitals:
        patients = "" if each.choice != "take_part" else str(each.patients or "fewer than 11")
        table.add_row(each.envoy_name, each.choice or "none yet", patients, each.reason or "")
    out.print(table)
    if run.history:
        _print_history(run)
    if run.current is not None:
        _print_round(run.current)


def _print_history(run: Run) -> None:
    first = run.history[0]
    if first.number > 1 or first.attempt > 1:
        out.print(f"the newest {len(run.history)} rounds:")
    has_table = any(each.held_out is not None for each in run.history)
    names = ["round", "version", "hospitals", "accuracy: mean", "worst", "loss: mean", "worst"]
    table = Table(*names, *(["validation"] if has_table else []))
    for each in run.history:
        number = str(each.number) + (f", attempt {each.attempt}" if each.attempt > 1 else "")
        version = str(each.global_version) if each.global_version is not None else each.state
        scores = [_score(found, name) for name in ("accuracy", "loss") for found in (each.mean, each.worst)]
        validation = [_result(each.held_out)] if has_table else []
        table.add_row(number, version, str(each.hospitals), *scores, *validation)
    out.print(table)


def _result(found: HeldOut | None) -> str:
    return "" if found is None else f"loss {found.loss:.4f}, accuracy {found.accuracy:.3f}"


def _score(scores: Mapping[str, float], name: str) -> str:
    return f"{scores[name]:.4f}" if name in scores else ""


def _print_round(found: RoundDescription) -> None:
    attempt = f", attempt {found.attempt}" if found.attempt > 1 else ""
    out.print(f"round {found.number}{attempt} (round {found.n} of the federation): {found.state}. {found.reason or ''}")
    if found.details:
        out.print(found.details)
    out.print(f"returned: {', '.join(found.returned) or 'nobody'}")
    if found.awaited:
        out.print(f"waits for: {', '.join(found.awaited)}; until {shown_moment(found.closes_at, seconds=True)}")
    if found.changed_cohorts:
        out.print(f"trained on other patients than at first: {', '.join(found.changed_cohorts)}")
    if found.global_version is not None:
        out.print(f"global model {found.global_version}")
