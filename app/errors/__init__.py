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
from app.errors.rescoring import (
    CatchUpTooSlow,
    CorpusEmpty,
    GenerationGone,
    NotComplete,
    NothingToRollBackTo,
    OlderRanking,
    RunHeldBack,
    RunNotUnderWay,
    RunUnderWay,
    ScopeNeedsSameRanking,
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
    WrongNetworkKind,
    WrongOrganisationKind,
    WrongState,
)

__all__ = [
    "AlreadyMember",
    "AppError",
    "BadRequest",
    "BodyTooLarge",
    "CatchUpTooSlow",
    "ChallengeClosed",
    "Conflict",
    "CorpusEmpty",
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
    "GenerationGone",
    "IdempotencyKeyReused",
    "IdentityFixed",
    "InvalidSettings",
    "LastAdmin",
    "LastManager",
    "LinkUnusable",
    "MalformedInput",
    "MalformedJson",
    "MethodNotAllowed",
    "NotComplete",
    "NotFound",
    "NotLoopback",
    "NotPublished",
    "NotSignedIn",
    "NothingToRollBackTo",
    "OlderRanking",
    "OrganisationInUse",
    "OrganisationNotVerified",
    "PreconditionFailed",
    "PreconditionRequired",
    "ProfileExists",
    "ProviderFailed",
    "RankingOfOtherEncoder",
    "RankingOfOtherScoring",
    "RunHeldBack",
    "RunNotUnderWay",
    "RunUnderWay",
    "ScopeMissing",
    "ScopeNeedsSameRanking",
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
