"""Accounts to try every role with; made in demo mode only, with random passwords written to a file of the owner's."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pyotp
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.people import record
from app.accounts.sign_in import TOTP_KEY, TOTP_STEP
from app.auth import tokens
from app.auth.actor import OPERATOR
from app.auth.passwords import hash_password
from app.auth.permissions import SCOPES
from app.context import Ground
from app.demo import dataset
from app.models import Network, Organisation, RoleGrant, User
from app.vocabulary import Language, Role

FILE = "demo-accounts.txt"
WELFARE = ("awo-duenenrand", "awo-spreewinkel")
STARTUPS = ("su-epiluchs",)
COORDINATED = "awo"


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """One account: the name of its role on paper, its name and where it belongs."""

    label: str
    name: str
    role: Role
    organisation: str | None = None
    network: str | None = None

    @property
    def email(self) -> str:
        """An address that can't exist (RFC 2606)."""
        return f"{self.label}@passgenau.example"


ACCOUNTS = (
    DemoAccount("staff", "Ayla Yilmaz", Role.WELFARE_STAFF, organisation=WELFARE[0]),
    DemoAccount("staff-b", "Jonas Petersen", Role.WELFARE_STAFF, organisation=WELFARE[1]),
    DemoAccount("startup", "Mira Sommer", Role.STARTUP_MEMBER, organisation=STARTUPS[0]),
    DemoAccount("coordinator", "Petra Lindner", Role.NETWORK_COORDINATOR, network=COORDINATED),
    DemoAccount("admin", "Ruth Adler", Role.ADMIN),
)


def make_demo_accounts(ground: Ground, folder: Path) -> Path | None:
    """Make the accounts, once, and a token for the first. Returns the file with passwords; None if they are there."""
    with ground.sessions.read() as session:
        if session.scalar(select(User.id).where(User.email == ACCOUNTS[0].email)) is not None:
            return None
    passwords = {account.label: "-".join(secrets.token_hex(2) for _ in range(4)) for account in ACCOUNTS}
    hashes = {label: hash_password(password) for label, password in passwords.items()}
    second_factor = pyotp.random_base32()
    with ground.sessions.write() as session:
        for account in ACCOUNTS:
            _add(ground, session, account, hashes[account.label], second_factor)
        token = _token(ground, session, ACCOUNTS[0].email)
    lines = [f"{account.label:12} {account.email:32} {passwords[account.label]}" for account in ACCOUNTS]
    uri = pyotp.TOTP(second_factor, interval=TOTP_STEP).provisioning_uri(
        name=ACCOUNTS[-1].email, issuer_name="Passgenau demo"
    )
    file = folder / FILE
    file.touch(mode=0o600)
    file.write_text("\n".join([*lines, f"admin-totp {uri}", f"token {token}", ""]), "utf-8")
    return file


def _add(ground: Ground, session: Session, account: DemoAccount, hashed: str, second_factor: str) -> None:
    now = ground.clock.now()
    admin = account.role is Role.ADMIN
    user = User(
        email=account.email,
        name=account.name,
        locale=Language.GERMAN,
        email_confirmed_at=now,
        password_hash=hashed,
        totp_secret=ground.security.keys.encrypt(TOTP_KEY, second_factor) if admin else None,
        totp_confirmed_at=now if admin else None,
        version=1,
        created_at=now,
        updated_at=now,
    )
    organisation_id = network_id = None
    if account.organisation is not None:
        name = dataset.organisations()[account.organisation].name
        organisation_id = session.scalars(select(Organisation.id).where(Organisation.name == name)).first()
    if account.network is not None:
        network_id = session.scalars(select(Network.id).where(Network.slug == account.network)).one()
    grant = RoleGrant(
        role=account.role,
        organisation_id=organisation_id,
        network_id=network_id,
        manager=organisation_id is not None,
        created_at=now,
    )
    user.grants = [grant]
    session.add(user)
    session.flush()
    record(ground, session, OPERATOR, "person.created", user.id, organisation_id=organisation_id)


def _token(ground: Ground, session: Session, email: str) -> str:
    now = ground.clock.now()
    user_id = session.scalars(select(User.id).where(User.email == email)).one()
    _, token = tokens.make_token(session, user_id, "Demo", list(SCOPES), now + timedelta(days=90), now)
    return token
