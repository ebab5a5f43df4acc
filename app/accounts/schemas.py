"""What goes in and comes out about people."""

from datetime import datetime
from typing import Annotated, Any

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from app.auth import passwords
from app.auth.permissions import SCOPES, Permission
from app.fields import NO_LOOKALIKE, StrictModel, YesOrNo, codes_of, required_text
from app.organisations.schemas import OrganisationContent
from app.vocabulary import AuthLevel, Language, Role

EXAMPLE_PASSWORD = "vier zufällige Wörter nehmen"  # noqa: S105  an example in the API's description

EXAMPLE_TOKEN = "c3VwZXItcmFuZG9tLXRva2VuLW9mLWEtbGluay0xMjM0"  # noqa: S105  as above


def normal_email(address: str) -> str:
    """Return an address as it is stored and compared: lower case, domain normalised."""
    try:
        return validate_email(address.strip(), check_deliverability=False).normalized.casefold()
    except EmailNotValidError:
        raise PydanticCustomError("bad_email", "This is no e-mail address") from None


def _strong(password: str) -> str:
    if len(password) < passwords.SHORTEST:
        raise PydanticCustomError(
            "password_too_short", "At least {shortest} characters", {"shortest": passwords.SHORTEST}
        )
    if passwords.is_common(password):
        raise PydanticCustomError("common_password", "Too common")
    return password


Email = Annotated[
    str,
    StringConstraints(min_length=3, max_length=254),
    AfterValidator(normal_email),
    Field(description="E-mail address.", examples=["a.yilmaz@haus-am-muehlbach.example"]),
]
TypedEmail = Annotated[str, StringConstraints(min_length=1, max_length=254), Field(description="E-mail address.")]
TypedPassword = Annotated[str, StringConstraints(min_length=1, max_length=passwords.LONGEST)]
NewPassword = Annotated[
    str,
    StringConstraints(min_length=1, max_length=passwords.LONGEST),
    AfterValidator(_strong),
    Field(
        description="8 to 128 characters, none of the most common ones; no other rules.", examples=[EXAMPLE_PASSWORD]
    ),
]
Secret = Annotated[
    str,
    StringConstraints(min_length=20, max_length=100, pattern=r"^[A-Za-z0-9_-]+$"),
    Field(description="The token of the mailed link."),
]
Code = Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$"), Field(description="Six digits of the app.")]
UserId = Annotated[int, Field(ge=1, le=2**31 - 1), NO_LOOKALIKE]
PersonName = required_text(120, "Name colleagues know the person by.")


class SignIn(StrictModel):
    """E-mail and password, and the code of the second factor where one is set up."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"email": "a.yilmaz@haus.example", "password": EXAMPLE_PASSWORD}]}
    )

    email: TypedEmail
    password: TypedPassword
    code: Code | None = None


class PersonNew(StrictModel):
    """Who registers."""

    email: Email
    name: PersonName  # type: ignore[valid-type]
    password: NewPassword
    locale: Language = Language.GERMAN


class Registration(StrictModel):
    """A new organisation and its first manager. Somebody of its network, or an admin, verifies it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "person": {"email": "a.yilmaz@haus.example", "name": "Ayla Yilmaz", "password": EXAMPLE_PASSWORD},
                    "organisation": {"name": "Haus am Mühlbach", "kind": "welfare", "network": "caritas"},
                }
            ]
        }
    )

    person: PersonNew
    organisation: OrganisationContent


class MailedToken(StrictModel):
    """Opens a mailed link."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"token": EXAMPLE_TOKEN}]})

    token: Secret


class ResetRequest(StrictModel):
    """Who forgot the password."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"email": "a.yilmaz@haus.example"}]})

    email: Email


class NewPasswordByLink(StrictModel):
    """The mailed link and the new password."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"token": EXAMPLE_TOKEN, "password": EXAMPLE_PASSWORD}]})

    token: Secret
    password: NewPassword


class PasswordChange(StrictModel):
    """The present password and the new one."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"password": EXAMPLE_PASSWORD, "new_password": "noch viel mehr zufällige Wörter"}]
        }
    )

    password: TypedPassword
    new_password: NewPassword


