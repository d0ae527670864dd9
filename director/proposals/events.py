"""What happens to proposals. Names of persons stand with their tokens, not on record."""

from contract.messages.proposals import ProposedAct
from director.records.events import Event


class ProposalEvent(Event):
    """Something was done about a proposal: an act (``what``) to be done to something (``of``)."""

    about = ("proposal",)

    proposal: int
    what: ProposedAct
    of: str


class ProposalMade(ProposalEvent, act="proposal.make"):
    """An admin proposed an act; nothing else was done."""

    reason: str | None


class ProposalApproved(ProposalEvent, act="proposal.approve"):
    """Another admin approved it, and it was done in the same act."""

    proposed_by: str


class ProposalDeclined(ProposalEvent, act="proposal.decline"):
    """Another admin declined it."""

    proposed_by: str
    reason: str


class ProposalWithdrawn(ProposalEvent, act="proposal.withdraw"):
    """Whoever proposed it took it back."""

    reason: str
