"""Every request and response, as pydantic models: the OpenAPI document and every client derive from these alone.

One file per resource, as in ``director.api``; users import from here.
"""

from contract.messages.audit import AuditRecord, AuditVerification, Checkpoint
from contract.messages.base import (
    DEFAULT_TASK,
    MAX_BATCH_ROWS,
    Count,
    FileRole,
    Message,
    Metrics,
    MetricValue,
    Page,
    Role,
    Verdict,
)
from contract.messages.decisions import Decision, DecisionRequest, Reason
from contract.messages.envoys import CurrentVersion, EnrolmentCode, EnvoyDescription, EnvoyRequest, JoinRequest
from contract.messages.global_models import (
    AggregationRequest,
    Card,
    CardInput,
    GlobalModel,
    HeldOut,
    Lineage,
    ModelInput,
)
from contract.messages.health import Health
from contract.messages.inference import (
    Answer,
    AnsweringModel,
    BatchGlobalInferenceRequest,
    BatchInferenceRequest,
    BatchPrediction,
    GlobalInferenceRequest,
    InferenceRequest,
    Prediction,
    Probabilities,
)
from contract.messages.problems import Check, Problem
from contract.messages.statistics import StatisticsDescription, StatisticsReceipt, StatisticsReport
from contract.messages.tasks import Start, TaskDescription
from contract.messages.tokens import IssuedToken, RotationRequest, TokenDescription, TokenRequest
from contract.messages.uploads import StoredFile, Submission, UploadMetadata
from contract.messages.validation import ValidationTable

__all__ = [
    "DEFAULT_TASK",
    "MAX_BATCH_ROWS",
    "AggregationRequest",
    "Answer",
    "AnsweringModel",
    "AuditRecord",
    "AuditVerification",
    "BatchGlobalInferenceRequest",
    "BatchInferenceRequest",
    "BatchPrediction",
    "Card",
    "CardInput",
    "Check",
    "Checkpoint",
    "Count",
    "CurrentVersion",
    "Decision",
    "DecisionRequest",
    "EnrolmentCode",
    "EnvoyDescription",
    "EnvoyRequest",
    "FileRole",
    "GlobalInferenceRequest",
    "GlobalModel",
    "Health",
    "HeldOut",
    "InferenceRequest",
    "IssuedToken",
    "JoinRequest",
    "Lineage",
    "Message",
    "MetricValue",
    "Metrics",
    "ModelInput",
    "Page",
    "Prediction",
    "Probabilities",
    "Problem",
    "Reason",
    "Role",
    "RotationRequest",
    "Start",
    "StatisticsDescription",
    "StatisticsReceipt",
    "StatisticsReport",
    "StoredFile",
    "Submission",
    "TaskDescription",
    "TokenDescription",
    "TokenRequest",
    "UploadMetadata",
    "ValidationTable",
    "Verdict",
]
