"""What can stop the director, by whose turn it is to act. ``director.api.problems`` maps the codes to HTTP statuses."""

from contract.errors import CallerError, Fact, FederationError
from contract.messages.problems import Check


class UnauthenticatedError(CallerError):
    """No token, or one that does not hold: unknown and wrong look the same; who had one that ended reads how."""

    code = "unauthenticated"


class ForbiddenError(CallerError):
    """The token holds, but not for this."""

    code = "forbidden"


class CsrfTokenMissingError(CallerError):
    """A session changes something without showing the token that its page was given."""

    code = "csrf_token_missing"


class CrossSiteError(CallerError):
    """A session's cookie came with a request of another site's page."""

    code = "cross_site_refused"


class NotFoundError(CallerError):
    """What is asked for is not here."""

    code = "not_found"


class UnknownEnvoyError(NotFoundError):
    """No such hospital."""

    code = "unknown_envoy"


class NoModelError(CallerError):
    """There is no current model to answer from yet."""

    code = "no_model_yet"


class ConflictError(CallerError):
    """The request contradicts what is already so."""

    code = "conflict"


class TaskRetiredError(ConflictError):
    """Nothing is learned of the task any more."""

    code = "task_retired"


class ModelStaleError(ConflictError):
    """The model was made for another definition of its task, and answers nothing any more."""

    code = "model_stale"


class RoundClosedError(ConflictError):
    """The update came after its round took no more, and the run's rule does not take it."""

    code = "round_closed"


class QuotaReachedError(ConflictError):
    """The hospital's share of the director's disk is used up."""

    code = "quota_reached"


class BaseUnknownError(ConflictError):
    """The upload was trained from a start that this director never gave."""

    code = "base_unknown"


class ScalerNotAgreedError(ConflictError):
    """The scaler is neither a merged one nor the hospital's own."""

    code = "scaler_not_agreed"


class IdempotencyKeyReusedError(CallerError):
    """One key for two different requests."""

    code = "idempotency_key_reused"


class MalformedRequestError(CallerError):
    """The request does not have the agreed form."""

    code = "malformed_request"


class InvalidRequestError(CallerError):
    """The request can be read, but a field is missing, unknown or not allowed."""

    code = "invalid_request"


class TooLargeError(CallerError):
    """More bytes or rows than this director takes."""

    code = "too_large"


class TooSlowError(CallerError):
    """The body did not come in time."""

    code = "too_slow"


class UnsupportedMediaTypeError(CallerError):
    """A content type that this path does not read."""

    code = "unsupported_media_type"


class BusyError(FederationError):
    """More at once than this director serves; the same again, a little later, may pass."""

    code = "busy"


class DigestMismatchError(CallerError):
    """The bytes that arrived are not those that the sender digested."""

    code = "digest_mismatch"


class PartMissingError(CallerError):
    """The metadata names a part by its digest, and it is neither in the form nor here."""

    code = "part_missing"


class RangeNotSatisfiableError(CallerError):
    """A file has no such bytes."""

    code = "range_not_satisfiable"


class UploadRejectedError(CallerError):
    """The gate said no. Carries the first failure's code and sentence, and every check."""

    def __init__(self, cause: FederationError, checks: tuple[Check, ...], submission_id: str | None = None) -> None:
        facts: dict[str, Fact] = dict(cause.facts)
        if submission_id:
            facts["submission_id"] = submission_id
        super().__init__(cause.sentence, hint=cause.hint, **facts)
        self.code = cause.code  # it speaks with the voice of its cause
        self.checks = checks


class UsageError(CallerError):
    """A command was given something that it does not take."""

    code = "usage"


class TooManyRequestsError(FederationError):
    """Nothing is wrong with the request; whoever sends it must wait. ``retry_after_seconds`` says how long."""

    code = "too_many_requests"


class OperatorError(FederationError):
    """Whoever runs the director must act."""

    code = "operator_error"


class SettingsError(OperatorError):
    """The configuration is wrong."""

    code = "settings_invalid"


class NotInitialisedError(OperatorError):
    """The data folder holds no federation yet, or only a part of one."""

    code = "not_initialised"


class DatabaseError(OperatorError):
    """The database can't be used as it is."""

    code = "database_unusable"


class StorageError(OperatorError):
    """The disk refused to write or read."""

    code = "storage_failed"


class StorageFullError(StorageError):
    """No space is left."""

    code = "storage_full"


class AuditDamagedError(OperatorError):
    """The audit, or what was kept of it, can't be read."""

    code = "audit_damaged"


class DamagedArtifactError(OperatorError):
    """A stored file is not what its digest says; it is refused, never served."""

    code = "artifact_damaged"


class AlertError(OperatorError):
    """A channel did not take an alert; it is sent again."""

    code = "alert_failed"


class TrackerError(OperatorError):
    """The tracker is away, or does not take what it is told; nothing of ours is lost by it."""

    code = "tracker_unreachable"


class TrackerConflictError(OperatorError):
    """What is at the tracker is not what this federation may write to."""

    code = "tracker_conflict"
