"""``fl-envoy send``, and what every command says of parcels that wait."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from contract.errors import FederationError
from contract.moments import shown_moment
from contract.parts import Parcel
from envoy.cli.program import AsJson, DryRun, client_of, err, out, path_said, print_json, says_what_failed, start_keeper
from envoy.cli.showing import print_sent, sent_facts, sent_in_words, show_parcel, show_parcels
from envoy.director_client import DirectorClient
from envoy.errors import DataError, NetworkError, RefusedError
from envoy.home_lock import one_command
from envoy.ledger import Ledger
from envoy.membership import Membership, MembershipFile
from envoy.outbox import Key, Outbox, is_settled
from envoy.parcel import label_of, read_parcel, ready_to_send
from envoy.sending import Sending, Sent
from envoy.settings import EnvoySettings, read_settings

INTERRUPTED = 130
SEND = "fl-envoy send"


@says_what_failed
def send(
    bundle: Annotated[
        Path | None,
        typer.Argument(
            parser=path_said,
            metavar="[BUNDLE]",
            help="A folder of fl-envoy train --offline; else what waits in the home.",
            show_default=False,
        ),
    ] = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Upload a parcel that was trained without a link, or all that wait because the director could not be reached."""
    settings = read_settings()
    if bundle is None:
        _send_what_waits(settings, dry_run=dry_run, as_json=as_json)
        return
    parcel = read_parcel(bundle)
    keeper, name = start_keeper(settings), label_of(parcel).task
    if dry_run:
        show_parcel(ready_to_send(parcel, keeper.last_task(name), settings.rules), as_json)
        return
    membership = MembershipFile(settings.home_folder).read()
    with one_command(settings.home_folder):
        client = client_of(settings, membership)
        parcel = ready_to_send(parcel, keeper.task(client, name), settings.rules)
        sending = sending_of(settings, client, membership)
        key = sending.outbox.key_of(bundle)
        sent = sending.send(parcel) if key is None else sending.send_kept(key, parcel)
    _print(sent, as_json)


def sending_of(settings: EnvoySettings, client: DirectorClient, membership: Membership) -> Sending:
    """Give what sends to the director of a membership."""
    home, director = settings.home_folder, membership.director
    return Sending(client, director, membership.envoy_name, Ledger(home), Outbox(home, director))


def send_trained(
    settings: EnvoySettings, client: DirectorClient, sending: Sending, key: Key, parcel: Parcel, earlier: Sequence[Key]
) -> Sent:
    """Send what was just trained, and before it what waited: the newest is then the current one.

    What becomes of the earlier ones is said, and a refusal of one keeps nothing else from leaving.
    """
    for each, said in _send_each(settings, client, sending, earlier):
        err.print(_not_taken(sending, each, said) if isinstance(said, FederationError) else _taken(said))
    return sending.send_kept(key, parcel)


def _send_each(
    settings: EnvoySettings, client: DirectorClient, sending: Sending, keys: Sequence[Key]
) -> Iterator[tuple[Key, Sent | FederationError]]:
    """Send parcels of the outbox, each looked through as if it were packed now; gives what became of each.

    Raises:
        NetworkError, RefusedError: What ails is not the parcel: the rest would fare no better, and goes on waiting.
    """
    keeper = start_keeper(settings)
    for key in keys:
        said: Sent | FederationError
        try:
            parcel = sending.outbox.read(key)
            ready = ready_to_send(parcel, keeper.task(client, label_of(parcel).task), settings.rules)
            said = sending.send_kept(key, ready)
        except NetworkError:
            raise
        except FederationError as error:
            if isinstance(error, RefusedError) and not is_settled(error):
                raise
            said = error
        yield key, said


def _taken(sent: Sent) -> str:
    return f"The parcel that waited is with the director: {sent_in_words(sent)}"


def _not_taken(sending: Sending, key: Key, error: FederationError) -> str:
    place = sending.outbox.place(key)
    what = f"goes on waiting in {place}" if place.exists() else "was refused, and waits no more"
    return f"warning: a parcel that waited {what}. {error.sentence} {error.hint}".strip()


def waiting_line(outbox: Outbox, key: Key) -> str:
    """Say which parcel waits, and where."""
    label = outbox.label(key)
    if label is None:
        return f"A parcel that can't be read waits in {outbox.place(key)}."
    what = f"Round {label.round}'s update" if label.round else f"A parcel of task {label.task}"
    when = f", trained {shown_moment(label.trained_at)}" if label.trained_at else ""
    return f"{what}{when}, waits unsent in {outbox.place(key)}."


def say_what_waits(outbox: Outbox, then: str) -> list[Key]:
    """Say on standard error what waits, and what becomes of it; gives the keys."""
    keys = outbox.waiting()
    for key in keys:
        err.print(waiting_line(outbox, key))
    if keys:
        err.print(then)
    return keys


@contextmanager
def telling_what_waits(outbox: Outbox, key: Key) -> Iterator[None]:
    """Whatever ends the block while a parcel still waits, say that nothing is lost and how to send it."""
    try:
        yield
    except KeyboardInterrupt:
        err.print(f"Stopped. {_kept(outbox, key)}")
        raise typer.Exit(INTERRUPTED) from None
    except FederationError as error:
        if outbox.place(key).exists():
            before = f"{error.hint.rstrip('.')}. " if error.hint else ""
            error.hint = before + _kept(outbox, key)
        raise
    except OSError as error:
        raise DataError(f"{error.filename or 'A file'}: {error.strerror or error}.", hint=_kept(outbox, key)) from error


def _kept(outbox: Outbox, key: Key) -> str:
    return f"The trained model is kept in {outbox.place(key)}. To send it: {SEND}"


def _send_what_waits(settings: EnvoySettings, *, dry_run: bool, as_json: bool) -> None:
    membership = MembershipFile(settings.home_folder).read()
    outbox, keeper = Outbox(settings.home_folder, membership.director), start_keeper(settings)
    keys = outbox.waiting()
    if not keys:
        _say_that_nothing_waits(outbox, as_json)
        return
    if dry_run:
        parcels = [outbox.read(key) for key in keys]
        show_parcels(
            [ready_to_send(each, keeper.last_task(label_of(each).task), settings.rules) for each in parcels], as_json
        )
        return
    with one_command(settings.home_folder):
        client = client_of(settings, membership)
        _send_all(settings, client, sending_of(settings, client, membership), keys, as_json=as_json)


def _send_all(
    settings: EnvoySettings, client: DirectorClient, sending: Sending, keys: Sequence[Key], *, as_json: bool
) -> None:
    """Send and print each; what was not taken is the command's error once all had their turn."""
    taken: list[dict[str, object]] = []
    failed: FederationError | None = None
    for key, said in _send_each(settings, client, sending, keys):
        if isinstance(said, FederationError):
            err.print(_not_taken(sending, key, said))
            failed = failed or said
        elif as_json:
            taken.append(sent_facts(said))
            err.print(_taken(said))  # an error of the next one takes the place of the answer
        else:
            print_sent(said)
    if failed is not None:
        raise failed
    if as_json:
        print_json(taken)


def _say_that_nothing_waits(outbox: Outbox, as_json: bool) -> None:
    if as_json:
        print_json([])
        return
    out.print(f"Nothing waits to be sent in {outbox.home}. A new model: fl-envoy train; a folder's: {SEND} FOLDER")
    for each in outbox.for_others():
        out.print(f"For another director than {outbox.director} waits {each}; to send it to this one: {SEND} {each}")


def _print(sent: Sent, as_json: bool) -> None:
    if as_json:
        print_json(sent_facts(sent))
    else:
        print_sent(sent)
