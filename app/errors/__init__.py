"""Errors that carry a status, a name and what to do, in German and English.

    AppError
    ├── NotFound 404
    ├── Conflict 409                a state that does not allow it
    │   ├── ChallengeClosed, WrongState, ProfileExists, ...
    ├── PreconditionRequired 428    edit without If-Match
    ├── PreconditionFailed 412      somebody else edited first
    ├── MalformedInput 422          the body, a field or a parameter can't be read
    ├── UnsupportedMediaType 415
    ├── ServiceUnavailable 503
    └── StartError                  the process can't start; shown on the command line

Services raise them; `app.api.problem_details` renders them as problem+json (RFC 9457), the command line as text.
"""

from app.errors.base import (
    AppError,
    Conflict,
    FieldError,
    MalformedInput,
    NotFound,
    ServiceUnavailable,
    StartError,
)
from app.errors.requests import (
    BadRequest,
    BodyTooLarge,
    IdempotencyKeyReused,
    MalformedJson,
    MethodNotAllowed,
    PreconditionFailed,
    PreconditionRequired,
    UnsupportedMediaType,
)
from app.errors.start import (
    DatabaseIsNewer,
    DatabaseNotMigrated,
    DatabaseUnreachable,
    EncoderUnusable,
    InvalidSettings,
    NotLoopback,
    RankingOfOtherEncoder,
    RankingOfOtherScoring,
    UnusableInput,
)
from app.errors.texts import (
    ChallengeClosed,
    EncoderMismatch,
    NotPublished,
    OrganisationInUse,
    ProfileExists,
    RescoringOvertaken,
    WrongNetworkKind,
    WrongOrganisationKind,
    WrongState,
)

__all__ = [
    "AppError",
    "BadRequest",
    "BodyTooLarge",
    "ChallengeClosed",
    "Conflict",
    "DatabaseIsNewer",
    "DatabaseNotMigrated",
    "DatabaseUnreachable",
    "EncoderMismatch",
    "EncoderUnusable",
    "FieldError",
    "IdempotencyKeyReused",
    "InvalidSettings",
    "MalformedInput",
    "MalformedJson",
    "MethodNotAllowed",
    "NotFound",
    "NotLoopback",
    "NotPublished",
    "OrganisationInUse",
    "PreconditionFailed",
    "PreconditionRequired",
    "ProfileExists",
    "RankingOfOtherEncoder",
    "RankingOfOtherScoring",
    "RescoringOvertaken",
    "ServiceUnavailable",
    "StartError",
    "UnsupportedMediaType",
    "UnusableInput",
    "WrongNetworkKind",
    "WrongOrganisationKind",
    "WrongState",
]
