"""What can stop a run under Flower, on either side."""

from contract.errors import FederationError


class FlowerError(FederationError):
    """Root of what goes wrong under Flower."""

    code = "flower_error"


class MalformedMessageError(FlowerError):
    """What came through Flower is no message of ours."""

    code = "flower_message_malformed"


class PlanError(FlowerError):
    """A folder is no plan, or not the one that a result was begun with."""

    code = "flower_plan_invalid"


class RoundFailedError(FlowerError):
    """Too few hospitals returned in a round, or too few of their models passed: the run ends, what was done stays."""

    code = "flower_round_failed"


class ProgramFailedError(FlowerError):
    """One of Flower's own programs did not do what it was started for."""

    code = "flower_program_failed"
