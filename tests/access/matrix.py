"""Who gets which answer from which route. A route that is not here fails the test; so does one that is no more.

Columns in the order of `world.PEOPLE`. Objects: the published challenge and the draft are of organisation A, the
published profile of startup S (SEND), the draft profile of startup T; `user` is a colleague in A.
"""

from dataclasses import dataclass
from typing import Any

from app.accounts.schemas import EXAMPLE_PASSWORD
from app.alerts.unsubscribe import make_token
from app.api.problem_details import is_page
from app.auth.keys import Keys
from tests import stories
from tests.access.world import LINKS, PASSWORD

SECRET = b"a secret of the tests, no other"
"""That of `tests.conftest.make_context`."""
ANYBODY = "200 200 200 200 200 200 200 200 200 200 200 200"
SIGNED_IN = "401 200 200 200 200 200 200 200 200 200 200 401"
ADMINS = "401 403 403 403 403 403 403 403 403 200 403 401"
OWN = "401 200 200 200 200 200 200 200 200 200 200 401"


@dataclass(frozen=True, slots=True)
class Row:
    """One route on one object: what is sent, and the status for each kind of caller."""

    operation: str
    method: str
    path: str
    expected: str
    body: Any = None
    label: str = ""
    if_match: bool = False
    form: bool = False

    @property
    def url(self) -> str:
        """The whole path; those of the API are written without its prefix, others begin with two slashes."""
        return self.path[1:] if self.path.startswith("//") else f"/api/v1{self.path}"

    @property
    def is_page(self) -> bool:
        """Whether people read what is there."""
        return is_page(self.url)


def send(client: Any, row: Row, headers: dict[str, str], body: Any = None) -> Any:
    """Send what a row says, or another body, without following redirects."""
    given = row.body if body is None else body
    content = {"data": given} if row.form else {"json": given}
    return client.request(row.method, row.url, headers=headers, follow_redirects=False, **content)


def _as(statuses: str, success: int) -> str:
    return statuses.replace("200", str(success))


def rows(ids: dict[str, int]) -> list[Row]:
    """Return the matrix for the objects of a world, pages included."""
    return [*api_rows(ids), *page_rows(ids)]


