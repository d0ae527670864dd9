"""The hospitals of the federation: found, admitted, disabled."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.moments import shown_moment
from contract.names import EnvoyName
from director.errors import ConflictError, UnknownEnvoyError
from director.members.events import EnvoyAdded, EnvoyDisabled, EnvoyEnabled, EnvoyExpected
from director.records.ledger import Act
from director.records.schema import EnvoyRow


def envoy_named(session: Session, name: EnvoyName) -> EnvoyRow:
    """Find a hospital, without regard to case.

    Raises:
        UnknownEnvoyError: There is none of that name.
    """
    row = _find(session, name)
    if row is None:
        raise unknown_envoy(name)
    return row


def unknown_envoy(name: EnvoyName) -> UnknownEnvoyError:
    """Say that no hospital has this name."""
    return UnknownEnvoyError(
        f"There is no hospital {name!r} in this federation.", hint="See GET /envoys for the names.", envoy_name=name
    )


def add_envoy(act: Act, name: EnvoyName) -> EnvoyRow:
    """Admit a hospital; one that is there already and not disabled is given back, so that it can get a new code.

    Raises:
        ConflictError: It is there under another spelling, or disabled.
    """
    row = _find(act.session, name)
    if row is not None:
        if row.name != name or row.disabled_at is not None:
            why = "differs only in upper and lower case"
            why = "is disabled" if row.disabled_at else why
            why = "withdrew" if row.withdrawn_at else why
            raise ConflictError(f"The name {name} is taken: {row.name} {why}.", hint="Choose another name.")
        return row
    row = EnvoyRow(name=name, folded_name=name.folded, created_at=act.now, joined_at=None, disabled_at=None)
    act.session.add(row)
    act.tell(EnvoyAdded(envoy=name))
    return row


def disable_envoy(act: Act, name: EnvoyName) -> EnvoyRow:
    """Disable a hospital: its tokens stop to hold, its models stay but enter no aggregate. Again is no error."""
    row = envoy_named(act.session, name)
    if row.disabled_at is None:
        row.disabled_at = act.now
        act.tell(EnvoyDisabled(envoy=row.name))
    return row


def enable_envoy(act: Act, name: EnvoyName) -> EnvoyRow:
    """Let a disabled hospital take part again. Again is no error.

    Raises:
        ConflictError: It withdrew, which is for good.
    """
    row = envoy_named(act.session, name)
    if row.withdrawn_at is not None:
        raise ConflictError(
            f"{row.name} withdrew on {shown_moment(row.withdrawn_at)}, and what it had sent is not kept any more.",
            hint="Where it takes part again, admit it under a new name: fl-director envoy add NAME",
        )
    if row.disabled_at is not None:
        row.disabled_at = None
        act.tell(EnvoyEnabled(envoy=row.name))
    return row


def expect(act: Act, envoy: EnvoyRow, num_examples: int | None) -> None:
    """Say how many training examples a hospital counts for at most; None takes it back. The same again tells nothing.

    With it no cap against the other hospitals bites: the admin knows how large the hospital is.
    """
    if envoy.expected_examples != num_examples:
        envoy.expected_examples = num_examples
        act.tell(EnvoyExpected(envoy=envoy.name, num_examples=num_examples))


def _find(session: Session, name: EnvoyName) -> EnvoyRow | None:
    return session.scalars(select(EnvoyRow).where(EnvoyRow.folded_name == name.folded)).first()
