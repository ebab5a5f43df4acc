"""Signing in with an OpenID provider: authorization code flow with PKCE (RFC 7636), state and nonce.

What has to be remembered between leaving and coming back lies encrypted in a cookie of its own for each sign-in, so
that two tabs don't spoil each other's, and nothing has to be stored.
"""

import json
import secrets
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import requests
import structlog
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts import repository
from app.accounts.people import Visitor, record
from app.accounts.schemas import normal_email
from app.accounts.sign_in import Opened, admit, open_for
from app.auth.actor import Actor
from app.context import Ground
from app.errors import ProviderFailed, UnknownToProvider
from app.models import ExternalIdentity, User
from app.settings import Settings, is_loopback
from app.vocabulary import ActorKind, AuthLevel

ALGORITHMS = ["RS256", "PS256", "ES256"]
"""Signatures that are believed; never `none`, never a shared secret."""
TIMEOUT = 10
"""Seconds the provider may take."""
LIFETIME = 600
"""Seconds between leaving for the provider and coming back."""
PURPOSE = "oidc"

log = structlog.get_logger()


@dataclass(slots=True)
class Provider:
    """The configured provider; what it says about itself is read once."""

    issuer: str
    client_id: str
    client_secret: str
    redirect_uri: str
    _metadata: dict[str, Any] = field(default_factory=dict)

    def metadata(self) -> dict[str, Any]:
        """Return its endpoints. Raises `ProviderFailed`."""
        if not self._metadata:
            found = _get(f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
            if found.get("issuer") != self.issuer:
                raise ProviderFailed
            self._metadata = found
        return self._metadata

    def client(self) -> OAuth2Session:
        """Return an OAuth client of this provider."""
        return OAuth2Session(
            self.client_id,
            self.client_secret,
            scope="openid email profile",
            redirect_uri=self.redirect_uri,
            code_challenge_method="S256",
        )


@dataclass(frozen=True, slots=True)
class Departure:
    """Where the browser goes, and what it carries along: name and value of a cookie."""

    url: str
    state: str
    cookie: str


def make_provider(settings: Settings, public_url: str) -> Provider | None:
    """Return the provider of the settings, None where there is none."""
    if not settings.oidc_issuer:
        return None
    secret = settings.oidc_client_secret.get_secret_value() if settings.oidc_client_secret else ""
    return Provider(
        settings.oidc_issuer, settings.oidc_client_id, secret, f"{public_url}/api/v1/sign-in/provider/callback"
    )


@dataclass(frozen=True, slots=True)
class Arrival:
    """The session that was opened, and where the person was going."""

    opened: Opened
    target: str


def depart(ground: Ground, provider: Provider, target: str) -> Departure:
    """Begin a sign-in at the provider. Raises `ProviderFailed`.

    target: path of this service to go on to afterwards.
    """
    kept = {name: secrets.token_urlsafe(32) for name in ("state", "nonce", "verifier")} | {"target": target}
    url, _ = provider.client().create_authorization_url(
        provider.metadata()["authorization_endpoint"],
        state=kept["state"],
        nonce=kept["nonce"],
        code_verifier=kept["verifier"],
    )
    kept["until"] = str(int(ground.clock.now().timestamp()) + LIFETIME)
    return Departure(url, kept["state"], ground.security.keys.encrypt(PURPOSE, json.dumps(kept)))


def arrive(ground: Ground, provider: Provider, *, code: str, state: str, cookie: str, visitor: Visitor) -> Arrival:
    """End a sign-in: exchange the code, check the token, open a session.

    Raises `ProviderFailed`, `UnknownToProvider`, `TooManyTries`.
    """
    admit(ground, "provider", None, visitor)
    kept = json.loads(ground.security.keys.decrypt(PURPOSE, cookie))
    in_time = int(kept["until"]) >= ground.clock.now().timestamp()
    if not in_time or not secrets.compare_digest(kept["state"], state):
        raise ProviderFailed
    claims = _claims(provider, code, kept["verifier"], kept["nonce"], int(ground.clock.now().timestamp()))
    with ground.sessions.write() as session:
        user = _known(ground, session, provider, claims)
        if user is None or user.deactivated_at is not None:
            raise UnknownToProvider
        person = repository.person(session, user.id, lock=True)
        return Arrival(open_for(ground, session, person, AuthLevel.PROVIDER, visitor), kept["target"])


def _claims(provider: Provider, code: str, verifier: str, nonce: str, now: int) -> dict[str, Any]:
    """Exchange the code and return the claims of a token whose signature, issuer, audience and nonce are right."""
    metadata = provider.metadata()
    try:
        answer = provider.client().fetch_token(
            metadata["token_endpoint"],
            grant_type="authorization_code",
            code=code,
            code_verifier=verifier,
            timeout=TIMEOUT,
            allow_redirects=False,
        )
        keys = KeySet.import_key_set(_get(metadata["jwks_uri"]))  # type: ignore[arg-type]
        token = jwt.decode(answer["id_token"], keys, algorithms=ALGORITHMS)
        rules = jwt.JWTClaimsRegistry(
            now=now,
            leeway=60,
            iss={"essential": True, "value": provider.issuer},
            aud={"essential": True, "value": provider.client_id},
            nonce={"essential": True, "value": nonce},
            sub={"essential": True},
            exp={"essential": True},
        )
        rules.validate(token.claims)
    except (JoseError, OAuthError, KeyError, ValueError, requests.RequestException) as error:
        log.warning("provider refused", error=type(error).__name__)
        raise ProviderFailed from None
    return dict(token.claims)


def _known(ground: Ground, session: Session, provider: Provider, claims: dict[str, Any]) -> User | None:
    """Return whom the provider means: by its own name for them, at the first time by a confirmed address."""
    identity = session.get(ExternalIdentity, (provider.issuer, str(claims["sub"])))
    if identity is not None:
        return session.get(User, identity.user_id)
    if claims.get("email_verified") is not True or not claims.get("email"):
        return None
    address = normal_email(str(claims["email"]))
    user = session.scalar(select(User).where(User.email == address, User.email_confirmed_at.is_not(None)))
    if user is not None:
        session.add(
            ExternalIdentity(
                issuer=provider.issuer, subject=str(claims["sub"]), user_id=user.id, created_at=ground.clock.now()
            )
        )
        record(ground, session, Actor(ActorKind.USER, user.id), "identity.linked", user.id)
    return user


def _get(url: str) -> dict[str, Any]:
    """Read a document of the provider; only through TLS, and without following it elsewhere."""
    parts = urlsplit(url)
    if parts.scheme != "https" and not is_loopback(parts.hostname or ""):
        raise ProviderFailed
    try:
        answer = requests.get(url, timeout=TIMEOUT, allow_redirects=False)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
    except (requests.RequestException, ValueError) as error:
        log.warning("provider unreachable", error=type(error).__name__)
        raise ProviderFailed from None
    return found