class EmailChange(StrictModel):
    """The new address, which has to be confirmed, and the password."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"email": "neu@haus.example", "password": EXAMPLE_PASSWORD}]}
    )

    email: Email
    password: TypedPassword


class PasswordAgain(StrictModel):
    """The present password, before something that can't be undone."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"password": EXAMPLE_PASSWORD}]})

    password: TypedPassword


class TotpCode(StrictModel):
    """A code of the app."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"code": "123456"}]})

    code: Code


class PersonPatch(StrictModel):
    """What a person may change about themselves at once."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"locale": "en"}]})

    name: PersonName | None = None  # type: ignore[valid-type]
    locale: Language | None = None


class InvitationNew(StrictModel):
    """Whom to invite."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"email": "neu@haus.example", "manager": False}]})

    email: Email
    manager: YesOrNo = False


class CoordinatorInvitation(StrictModel):
    """Whom to invite as coordinator of a network."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"email": "p.lindner@verband.example"}]})

    email: Email


class InvitationAccept(StrictModel):
    """The mailed link; name and password where the address has no account yet."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"token": EXAMPLE_TOKEN, "name": "Ayla Yilmaz", "password": EXAMPLE_PASSWORD}]}
    )

    token: Secret
    name: PersonName | None = None  # type: ignore[valid-type]
    password: NewPassword | None = None
    locale: Language = Language.GERMAN


class MemberPatch(StrictModel):
    """Whether a member is a manager."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"manager": True}]})

    manager: YesOrNo


class MemberMove(StrictModel):
    """Where a member goes."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"organisation_id": 2}]})

    organisation_id: UserId


class ManagementTransfer(StrictModel):
    """Who takes over."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"user_id": 3}]})

    user_id: UserId


class TokenNew(StrictModel):
    """A key for a program."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"name": "Website", "scopes": ["read:challenges"], "days": 90}]}
    )

    name: required_text(100, "What it is for.")  # type: ignore[valid-type]
    scopes: codes_of(Permission, f"What it may do: {', '.join(SCOPES)}.", least=1)  # type: ignore[valid-type]
    days: Annotated[int, Field(ge=1, le=365, description="Days until it is over."), NO_LOOKALIKE] = 90


class _Read(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class RoleRead(_Read):
    """One role of a person."""

    role: Role
    organisation_id: int | None
    network_id: int | None
    manager: bool


class PersonRead(_Read):
    """A person, for themselves and for admins."""

    id: int
    email: str
    name: str
    locale: Language
    version: int
    email_confirmed: bool
    second_factor: bool
    active: bool
    created_at: datetime
    roles: list[RoleRead]


class SessionRead(_Read):
    """A signed-in browser."""

    id: int
    auth_level: AuthLevel
    user_agent: str
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    current: bool = False


class SignedIn(BaseModel):
    """Who is signed in, how and until when at the latest."""

    person: PersonRead
    session: SessionRead


class TotpSetup(BaseModel):
    """What the authenticator app needs; shown once."""

    secret: str
    uri: Annotated[str, Field(description="otpauth:// address, usually shown as QR code.")]


class Accepted(BaseModel):
    """A mail follows, where there is somebody to send one to."""

    status: str = "mail-follows"


class MemberRead(_Read):
    """A member, for colleagues."""

    user_id: int
    name: str
    role: Role
    manager: bool
    active: bool
    since: datetime


class InvitationRead(_Read):
    """An open invitation."""

    id: int
    email: str
    role: Role
    organisation_id: int | None
    network_id: int | None
    manager: bool
    created_at: datetime
    expires_at: datetime


class TokenRead(_Read):
    """A key for a program, without the key."""

    id: int
    name: str
    prefix: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None


class TokenMade(TokenRead):
    """A new key; `token` is shown this once."""

    token: str


class Exported(BaseModel):
    """Everything stored about a person or an organisation."""

    model_config = ConfigDict(extra="allow")

    exported_at: datetime
    data: dict[str, Any]
