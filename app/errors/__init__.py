"""Errors that carry a status, a name and what to do, in German and English.

    AppError
    ├── NotSignedIn, SignInFailed, SecondFactorNeeded 401
    ├── Forbidden 403               may be seen but not done: ScopeMissing, CrossOrigin, ...
    ├── NotFound 404
    ├── Conflict 409                a state that does not allow it: WrongState, LastManager, ...
    ├── PreconditionFailed 412      somebody else edited first
    ├── MalformedInput 422          the body, a field or a parameter can't be read
    ├── PreconditionRequired 428    edit without If-Match
    ├── TooManyTries 429
    ├── ServiceUnavailable 503
    └── StartError                  the process can't start; shown on the command line

Services raise them; `app.api.problem_details` renders them as problem+json (RFC 9457), the command line as text.
"""

from app.errors.access import (
    AlreadyMember,
    CredentialRefused,
    CrossOrigin,
    EmailNotConfirmed,
    Forbidden,
    ForeignHost,
    IdentityFixed,
    LastAdmin,
    LastManager,
    LinkUnusable,
    NotSignedIn,
    OrganisationNotVerified,
    ProviderFailed,
    ScopeMissing,
    SecondFactorNeeded,
    SecondFactorRequired,
    SecondFactorState,
    SecondFactorWrong,
    SessionNeeded,
    SignInFailed,
    TooManyTries,
    UnknownToProvider,
    WrongPassword,
)
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
    "AlreadyMember",
    "AppError",
    "BadRequest",
    "BodyTooLarge",
    "ChallengeClosed",
    "Conflict",
    "CredentialRefused",
    "CrossOrigin",
    "DatabaseIsNewer",
    "DatabaseNotMigrated",
    "DatabaseUnreachable",
    "EmailNotConfirmed",
    "EncoderMismatch",
    "EncoderUnusable",
    "FieldError",
    "Forbidden",
    "ForeignHost",
    "IdempotencyKeyReused",
    "IdentityFixed",
    "InvalidSettings",
    "LastAdmin",
    "LastManager",
    "LinkUnusable",
    "MalformedInput",
    "MalformedJson",
    "MethodNotAllowed",
    "NotFound",
    "NotLoopback",
    "NotPublished",
    "NotSignedIn",
    "OrganisationInUse",
    "OrganisationNotVerified",
    "PreconditionFailed",
    "PreconditionRequired",
    "ProfileExists",
    "ProviderFailed",
    "RankingOfOtherEncoder",
    "RankingOfOtherScoring",
    "RescoringOvertaken",
    "ScopeMissing",
    "SecondFactorNeeded",
    "SecondFactorRequired",
    "SecondFactorState",
    "SecondFactorWrong",
    "ServiceUnavailable",
    "SessionNeeded",
    "SignInFailed",
    "StartError",
    "TooManyTries",
    "UnknownToProvider",
    "UnsupportedMediaType",
    "UnusableInput",
    "WrongNetworkKind",
    "WrongOrganisationKind",
    "WrongPassword",
    "WrongState",
]
