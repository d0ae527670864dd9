"""Why a set of updates can't become one global state."""

from contract.errors import CallerError


class AggregationError(CallerError):
    """Root of the refusals to aggregate."""

    code = "aggregation_refused"


class NoUpdatesError(AggregationError):
    """There is nothing to average."""

    code = "no_updates"


class InconsistentUpdatesError(AggregationError):
    """The updates are not of one architecture; the sentence names the tensor."""

    code = "inconsistent_updates"


class NoBaseError(AggregationError):
    """An update's change can't be measured: what it was trained from is not known."""

    code = "no_base"


class NotSettledError(AggregationError):
    """A rule that repeats itself until it settles did not settle."""

    code = "not_settled"


class TooFewUpdatesError(AggregationError):
    """A rule's condition on n and f does not hold; it is never replaced by another rule in silence."""

    code = "too_few_updates"


class UnknownStrategyError(AggregationError):
    """No strategy of that name, a parameter that it does not have, or a value that the parameter can't have."""

    code = "unknown_strategy"
