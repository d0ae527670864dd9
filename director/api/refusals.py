"""Which errors each operation can give, by code: what all share follows from the operation, the rest is told here.

One table, so that what the interface document says of an operation can be held against what its code can raise.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from director.api.guard import Entry
from director.members.access import HOSPITAL

ANYWHERE = (
    "malformed_request",
    "too_slow",
    "head_too_large",
    "internal_error",
    "busy",
    "stopping",
)
"""Of any request: it is not HTTP, too slow or too much, or it is we who fail or stop."""

_OF_A_CALLER = ("unauthenticated", "forbidden", "too_many_requests", "database_unusable")
_OF_A_BODY = ("upgrade_refused", "unsupported_media_type")
_OF_AN_ACT = ("storage_failed", "storage_full")
_OF_A_TABLE = ("invalid_input",)
_OF_A_MODEL = ("artifact_damaged", "storage_failed", "storage_full")
_COMBINING = (
    "aggregation_refused",
    "inconsistent_updates",
    "no_base",
    "no_updates",
    "not_settled",
    "too_few_updates",
)
_INFERENCE = ("artifact_damaged", "invalid_input", "no_model_yet", "unknown_task", "storage_failed")

OWN: Mapping[str, tuple[str, ...]] = {
    "live": (),
    "ready": (),
    "sign_in": ("unauthenticated", "forbidden", "too_many_requests", "cross_site_refused", "database_unusable"),
    "get_session": (),
    "sign_out": (),
    "get_permissions": (),
    "get_system": (),
    "get_metrics": (),
    "get_quiescence": (),
    "begin_quiescence": (),
    "end_quiescence": (),
    "list_strategies": (),
    "get_overview": ("unknown_task",),
    "get_course": ("unknown_envoy", "unknown_task"),
    "list_received": ("unknown_envoy", "unknown_task"),
    "get_ladder": ("unknown_task",),
    "list_lineage": ("unknown_task",),
    "list_run_rounds": (),
    "get_training_log": ("artifact_damaged", "storage_failed"),
    "list_tasks": (),
    "add_task": ("conflict", "task_invalid"),
    "get_task": ("unknown_task",),
    "retire_task": ("conflict", "unknown_task"),
    "get_start": ("task_retired", "unknown_task"),
    "move_start": ("unknown_task",),
    "get_blob": ("range_not_satisfiable", *_OF_A_MODEL),
    "list_statistics": (),
    "report_statistics": ("conflict", "examples_out_of_bounds", "task_retired", "unknown_envoy", "unknown_task"),
    "release_statistics": ("conflict", "unknown_envoy", "unknown_task"),
    "reject_statistics": ("conflict", "unknown_envoy", "unknown_task"),
    "list_envoys": (),
    "add_envoy": ("conflict",),
    "get_envoy": ("unknown_envoy",),
    "disable_envoy": ("conflict", "unknown_envoy"),
    "enable_envoy": ("unknown_envoy",),
    "get_expectation": ("unknown_envoy",),
    "set_expectation": ("unknown_envoy",),
    "join": ("conflict", "unauthenticated", "too_many_requests", "database_unusable", *_OF_AN_ACT),
    "list_tokens": (),
    "issue_token": ("conflict", "unknown_envoy"),
    "rotate_token": ("conflict",),
    "revoke_token": (),
    "rotate_own_token": ("conflict",),
    "revoke_own_token": (),
    "upload": (
        "artifact_damaged",
        "base_unknown",
        "conflict",
        "digest_mismatch",
        "examples_out_of_bounds",
        "layout_mismatch",
        "metric_invalid",
        "model_file_invalid",
        "part_missing",
        "quota_reached",
        "round_closed",
        "scaler_file_invalid",
        "scaler_not_agreed",
        "task_retired",
        "tensor_value_invalid",
        "training_log_invalid",
        "unknown_envoy",
        "unknown_task",
    ),
    "get_part": ("unknown_envoy", "storage_failed"),
    "append_part": ("conflict", "digest_mismatch", "unknown_envoy"),
    "list_submissions": (),
    "get_submission": (),
    "release_submission": ("conflict", "unknown_envoy", "unknown_task"),
    "reject_submission": ("conflict",),
    "get_validation": ("unknown_task",),
    "set_validation": ("artifact_damaged", "unknown_task", *_OF_A_TABLE),
    "clear_validation": ("artifact_damaged", "unknown_task"),
    "list_global_models": ("no_model_yet", "not_found"),
    "get_current_global_model": ("no_model_yet", "not_found", "unknown_task"),
    "get_global_model": (),
    "compare_global_models": ("inconsistent_updates", "unknown_task", *_OF_A_MODEL),
    "download_global_model": ("range_not_satisfiable", *_OF_A_MODEL),
    "download_global_scaler": ("range_not_satisfiable", *_OF_A_MODEL),
    "aggregate": (
        *_COMBINING,
        "artifact_damaged",
        "conflict",
        "invalid_name",
        "no_model_yet",
        "task_retired",
        "unknown_envoy",
        "unknown_strategy",
        "unknown_task",
    ),
    "publish_global_model": ("artifact_damaged", "conflict", "model_stale", "unknown_task"),
    "answer_global_model": ("artifact_damaged", "conflict", "no_model_yet", "unknown_task"),
    "set_alias": (),
    "clear_alias": (),
    "set_note": (),
    "open_run": ("conflict", "task_retired", "unknown_envoy", "unknown_strategy", "unknown_task"),
    "list_runs": (),
    "get_run": (),
    "answer_run": ("conflict", "unknown_envoy"),
    "close_run": ("conflict",),
    "pause_run": ("conflict",),
    "resume_run": ("conflict",),
    "get_round": (),
    "get_work": (),
    "infer": ("unknown_envoy", *_INFERENCE),
    "infer_global": _INFERENCE,
    "infer_batch": ("unknown_envoy", "storage_full", *_INFERENCE),
    "infer_global_batch": ("storage_full", *_INFERENCE),
    "list_audit": ("audit_damaged",),
    "verify_audit": (),
    "export_audit": (),
    "follow_events": (),
    "list_proposals": (),
    "approve_proposal": ("artifact_damaged", "conflict", "model_stale", "unknown_envoy", "unknown_task"),
    "decline_proposal": ("conflict",),
}
"""By an operation's name, the codes of errors that its own act can give."""


def codes_of(name: str, method: str, entry: Entry, operation: Mapping[str, Any]) -> list[str]:
    """Give the codes of all errors that an operation can give, each once.

    Args:
        name: Of the operation.
        method: In capital letters.
        entry: What it takes.
        operation: As the document describes it.
    """
    return list(dict.fromkeys([*ANYWHERE, *_shared(method, entry, operation), *OWN.get(name, ())]))


def _shared(method: str, entry: Entry, operation: Mapping[str, Any]) -> Iterator[str]:
    parameters, roles = operation.get("parameters", ()), entry.permission.roles
    if roles is not None:
        yield from _OF_A_CALLER
        if roles != {HOSPITAL}:
            yield "cross_site_refused"
            if method != "GET":
                yield "csrf_token_missing"
        if method != "GET" and operation.get("tags") != ["inference"]:
            yield from _OF_AN_ACT
    if method != "GET":  # a body is measured, also where none is wanted
        yield "too_large"
    if "requestBody" in operation:
        yield from _OF_A_BODY
    if parameters or "requestBody" in operation:
        yield "invalid_request"
    if any(each["in"] == "path" for each in parameters):
        yield "not_found"
    if any(each["name"] == "Idempotency-Key" for each in parameters):
        yield "idempotency_key_reused"
