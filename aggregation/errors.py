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


class UnknownStrategyError(AggregationError):
    """No strategy of that name, or a parameter that it does not have."""

    code = "unknown_strategy"
