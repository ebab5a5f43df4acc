"""What routes ask for: context, sessions, the caller, headers."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Header, Query, Request
from pydantic import AfterValidator
from sqlalchemy.orm import Session

from app.accounts.people import Visitor
from app.api.languages import preferred_language
from app.auth.actor import ANONYMOUS, Actor
from app.auth.identify import Credentials
from app.auth.permissions import PUBLIC, SESSION_ONLY, Permission
from app.context import Context
from app.errors import (
    AppError,
    CredentialRefused,
    Forbidden,
    NotSignedIn,
    ScopeMissing,
    SecondFactorRequired,
    SessionNeeded,
    UnsupportedMediaType,
)
from app.fields import clean_text
from app.vocabulary import Language

ADMINISTRATION = frozenset({Permission.READ_ADMINISTRATION, Permission.WRITE_ADMINISTRATION})


def get_context(request: Request) -> Context:
    """Return the context of this process."""
    context: Context = request.app.state.context
    return context


ContextDep = Annotated[Context, Depends(get_context)]


def get_read_session(context: ContextDep) -> Iterator[Session]:
    """Open a session that only reads, for as long as the route function runs."""
    with context.sessions.read() as session:
        yield session


ReadSessionDep = Annotated[Session, Depends(get_read_session, scope="function")]


@dataclass(frozen=True, slots=True)
class Require:
    """A dependency: the caller, who must have one permission. What exactly they may do, services ask policies.

    Raises `NotSignedIn`, `CredentialRefused`, `ScopeMissing`, `SessionNeeded`, `SecondFactorRequired`, `Forbidden`.
    """

    permission: Permission

    def __call__(self, request: Request, context: ContextDep) -> Actor:
        """Identify the caller."""
        given = Credentials(request.cookies.get(context.security.cookie_name), request.headers.get("authorization"))
        actor: Actor | None = request.app.state.identify(context, given)
        request.state.actor = actor
        if self.permission in PUBLIC:
            return actor or ANONYMOUS
        if actor is None:
            raise CredentialRefused if given.cookie or given.authorization else NotSignedIn
        if actor.scopes is not None and self.permission not in actor.scopes:
            raise SessionNeeded if self.permission in SESSION_ONLY else ScopeMissing(scope=self.permission.value)
        if self.permission in ADMINISTRATION and not actor.is_admin:
            raise SecondFactorRequired if actor.lacks_second_factor else Forbidden
        return actor


def still_has(request: Request, context: Context, permission: Permission) -> bool:
    """Tell whether the caller of a stream that has begun may still see it."""
    try:
        Require(permission)(request, context)
    except AppError:
        return False
    return True


ReadPublic = Annotated[Actor, Depends(Require(Permission.READ_PUBLIC))]
WriteSignIn = Annotated[Actor, Depends(Require(Permission.WRITE_SIGN_IN))]
WriteLinks = Annotated[Actor, Depends(Require(Permission.WRITE_LINKS))]
WriteFeedback = Annotated[Actor, Depends(Require(Permission.WRITE_FEEDBACK))]
ReadOrganisations = Annotated[Actor, Depends(Require(Permission.READ_ORGANISATIONS))]
WriteOrganisations = Annotated[Actor, Depends(Require(Permission.WRITE_ORGANISATIONS))]
ReadMembers = Annotated[Actor, Depends(Require(Permission.READ_MEMBERS))]
WriteMembers = Annotated[Actor, Depends(Require(Permission.WRITE_MEMBERS))]
ReadChallenges = Annotated[Actor, Depends(Require(Permission.READ_CHALLENGES))]
WriteChallenges = Annotated[Actor, Depends(Require(Permission.WRITE_CHALLENGES))]
ReadProfiles = Annotated[Actor, Depends(Require(Permission.READ_PROFILES))]
WriteProfiles = Annotated[Actor, Depends(Require(Permission.WRITE_PROFILES))]
ReadMatches = Annotated[Actor, Depends(Require(Permission.READ_MATCHES))]
WritePreviews = Annotated[Actor, Depends(Require(Permission.WRITE_PREVIEWS))]
ReadDecisions = Annotated[Actor, Depends(Require(Permission.READ_DECISIONS))]
WriteDecisions = Annotated[Actor, Depends(Require(Permission.WRITE_DECISIONS))]
ReadIntroductions = Annotated[Actor, Depends(Require(Permission.READ_INTRODUCTIONS))]
WriteIntroductions = Annotated[Actor, Depends(Require(Permission.WRITE_INTRODUCTIONS))]
ReadReports = Annotated[Actor, Depends(Require(Permission.READ_REPORTS))]
ReadAccount = Annotated[Actor, Depends(Require(Permission.READ_ACCOUNT))]
WriteAccount = Annotated[Actor, Depends(Require(Permission.WRITE_ACCOUNT))]
ReadAdministration = Annotated[Actor, Depends(Require(Permission.READ_ADMINISTRATION))]
WriteAdministration = Annotated[Actor, Depends(Require(Permission.WRITE_ADMINISTRATION))]


def get_language(
    accept_language: Annotated[
        str | None, Header(max_length=500, description="German unless English ranks higher.")
    ] = None,
) -> Language:
    """Return the language of what the service itself says in an answer."""
    return preferred_language(accept_language)


ReaderLanguage = Annotated[Language, Depends(get_language)]


def get_visitor(request: Request) -> Visitor:
    """Return from where the request comes; a proxy's word counts only where it is configured."""
    address = request.client.host if request.client else "unknown"
    return Visitor(address, request.headers.get("user-agent", "")[:200])


VisitorDep = Annotated[Visitor, Depends(get_visitor)]


def require_json(request: Request) -> None:
    """Refuse a body that does not say it is JSON."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise UnsupportedMediaType


JsonBody = Depends(require_json)

IfMatch = Annotated[
    str | None,
    Header(description="ETag of the version the change starts from.", max_length=200, examples=['"1"']),
]
IdempotencyKey = Annotated[
    str | None,
    Header(
        description="Any unique text, for instance a UUID. A repeated post with the same key creates nothing and gets "
        "the first answer again, for 24 hours.",
        min_length=1,
        max_length=255,
        pattern=r"^[\x21-\x7e]+$",
        examples=["0b7d0d5e-6d0c-4f5e-9f43-0a8f2a2f3c11"],
    ),
]
NetworkFilter = Annotated[
    str | None,
    Query(max_length=40, pattern=r"^[a-z0-9-]+$", description="Slug of a network, from `GET /networks`."),
]
Words = Annotated[
    str,
    Query(max_length=100, description="Words that all stand in the text or the name of its organisation."),
    AfterValidator(clean_text),
]
Limit = Annotated[int, Query(ge=1, le=100, description="Rows on a page.")]
Cursor = Annotated[
    str | None,
    Query(max_length=100, description="`next_cursor` of the page before; leave out for the first page."),
]
