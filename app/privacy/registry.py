"""The class of every column: what is stored about people, and what must never leave the service.

    none      codes, numbers and times about nobody in particular
    personal  about a person or in the words of an organisation: exported, erased
    contact   with which somebody can be reached: as personal, and in no answer before both sides agreed
    secret    hashes, keys: erased, never exported

A test fails when a table has a column that is not here.
"""

from enum import StrEnum


class DataClass(StrEnum):
    """How a column is treated."""

    NONE = "none"
    PERSONAL = "personal"
    CONTACT = "contact"
    SECRET = "secret"  # noqa: S105  a class, no secret


NONE, PERSONAL, CONTACT, SECRET = DataClass

_TEXT_VECTOR = {
    "fingerprint": NONE,
    "text_hash": PERSONAL,
    "language": NONE,
    "whole": PERSONAL,
    "lexical": PERSONAL,
    "passages": PERSONAL,
}
_LIST = {"generation_id": NONE, "size": NONE, "last_score": NONE, "last_id": NONE, "revision": NONE}

COLUMNS: dict[str, dict[str, DataClass]] = {
    "user_account": {
        "id": PERSONAL,
        "uid": PERSONAL,
        "email": CONTACT,
        "email_confirmed_at": PERSONAL,
        "name": PERSONAL,
        "locale": PERSONAL,
        "password_hash": SECRET,
        "totp_secret": SECRET,
        "totp_confirmed_at": PERSONAL,
        "totp_last_step": SECRET,
        "deactivated_at": PERSONAL,
        "version": PERSONAL,
        "created_at": PERSONAL,
        "updated_at": PERSONAL,
    },
    "role_grant": dict.fromkeys(
        ("id", "user_id", "role", "organisation_id", "network_id", "manager", "created_at"), PERSONAL
    ),
    "external_identity": dict.fromkeys(("issuer", "subject", "user_id", "created_at"), PERSONAL),
    "login_session": {
        "id": PERSONAL,
        "id_hash": SECRET,
        "user_id": PERSONAL,
        "auth_level": PERSONAL,
        "ip_hash": SECRET,
        "user_agent": PERSONAL,
        "created_at": PERSONAL,
        "last_seen_at": PERSONAL,
        "expires_at": PERSONAL,
    },
    "api_token": {
        "id": PERSONAL,
        "user_id": PERSONAL,
        "name": PERSONAL,
        "prefix": PERSONAL,
        "token_hash": SECRET,
        "scopes": PERSONAL,
        "created_at": PERSONAL,
        "expires_at": PERSONAL,
        "last_used_at": PERSONAL,
        "revoked_at": PERSONAL,
    },
    "one_time_link": {
        "id": PERSONAL,
        "purpose": PERSONAL,
        "token_hash": SECRET,
        "user_id": PERSONAL,
        "email": CONTACT,
        "role": PERSONAL,
        "organisation_id": PERSONAL,
        "network_id": PERSONAL,
        "manager": PERSONAL,
        "invited_by": PERSONAL,
        "created_at": PERSONAL,
        "expires_at": PERSONAL,
        "used_at": PERSONAL,
        "revoked_at": PERSONAL,
    },
    "mail_outbox": {
        "id": PERSONAL,
        "template": PERSONAL,
        "user_id": PERSONAL,
        "link_id": PERSONAL,
        "created_at": PERSONAL,
        "due_at": NONE,
        "attempts": NONE,
        "last_error": NONE,
        "sent_at": PERSONAL,
        "failed_at": PERSONAL,
    },
    # Of nobody that is known: emptied when sent, so there is nothing to export or to erase.
    "barrier_report": {"mail_id": NONE, "form_hash": SECRET, "text": PERSONAL, "page": PERSONAL, "email": CONTACT},
    "unfinished_challenge": dict.fromkeys(
        ("id", "organisation_id", "content", "version", "created_at", "updated_at"), PERSONAL
    ),
    "shortlist_entry": dict.fromkeys(
        ("id", "organisation_id", "challenge_id", "profile_id", "note", "user_id", "created_at", "updated_at"), PERSONAL
    ),
    "kept_report": dict.fromkeys(("network_id", "until", "rows"), NONE),
    "chosen_rules": dict.fromkeys(("id", "interest_days", "open_interests", "pilot_slots", "changed_at"), NONE),
    "saved_search": dict.fromkeys(
        ("id", "user_id", "side", "words", "field_of_action", "region", "language", "created_at"), PERSONAL
    ),
    "throttle": {"key": SECRET, "tries": NONE, "blocked_until": NONE, "updated_at": NONE},
    "idempotent_request": {
        "scope": PERSONAL,
        "key": PERSONAL,
        "user_id": PERSONAL,
        "request_hash": SECRET,
        "answer": PERSONAL,
        "created_at": PERSONAL,
    },
    "audit_event": {
        "sequence": PERSONAL,
        "at": PERSONAL,
        "actor_kind": PERSONAL,
        "actor_id": PERSONAL,
        "token_id": PERSONAL,
        "action": PERSONAL,
        "object_kind": PERSONAL,
        "object_id": PERSONAL,
        "organisation_id": PERSONAL,
        "changes": SECRET,
        "hash": SECRET,
    },
    "audit_head": {"id": NONE, "sequence": NONE, "hash": SECRET},
    "audit_key": {"object_kind": NONE, "object_id": NONE, "key": SECRET},
    "erasure": {"uid": NONE, "kind": NONE, "erased_at": NONE},
    "network": {"id": NONE, "slug": NONE, "name": NONE, "kind": NONE},
    "organisation": dict.fromkeys(
        (
            "id",
            "uid",
            "name",
            "kind",
            "network_id",
            "region",
            "legal_form",
            "data_protection_regime",
            "verified",
            "version",
            "created_at",
            "updated_at",
        ),
        PERSONAL,
    ),
    "challenge": dict.fromkeys(
        (
            "id",
            "organisation_id",
            "state",
            "version",
            "language",
            "title",
            "problem",
            "wish",
            "fields_of_action",
            "region",
            "target_groups",
            "setting",
            "number_of_sites",
            "legal_basis",
            "budget_band",
            "own_funds",
            "deadline",
            "staff_hours_per_week",
            "personal_data",
            "existing_systems",
            "must_haves",
            "tried_before",
            "success",
            "minimum_maturity",
            "expires_on",
            "created_at",
            "updated_at",
            "published_at",
        ),
        PERSONAL,
    ),
    "profile": dict.fromkeys(
        (
            "id",
            "organisation_id",
            "state",
            "version",
            "language",
            "name",
            "offer",
            "problem_solved",
            "capabilities",
            "fields_of_action",
            "regions",
            "target_groups",
            "settings_proven",
            "welfare_references",
            "evidence_of_effect",
            "maturity",
            "price_model",
            "price_band",
            "payers",
            "legal_form",
            "non_profit",
            "hosting",
            "data_protection_papers",
            "data_protection_regimes",
            "offline_capable",
            "accessibility",
            "certifications",
            "interfaces",
            "onboarding_hours",
            "languages",
            "free_pilot_slots",
            "exclusions",
            "response_days",
            "last_confirmed",
            "statements",
            "statements_version",
            "created_at",
            "updated_at",
            "published_at",
        ),
        PERSONAL,
    ),
    "decision": dict.fromkeys(
        (
            "id",
            "challenge_id",
            "profile_id",
            "side",
            "organisation_id",
            "decided_by",
            "answer",
            "reason",
            "note",
            "state",
            "answers_id",
            "generation_id",
            "rank",
            "fit",
            "decided_at",
            "remind_at",
            "reminded_at",
            "expires_at",
            "ended_at",
        ),
        PERSONAL,
    ),
    "introduction": dict.fromkeys(
        (
            "id",
            "challenge_id",
            "profile_id",
            "welfare_id",
            "startup_id",
            "welfare_contact_id",
            "startup_contact_id",
            "status",
            "opened_at",
            "ended_at",
        ),
        PERSONAL,
    ),
    "introduction_step": dict.fromkeys(
        ("id", "introduction_id", "status", "happened_on", "note", "side", "author_id", "created_at"), PERSONAL
    ),
    "message": dict.fromkeys(("id", "introduction_id", "side", "author_id", "body", "sent_at"), PERSONAL),
    "outcome": dict.fromkeys(
        ("id", "introduction_id", "side", "day", "due_at", "asked_at", "link_id", "answer", "answered_at"), PERSONAL
    ),
    "alert_settings": dict.fromkeys(("user_id", "matches", "conversations", "updated_at"), PERSONAL),
    "alert": dict.fromkeys(
        (
            "id",
            "user_id",
            "organisation_id",
            "kind",
            "cause",
            "challenge_id",
            "profile_id",
            "created_at",
            "due_at",
            "bundled_at",
            "mail_id",
        ),
        PERSONAL,
    ),
    "notice": {"kind": NONE, "text_id": NONE, "day": NONE, "given_at": NONE},
    "told_match": {"challenge_id": NONE, "profile_id": NONE, "side": NONE, "told_at": NONE},
    "match_watch": {"id": NONE, "revision": NONE, "generation_id": NONE},
    "challenge_vector": {"challenge_id": NONE, **_TEXT_VECTOR},
    "profile_vector": {"profile_id": NONE, **_TEXT_VECTOR},
    "challenge_list": {"challenge_id": NONE, **_LIST},
    "profile_list": {"profile_id": NONE, **_LIST},
    "match": dict.fromkeys(
        ("challenge_id", "generation_id", "profile_id", "score", "fit", "in_challenge_list", "in_profile_list"), NONE
    ),
    "ranking_generation": dict.fromkeys(
        (
            "id",
            "state",
            "encoder",
            "dtype",
            "fingerprint",
            "dimension",
            "scoring",
            "statistics",
            "revision",
            "created_at",
            "activated_at",
        ),
        NONE,
    ),
    "rescoring_run": {
        "id": NONE,
        "state": NONE,
        "under_way": NONE,
        "scope": NONE,
        "encoder": NONE,
        "dtype": NONE,
        "fingerprint": NONE,
        "scoring": NONE,
        "activate": NONE,
        "generation_id": NONE,
        "base_generation_id": NONE,
        "start_revision": NONE,
        "created_at": NONE,
        "started_at": NONE,
        "finished_at": NONE,
        "activated_at": NONE,
        "last_error": NONE,
        "comparison": NONE,
        "held_back": NONE,
    },
    "rescoring_partition": dict.fromkeys(
        (
            "run_id",
            "number",
            "kind",
            "state",
            "side",
            "text_ids",
            "attempt",
            "failures",
            "worker",
            "due_at",
            "started_at",
            "seen_at",
            "done_at",
            "pairs",
            "texts",
            "last_error",
        ),
        NONE,
    ),
    "worker_heartbeat": {"name": NONE, "seen_at": NONE},
    "corpus_revision": {"id": NONE, "revision": NONE},
    "corpus_change": {"revision": NONE, "side": NONE, "text_id": NONE},
}

EXPORTED = frozenset({PERSONAL, CONTACT})


def exported_columns(table: str) -> list[str]:
    """Return the columns of a table that its person or organisation gets."""
    return [name for name, kind in COLUMNS[table].items() if kind in EXPORTED]
