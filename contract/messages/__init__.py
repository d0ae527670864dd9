"""Every request and response, as pydantic models: the OpenAPI document and every client derive from these alone.

One file per resource, as in ``director.api``; users import from here.
"""

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
from contract.messages.envoys import CurrentVersion, EnrolmentCode, EnvoyDescription, EnvoyRequest, JoinRequest
from contract.messages.global_models import AggregationRequest, GlobalModel, ModelInput
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
from contract.messages.tasks import Start, StatisticsReceipt, StatisticsReport, TaskDescription
from contract.messages.tokens import IssuedToken, TokenDescription
from contract.messages.uploads import StoredFile, Submission, UploadMetadata

__all__ = [
    "DEFAULT_TASK",
    "MAX_BATCH_ROWS",
    "AggregationRequest",
    "Answer",
    "AnsweringModel",
    "BatchGlobalInferenceRequest",
    "BatchInferenceRequest",
    "BatchPrediction",
    "Check",
    "Count",
    "CurrentVersion",
    "EnrolmentCode",
    "EnvoyDescription",
    "EnvoyRequest",
    "FileRole",
    "GlobalInferenceRequest",
    "GlobalModel",
    "Health",
    "InferenceRequest",
    "IssuedToken",
    "JoinRequest",
    "Message",
    "MetricValue",
    "Metrics",
    "ModelInput",
    "Page",
    "Prediction",
    "Probabilities",
    "Problem",
    "Role",
    "Start",
    "StatisticsReceipt",
    "StatisticsReport",
    "StoredFile",
    "Submission",
    "TaskDescription",
    "TokenDescription",
    "UploadMetadata",
    "Verdict",
]