def api_rows(ids: dict[str, int]) -> list[Row]:
    """Return the rows of the JSON API."""
    a = f"/organisations/{ids['organisation_a']}"
    challenge, draft = f"/challenges/{ids['challenge']}", f"/challenges/{ids['draft']}"
    profile, draft_profile = f"/profiles/{ids['profile']}", f"/profiles/{ids['draft_profile']}"
    user = f"/users/{ids['colleague_a']}"
    run = f"/rescoring-runs/{ids['run']}"
    member = f"{a}/members/{ids['colleague_a']}"
    new_challenge = stories.CHALLENGE_CONTENT | {"organisation_id": ids["organisation_a"]}
    new_profile = stories.PROFILE_CONTENT | {"organisation_id": ids["organisation_t"], "state": "draft"}
    again = {"password": PASSWORD}
    # an        st_a col  st_b s_a  s_b  unv  co_a co_s adm  adm1 deact
    public_text = "401 200 200 200 200 200 404 200 404 200 404 401"
    write_text = "401 200 200 403 403 403 404 403 404 403 404 401"
    own_text = "401 200 200 404 404 404 404 404 404 404 404 401"
    public_profile = "401 200 200 200 200 404 404 404 200 200 404 401"
    write_profile = "401 403 403 403 200 404 404 404 403 403 404 401"
    own_profile = "401 404 404 404 404 200 404 404 404 404 404 401"
    managers = "401 200 403 403 403 403 403 403 403 200 403 401"
    between = "401 200 200 404 200 404 404 404 404 404 404 401"
    wants = {"answer": "interested"}
    introduction, interest = f"/introductions/{ids['introduction']}", f"/decisions/{ids['interest']}"
    decisions = f"{challenge}/matches/{ids['profile']}/decisions"
    unsubscribe = make_token(Keys(SECRET), ids["colleague_a"], "matches")
    coordinators = "401 403 403 403 403 403 403 200 403 200 403 401"
    return [
        Row("livez", "GET", "//livez", ANYBODY),
        Row("readyz", "GET", "//readyz", ANYBODY),
        Row("read_metrics", "GET", "//metrics", _as(ANYBODY, 404)),
        Row("list_networks", "GET", "/networks", ANYBODY),
        # signing in
        Row("sign_in", "POST", "/sessions", _as(ANYBODY, 201), {"email": "staff_a@people.example"} | again),
        Row("sign_in", "POST", "/sessions", _as(ANYBODY, 401), {"email": "nobody@people.example"} | again, "unknown"),
        Row(
            "register",
            "POST",
            "/registrations",
            _as(ANYBODY, 202),
            {
                "person": {"email": "x@people.example", "name": "X", "password": EXAMPLE_PASSWORD},
                "organisation": {"name": "Haus X", "kind": "welfare"},
            },
        ),
        Row("confirm_email", "POST", "/email-confirmations", _as(ANYBODY, 204), {"token": LINKS["confirmation"]}),
        Row("request_password_reset", "POST", "/password-resets", _as(ANYBODY, 202), {"email": "n@people.example"}),
        Row(
            "reset_password",
            "POST",
            "/password-resets/redeem",
            _as(ANYBODY, 204),
            {"token": LINKS["reset"], "password": EXAMPLE_PASSWORD},
        ),
        Row(
            "accept_invitation",
            "POST",
            "/invitations/accept",
            _as(ANYBODY, 204),
            {"token": LINKS["invitation"], "name": "Neu", "password": EXAMPLE_PASSWORD},
        ),
        Row("sign_in_with_provider", "GET", "/sign-in/provider", _as(ANYBODY, 404)),
        Row("arrive_from_provider", "GET", "/sign-in/provider/callback?code=x&state=y", _as(ANYBODY, 404)),
        # one's own account
        Row("list_sessions", "GET", "/sessions", OWN),
        Row("sign_out", "DELETE", "/sessions/current", _as(OWN, 204)),
        Row(
            "end_session",
            "DELETE",
            f"/sessions/{ids['session']}",
            "401 204 404 404 404 404 404 404 404 404 404 401",
        ),
        Row("read_me", "GET", "/me", OWN),
        Row("edit_me", "PATCH", "/me", OWN, {"locale": "en"}, if_match=True),
        Row("change_password", "POST", "/me/password", _as(OWN, 204), again | {"new_password": EXAMPLE_PASSWORD}),
        Row("change_email", "POST", "/me/email", _as(OWN, 202), again | {"email": "other@people.example"}),
        Row("begin_second_factor", "POST", "/me/totp", OWN, again),
        Row("confirm_second_factor", "POST", "/me/totp/confirm", _as(OWN, 409), {"code": "123456"}),
        Row("remove_second_factor", "POST", "/me/totp/remove", _as(OWN, 409), again),
        Row("export_me", "GET", "/me/export", OWN),
        Row("erase_me", "POST", "/me/erase", "401 409 204 204 204 204 204 204 204 204 204 401", again),
        Row("list_tokens", "GET", "/tokens", OWN),
        Row("create_token", "POST", "/tokens", _as(OWN, 201), {"name": "x", "scopes": ["read:challenges"]}),
        Row("revoke_token", "DELETE", f"/tokens/{ids['token']}", "401 204 404 404 404 404 404 404 404 404 404 401"),
        # organisations
        Row("list_organisations", "GET", "/organisations", SIGNED_IN),
        Row("create_organisation", "POST", "/organisations", _as(ADMINS, 201), {"name": "Haus", "kind": "welfare"}),
        Row("read_organisation", "GET", a, SIGNED_IN),
        Row(
            "read_organisation",
            "GET",
            f"/organisations/{ids['organisation_u']}",
            "401 404 404 404 404 404 200 200 404 200 404 401",
            label="unverified",
        ),
        Row("edit_organisation", "PATCH", a, managers, {"region": "bayern"}, if_match=True),
        Row("delete_organisation", "DELETE", a, _as(managers, 409)),
        Row("verify_organisation", "POST", f"{a}/verify", coordinators),
        Row("withdraw_verification", "POST", f"{a}/withdraw-verification", coordinators),
        Row("list_members", "GET", f"{a}/members", "401 200 200 403 403 403 403 403 403 200 403 401"),
        Row("edit_member", "PUT", member, managers, {"manager": True}),
        Row("remove_member", "DELETE", member, "401 204 204 403 403 403 403 403 403 204 403 401"),
        Row("move_member", "POST", f"{member}/move", ADMINS, {"organisation_id": ids["organisation_b"]}),
        Row(
            "transfer_management",
            "POST",
            f"{a}/management",
            "401 200 403 403 403 403 403 403 403 403 403 401",
            {"user_id": ids["colleague_a"]},
        ),
        Row("list_invitations", "GET", f"{a}/invitations", managers),
        Row("invite_member", "POST", f"{a}/invitations", _as(managers, 201), {"email": "y@people.example"}),
        Row("withdraw_invitation", "DELETE", f"{a}/invitations/{ids['invitation']}", _as(managers, 204)),
        Row("export_organisation", "GET", f"{a}/export", "401 200 403 403 403 403 403 403 403 403 403 401"),
        Row("erase_organisation", "POST", f"{a}/erase", _as(managers, 204)),
        # challenges
        Row("list_challenges", "GET", "/challenges", SIGNED_IN),
        Row(
            "create_challenge",
            "POST",
            "/challenges",
            "401 201 201 403 403 403 403 403 403 403 403 401",
            new_challenge,
        ),
        Row("read_challenge", "GET", challenge, public_text),
        Row("read_challenge", "GET", draft, own_text, label="draft"),
        Row("edit_challenge", "PATCH", challenge, write_text, {"region": "bremen"}, if_match=True),
        Row("edit_challenge", "PATCH", draft, own_text, {"region": "bremen"}, label="draft", if_match=True),
        Row("publish_challenge", "POST", f"{draft}/publish", own_text),
        Row("pause_challenge", "POST", f"{challenge}/pause", write_text),
        Row("resume_challenge", "POST", f"{challenge}/resume", write_text.replace("200", "409")),
        Row("mark_challenge_solved", "POST", f"{challenge}/solve", write_text),
        Row("close_challenge", "POST", f"{challenge}/close", write_text),
        Row("delete_challenge", "DELETE", challenge, _as(write_text, 204)),
        Row("delete_challenge", "DELETE", draft, _as(own_text, 204), label="draft"),
        # profiles
        Row("list_profiles", "GET", "/profiles", SIGNED_IN),
        Row(
            "create_profile",
            "POST",
            "/profiles",
            "401 403 403 403 403 409 403 403 403 403 403 401",
            new_profile,
        ),
        Row("read_profile", "GET", profile, public_profile),
        Row("read_profile", "GET", draft_profile, own_profile, label="draft"),
        Row("edit_profile", "PATCH", profile, write_profile, {"maturity": 5}, if_match=True),
        Row("publish_profile", "POST", f"{draft_profile}/publish", own_profile),
        Row("pause_profile", "POST", f"{profile}/pause", write_profile),
        Row("resume_profile", "POST", f"{profile}/resume", write_profile.replace("200", "409")),
        Row("delete_profile", "DELETE", profile, _as(write_profile, 204)),
        # matches
        Row(
            "list_challenge_matches",
            "GET",
            f"{challenge}/matches",
            "401 200 200 403 403 403 404 403 404 200 404 401",
        ),
        Row("list_challenge_matches", "GET", f"{draft}/matches", _as(own_text, 409), label="draft"),
        Row("list_profile_matches", "GET", f"{profile}/matches", "401 403 403 403 200 404 404 404 403 200 404 401"),
        Row(
            "explain_challenge_match",
            "GET",
            f"{challenge}/matches/{ids['profile']}",
            "401 200 200 403 403 403 404 403 404 200 404 401",
        ),
        Row(
            "explain_challenge_match",
            "GET",
            f"{challenge}/matches/{ids['draft_profile']}",
            "401 404 404 403 403 403 404 403 404 404 404 401",
            label="draft profile",
        ),
        Row(
            "explain_profile_match",
            "GET",
            f"{profile}/matches/{ids['challenge']}",
            "401 403 403 403 200 404 404 404 403 200 404 401",
        ),
        Row(
            "explain_profile_match",
            "GET",
            f"{profile}/matches/{ids['draft']}",
            "401 403 403 403 404 404 404 404 403 404 404 401",
            label="draft challenge",
        ),
        Row(
            "list_similar_challenges",
            "GET",
            f"{challenge}/similar",
            "401 200 200 403 403 403 404 403 404 200 404 401",
        ),
        Row(
            "list_similar_challenges",
            "GET",
            f"{challenge}/similar?signals=true",
            "401 403 403 403 403 403 404 403 404 200 404 401",
            label="raw likeness",
        ),
        Row("list_must_have_proposals", "GET", f"{challenge}/must-have-proposals", write_text),
        Row("list_must_have_proposals", "GET", f"{draft}/must-have-proposals", own_text, label="draft"),
        Row(
            "preview_matches",
            "POST",
            "/preview",
            "401 200 200 200 403 403 403 403 403 200 403 401",
            {"side": "challenge", "content": stories.CHALLENGE_CONTENT},
        ),
        Row(
            "preview_matches",
            "POST",
            "/preview",
            "401 403 403 403 200 200 403 403 403 200 403 401",
            {"side": "profile", "content": stories.PROFILE_CONTENT},
            "profile",
        ),
        # after the match
        Row(
            "decide",
            "POST",
            decisions,
            "401 201 201 403 403 404 404 404 404 403 404 401",
            wants | {"side": "challenge"},
        ),
        Row(
            "decide",
            "POST",
            decisions,
            "401 403 403 403 201 404 404 404 404 403 404 401",
            {"answer": "not_interested", "reason": "no_capacity", "side": "profile"},
            "profile",
        ),
        Row("list_decisions", "GET", "/decisions", OWN),
        Row("read_decision", "GET", interest, between),
        Row(
            "read_decision",
            "GET",
            f"/decisions/{ids['decline']}",
            "401 200 200 404 404 404 404 404 404 404 404 401",
            label="decline nobody asked for",
        ),
        Row(
            "take_back_decision",
            "POST",
            f"{interest}/take-back",
            "401 403 403 404 200 404 404 404 404 404 404 401",
        ),
        Row(
            "next_best_startup",
            "GET",
            f"{challenge}/next-best",
            "401 200 200 403 403 403 404 403 404 403 404 401",
        ),
        Row(
            "next_best_challenge",
            "GET",
            f"{profile}/next-best",
            "401 403 403 403 200 404 404 404 403 403 404 401",
        ),
        Row("list_introductions", "GET", "/introductions", OWN),
        Row("read_introduction", "GET", introduction, between),
        Row("set_introduction_status", "POST", f"{introduction}/status", between, {"status": "pilot"}),
        Row("take_over_contact", "POST", f"{introduction}/contact", between),
        Row("list_messages", "GET", f"{introduction}/messages", between),
        Row("send_message", "POST", f"{introduction}/messages", _as(between, 201), {"body": "Guten Tag"}),
        Row("read_alert_settings", "GET", "/me/alerts", OWN),
        Row("change_alert_settings", "PUT", "/me/alerts", OWN, {"matches": "off", "conversations": "weekly"}),
        Row("unsubscribe", "POST", f"/unsubscribe?token={unsubscribe}", _as(ANYBODY, 204)),
        Row(
            "answer_outcome",
            "POST",
            "/outcomes",
            _as(ANYBODY, 204),
            {"token": LINKS["outcome"], "answer": "pilot"},
        ),
        Row("read_report", "GET", "/networks/caritas/report", coordinators),
        Row("download_report", "GET", "/networks/caritas/report.csv", coordinators),
        Row("confirm_profile", "POST", f"{profile}/confirm", write_profile),
        # administration
        Row("list_users", "GET", "/users", ADMINS),
        Row("read_user", "GET", user, ADMINS),
        Row("deactivate_user", "POST", f"{user}/deactivate", ADMINS),
        Row("reactivate_user", "POST", f"{user}/reactivate", ADMINS),
        Row("make_admin", "POST", f"{user}/make-admin", ADMINS),
        Row("dismiss_admin", "POST", f"{user}/dismiss-admin", ADMINS),
        Row("erase_user", "POST", f"{user}/erase", _as(ADMINS, 204)),
        Row(
            "invite_coordinator",
            "POST",
            "/networks/caritas/coordinators",
            _as(ADMINS, 201),
            {"email": "z@people.example"},
        ),
        Row("list_coordinator_invitations", "GET", "/networks/caritas/invitations", ADMINS),
        Row(
            "withdraw_coordinator_invitation",
            "DELETE",
            f"/networks/caritas/invitations/{ids['coordinator_invitation']}",
            _as(ADMINS, 204),
        ),
        Row(
            "dismiss_coordinator",
            "DELETE",
            f"/networks/caritas/coordinators/{ids['coordinator_a']}",
            _as(ADMINS, 204),
        ),
        Row("list_audit_events", "GET", "/audit-events", ADMINS),
        # rescoring; the run of the world is queued
        Row("list_rescoring_runs", "GET", "/rescoring-runs", ADMINS),
        Row("request_rescoring_run", "POST", "/rescoring-runs", _as(ADMINS, 409), {}),
        Row("read_rescoring_run", "GET", run, ADMINS),
        Row("watch_rescoring_run", "GET", f"{run}/events", ADMINS),
        Row("compare_rescoring_run", "GET", f"{run}/comparison", _as(ADMINS, 409)),
        Row("cancel_rescoring_run", "POST", f"{run}/cancel", ADMINS),
        Row("retry_rescoring_run", "POST", f"{run}/retry", _as(ADMINS, 409)),
        Row("activate_rescoring_run", "POST", f"{run}/activate", _as(ADMINS, 409), {}),
        Row("roll_back_ranking", "POST", "/rankings/roll-back", _as(ADMINS, 409)),
    ]


def page_rows(ids: dict[str, int]) -> list[Row]:
    """Return the rows of pages."""
    from tests.access.page_matrix import rows_of_pages

    return rows_of_pages(ids)
