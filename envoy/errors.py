"""What can stop an envoy, by whose turn it is to act; ``envoy.cli`` maps the branches to exit codes."""

from contract.errors import Fact, FederationError
from envoy.own_words import in_own_words


class EnvoyError(FederationError):
    """Root of the envoy's own errors."""

    code = "envoy_error"


class DataError(EnvoyError):
    """The hospital's tables must be mended first."""

    code = "data_defect"


class NotJoinedError(EnvoyError):
    """This envoy holds no token yet."""

    code = "not_joined"


class SettingsError(EnvoyError):
    """The configuration is wrong."""

    code = "settings_invalid"


class NetworkError(EnvoyError):
    """The other side, most often the director, can't be reached now; trying again later may help."""

    code = "director_unreachable"


class BrokenLinkError(NetworkError):
    """The director did not answer, or its answer broke off: the same again may pass at once."""

    code = "link_broken"


class MiddleboxError(NetworkError):
    """Something before the director answered in its place. ``status`` is of HTTP."""

    code = "answered_before_director"

    def __init__(self, sentence: str, *, status: int, hint: str = "", **facts: Fact) -> None:
        super().__init__(sentence, hint=hint, status=status, **facts)
        self.status = status


class TablesUnreachableError(NetworkError):
    """The hospital's tables can't be reached where they lie; trying again later may help."""

    code = "tables_unreachable"


class TablesDeniedError(EnvoyError):
    """The server on which the hospital's tables lie does not let this envoy read them."""

    code = "tables_denied"


class PolicyError(EnvoyError):
    """The hospital's own rules, or the agreed task, forbid this."""

    code = "policy"


class RefusedError(EnvoyError):
    """The director answered, and the answer is no. ``director_code`` is its problem's stable code."""

    code = "refused"

    def __init__(self, sentence: str, *, director_code: str, status: int, hint: str = "", **facts: Fact) -> None:
        sentence, hint = in_own_words(director_code, sentence, hint)
        super().__init__(sentence, hint=hint, director_code=director_code, status=status, **facts)
        self.director_code = director_code
        self.status = status


class OlderDirectorError(RefusedError):
    """The director is of a version that does not know what was asked for."""

    code = "older_director"
