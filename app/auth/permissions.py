"""What a route needs: reading or writing one area. The same names are the scopes of API tokens."""

from enum import StrEnum


class Permission(StrEnum):
    """`read:` for what changes nothing, `write:` for everything else."""

    READ_PUBLIC = "read:public"
    WRITE_SIGN_IN = "write:sign-in"
    WRITE_LINKS = "write:links"
    WRITE_FEEDBACK = "write:feedback"

    READ_ORGANISATIONS = "read:organisations"
    WRITE_ORGANISATIONS = "write:organisations"
    READ_MEMBERS = "read:members"
    WRITE_MEMBERS = "write:members"
    READ_CHALLENGES = "read:challenges"
    WRITE_CHALLENGES = "write:challenges"
    READ_PROFILES = "read:profiles"
    WRITE_PROFILES = "write:profiles"
    READ_MATCHES = "read:matches"
    WRITE_PREVIEWS = "write:previews"
    READ_DECISIONS = "read:decisions"
    WRITE_DECISIONS = "write:decisions"
    READ_INTRODUCTIONS = "read:introductions"
    WRITE_INTRODUCTIONS = "write:introductions"
    READ_REPORTS = "read:reports"

    READ_ACCOUNT = "read:account"
    WRITE_ACCOUNT = "write:account"
    READ_ADMINISTRATION = "read:administration"
    WRITE_ADMINISTRATION = "write:administration"


PUBLIC = frozenset(
    {Permission.READ_PUBLIC, Permission.WRITE_SIGN_IN, Permission.WRITE_LINKS, Permission.WRITE_FEEDBACK}
)
"""Needed for nothing that belongs to anybody: no sign-in required."""

SESSION_ONLY = frozenset(
    {
        Permission.READ_ACCOUNT,
        Permission.WRITE_ACCOUNT,
        Permission.READ_ADMINISTRATION,
        Permission.WRITE_ADMINISTRATION,
    }
)
"""Not for tokens: a leaked token must not lead to a password, another token or the whole service."""

SCOPES = tuple(permission for permission in Permission if permission not in PUBLIC | SESSION_ONLY)
"""What a token may be given."""
