"""Who gets which answer from which page; columns and objects as in `matrix`.

Whoever is not signed in gets the sign-in page with status 401. What was done answers with 303 to where it can be seen.
"""

from collections.abc import Iterator
from typing import Any

from app.accounts.schemas import EXAMPLE_PASSWORD
from app.alerts.unsubscribe import make_token
from app.auth.keys import Keys
from app.web.importing import Upload
from tests import stories
from tests.access.matrix import ADMINS, ANYBODY, OWN, SECRET, SIGNED_IN, Row, _as
from tests.access.world import LINKS, PASSWORD
from tests.importing.files import CHALLENGE, PROFILE, csv_file

PROFILE_FORM = stories.PROFILE_CONTENT | {"free_pilot_slots": "2"}
CHALLENGE_FORM = {name: value for name, value in stories.CHALLENGE_CONTENT.items() if name != "must_haves"}

CHALLENGE_ROW, PROFILE_ROW = (
    {name: value for name, value in row.items() if name != "organisation"} for row in (CHALLENGE, PROFILE)
)


def rows_of_pages(ids: dict[str, int]) -> list[Row]:
    """Return the rows of all pages."""
    return [
        *_public(ids),
        *_account(ids),
        *_organisation(ids),
        *_challenges(ids),
        *_profiles(ids),
        *_conversations(ids),
        *_administration(ids),
        *_rescoring(ids),
    ]


def _post(operation: str, path: str, expected: str, body: Any = None, label: str = "") -> Row:
    return Row(operation, "POST", path, expected.replace("200", "303"), body or {}, label, form=True)


def _get(operation: str, path: str, expected: str, label: str = "") -> Row:
    return Row(operation, "GET", path, expected, label=label)


def _public(ids: dict[str, int]) -> Iterator[Row]:
    for operation, path in (
        ("show_start", "//"),
        ("show_how_ranking_works", "//how-ranking-works"),
        ("show_privacy", "//privacy"),
        ("show_accessibility", "//accessibility"),
        ("show_imprint", "//imprint"),
        ("show_easy_language", "//leichte-sprache"),
        ("show_help", "//help"),
        ("show_sign_in", "//sign-in"),
        ("show_registration", "//register"),
        ("show_mail_sent", "//mail-sent"),
        ("show_email_confirmation", "//confirm-email?token=x"),
        ("show_forgotten_password", "//forgot-password"),
        ("show_password_reset", "//reset-password?token=x"),
        ("show_invitation", "//invitation?token=x"),
        ("show_outcome", "//outcome?token=x&answer=pilot"),
        ("show_unsubscribing", "//unsubscribe?token=x"),
        ("show_thanks", "//thanks"),
    ):
        yield _get(operation, path, ANYBODY)
    known = {"email": "staff_a@people.example", "password": PASSWORD}
    yield _post("submit_sign_in", "//sign-in", ANYBODY, known)
    yield _post("submit_sign_in", "//sign-in", _as(ANYBODY, 401), known | {"email": "nobody@people.example"}, "unknown")
    registration = {
        "organisation_name": "Haus X",
        "kind": "welfare",
        "name": "X",
        "email": "x@people.example",
        "password": EXAMPLE_PASSWORD,
    }
    yield _post("submit_registration", "//register", ANYBODY, registration)
    yield _post("submit_email_confirmation", "//confirm-email", ANYBODY, {"token": LINKS["confirmation"]})
    yield _post("submit_forgotten_password", "//forgot-password", ANYBODY, {"email": "n@people.example"})
    reset = {"token": LINKS["reset"], "password": EXAMPLE_PASSWORD}
    yield _post("submit_password_reset", "//reset-password", ANYBODY, reset)
    invitation = {"token": LINKS["invitation"], "name": "Neu", "password": EXAMPLE_PASSWORD}
    yield _post("submit_invitation", "//invitation", ANYBODY, invitation)
    yield _post("submit_outcome", "//outcome", ANYBODY, {"token": LINKS["outcome"], "answer": "pilot"})
    unsubscribe = {"token": make_token(Keys(SECRET), ids["colleague_a"], "matches")}
    barrier = {"text": "Ein Bild hat keinen Text.", "page": "/browse"}
    yield _post("submit_barrier_report", "//accessibility", ANYBODY, barrier)
    yield _post("submit_unsubscribing", "//unsubscribe", ANYBODY, unsubscribe)


def _account(ids: dict[str, int]) -> Iterator[Row]:
    again = {"password": PASSWORD}
    for operation, path in (
        ("show_account", "//account"),
        ("show_password", "//account/password"),
        ("show_email", "//account/email"),
        ("show_second_factor", "//account/second-factor"),
        ("download_account", "//account/export"),
        ("show_erasure", "//account/erase"),
        ("show_sessions", "//account/sessions"),
        ("show_mail_settings", "//account/mails"),
        ("show_tokens", "//account/tokens"),
    ):
        yield _get(operation, path, OWN)
    yield _post("submit_sign_out", "//sign-out", ANYBODY)
    yield _post("submit_person", "//account", OWN, {"name": "Anders", "locale": "en", "version": "1"})
    yield _post("submit_mail_settings", "//account/mails", OWN, {"matches": "off", "conversations": "weekly"})
    yield _post("submit_password", "//account/password", OWN, again | {"new_password": EXAMPLE_PASSWORD})
    yield _post("submit_email", "//account/email", OWN, again | {"email": "other@people.example"})
    # The page with the secret for the app is shown once, so it is no redirect.
    yield Row("submit_second_factor", "POST", "//account/second-factor", OWN, again, form=True)
    code = {"code": "123456"}
    yield _post("submit_second_factor_code", "//account/second-factor/confirm", _as(OWN, 409), code)
    yield _post("submit_erasure", "//account/erase", "401 409 200 200 200 200 200 200 200 200 200 401", again)
    own = "401 200 404 404 404 404 404 404 404 404 404 401"
    yield _post("submit_session_end", f"//account/sessions/{ids['session']}/end", own)
    token = {"name": "x", "scopes": ["read:challenges"], "days": "30"}
    yield Row("submit_token", "POST", "//account/tokens", OWN, token, form=True)
    yield _post("submit_search", "//searches", OWN, {"side": "profile", "q": "Küche"})
    yield _post("submit_search_removal", f"//searches/{ids['search']}/remove", own)
    yield _get("show_token_revocation", f"//account/tokens/{ids['token']}/revoke", own)
    yield _post("submit_token_revocation", f"//account/tokens/{ids['token']}/revoke", own)


def _organisation(ids: dict[str, int]) -> Iterator[Row]:
    a = f"//organisations/{ids['organisation_a']}"
    managers = "401 200 403 403 403 403 403 403 403 200 403 401"
    exporters = "401 200 403 403 403 403 403 403 403 403 403 401"
    member = f"{a}/members/{ids['colleague_a']}"
    yield _get("show_organisation", a, SIGNED_IN)
    unverified = f"//organisations/{ids['organisation_u']}"
    yield _get("show_organisation", unverified, "401 404 404 404 404 404 200 200 404 200 404 401", "unverified")
    yield _get("show_organisation_form", f"{a}/edit", managers)
    # The name of a verified organisation is for admins, whose form asks for it.
    details = {"region": "bayern", "version": "1"}
    yield _post("submit_organisation_form", f"{a}/edit", "401 200 403 403 403 403 403 403 403 422 403 401", details)
    yield _post("submit_member_invitation", f"{a}/invitations", managers, {"email": "y@people.example"})
    yield _post("submit_invitation_withdrawal", f"{a}/invitations/{ids['invitation']}/withdraw", managers)
    yield _post("submit_manager", f"{member}/manager", managers, {"confirm": "yes"})
    leaving = "401 200 200 403 403 403 403 403 403 200 403 401"
    yield _get("show_member_removal", f"{member}/remove", leaving)
    yield _post("submit_member_removal", f"{member}/remove", leaving)
    yield _get("download_organisation", f"{a}/export", exporters)
    yield _get("show_organisation_erasure", f"{a}/erase", managers)
    yield _post("submit_organisation_erasure", f"{a}/erase", managers, {"name": "organisation  A"})
    untyped = managers.replace("200", "422")
    yield _post("submit_organisation_erasure", f"{a}/erase", untyped, {}, "without its name")


def _challenges(ids: dict[str, int]) -> Iterator[Row]:
    text, draft = f"//challenges/{ids['challenge']}", f"//challenges/{ids['draft']}"
    unfinished = f"//challenges/unfinished/{ids['unfinished']}"
    staff = "401 200 200 200 403 403 200 403 403 403 403 401"
    own = "401 200 200 404 404 404 404 404 404 404 404 401"
    write = "401 200 200 403 403 403 404 403 404 403 404 401"
    matches = "401 200 200 403 403 403 404 403 404 200 404 401"
    begun = {
        "organisation_id": str(ids["organisation_a"]),
        "problem": "Nachts ist bei uns niemand da. Wir wünschen Hilfe.",
    }
    yield _get("show_own_challenges", "//challenges", SIGNED_IN)
    yield _get("show_new_challenge", "//challenges/new", staff)
    members = "401 200 200 403 403 403 403 403 403 403 403 401"
    yield _post("submit_new_challenge", "//challenges/new", members, begun)
    yield Row("preview_challenge_page", "POST", "//challenges/preview", SIGNED_IN, begun, form=True)
    yield Row("autosave_challenge", "POST", "//challenges/autosave", members, begun, form=True)
    yield _get("show_challenge_import", "//challenges/import", staff)
    file = Upload("x.csv", csv_file([CHALLENGE_ROW]).encode()).packed
    publish = {"organisation_id": str(ids["organisation_a"]), "name": "x.csv", "content": file, "step": "publish"}
    yield _post("submit_challenge_import", "//challenges/import", members, publish)
    yield _get("download_challenge_template", "//challenges/import/template.csv", SIGNED_IN)
    yield _get("show_unfinished_challenge", unfinished, own)
    yield _post("submit_unfinished_challenge", unfinished, own, CHALLENGE_FORM | {"version": "1"})
    again = CHALLENGE_FORM | {"organisation_id": str(ids["organisation_a"]), "unfinished": ""}
    yield _post("submit_challenge_again", "//challenges/unfinished", members, again)
    yield _get("show_challenge_check", f"{unfinished}/check", own)
    yield _post("submit_challenge_publication", f"{unfinished}/publish", own, {"version": "1"})
    yield _get("show_unfinished_discard", f"{unfinished}/discard", own)
    yield _post("submit_unfinished_discard", f"{unfinished}/discard", own, {"version": "1"})
    yield _get("show_challenge", text, "401 200 200 200 200 200 404 200 404 200 404 401")
    yield _get("show_challenge", draft, own, "draft")
    yield _get("show_challenge_form", f"{text}/edit", write)
    yield _post("submit_challenge_form", f"{text}/edit", write, CHALLENGE_FORM | {"version": "1"})
    yield _post("submit_challenge_step", f"{text}/steps/pause", write)
    yield _get("show_challenge_solving", f"{text}/steps/solve", write)
    yield _get("show_challenge_closing", f"{text}/steps/close", write)
    yield _get("show_challenge_deletion", f"{text}/delete", write)
    yield _post("submit_challenge_deletion", f"{text}/delete", write)
    yield _get("show_challenge_matches", f"{text}/matches", matches)
    yield _get("show_challenge_matches", f"{draft}/matches", _as(own, 409), "draft")
    yield _get("show_challenge_why_not", f"{text}/why-not?name=Haus", matches)
    yield _get("show_comparison", f"{text}/compare?with={ids['profile']}&with={ids['second_profile']}", matches)
    yield _get("show_comparison", f"{text}/compare?with={ids['profile']}", _as(matches, 422), "one startup")
    yield _get("show_shortlist", f"{text}/shortlist", own)
    yield _post("submit_shortlist_entry", f"{text}/shortlist/{ids['profile']}", own, {"note": "Anrufen"})
    yield _get("show_shortlist_removal", f"{text}/shortlist/{ids['second_profile']}/remove", own)
    yield _post("submit_shortlist_removal", f"{text}/shortlist/{ids['second_profile']}/remove", own)
    yield _get("download_challenge_matches_csv", f"{text}/matches.csv", matches)
    yield _get("download_challenge_matches_xlsx", f"{text}/matches.xlsx", matches)
    yield _get("show_published_challenges", "//browse", SIGNED_IN)
    yield _get("show_published_profiles", "//startups?q=Sturz", SIGNED_IN)


def _profiles(ids: dict[str, int]) -> Iterator[Row]:
    text, draft = f"//profiles/{ids['profile']}", f"//profiles/{ids['draft_profile']}"
    write = "401 403 403 403 200 404 404 404 403 403 404 401"
    matches = "401 403 403 403 200 404 404 404 403 200 404 401"
    yield _get("show_own_profiles", "//profile", "401 200 200 200 303 303 200 200 200 200 200 401")
    yield _get("show_new_profile", "//profiles/new", "401 403 403 403 303 303 403 403 403 403 403 401")
    new = PROFILE_FORM | {"organisation_id": str(ids["organisation_t"]), "step": "draft"}
    expected = "401 403 403 403 403 409 403 403 403 403 403 401"
    yield Row("submit_new_profile", "POST", "//profiles/new", expected, new, form=True)
    startups = "401 403 403 403 200 200 403 403 403 403 403 401"
    yield _get("show_profile_import", "//profiles/import", startups)
    # It has a profile, and no startup has two.
    file = Upload("x.csv", csv_file([PROFILE_ROW]).encode()).packed
    publish = {"organisation_id": str(ids["organisation_t"]), "name": "x.csv", "content": file, "step": "publish"}
    refused = "401 403 403 403 403 422 403 403 403 403 403 401"
    yield Row("submit_profile_import", "POST", "//profiles/import", refused, publish, form=True)
    yield _get("download_profile_template", "//profiles/import/template.csv", SIGNED_IN)
    yield Row("preview_profile_page", "POST", "//profiles/preview", SIGNED_IN, PROFILE_FORM, form=True)
    yield _get("show_profile", text, "401 200 200 200 200 404 404 404 200 200 404 401")
    yield _get("show_profile", draft, "401 404 404 404 404 200 404 404 404 404 404 401", "draft")
    yield _get("show_profile_form", f"{text}/edit", write)
    yield _post("submit_profile_form", f"{text}/edit", write, PROFILE_FORM | {"version": "1"})
    yield _post("submit_profile_confirmation", f"{text}/confirm", write)
    yield _post("submit_profile_step", f"{text}/steps/pause", write)
    yield _get("show_profile_deletion", f"{text}/delete", write)
    yield _post("submit_profile_deletion", f"{text}/delete", write)
    yield _get("show_profile_matches", f"{text}/matches", matches)
    yield _get("show_profile_why_not", f"{text}/why-not?name=Haus", matches)
    yield _get("download_profile_matches_csv", f"{text}/matches.csv", matches)
    yield _get("download_profile_matches_xlsx", f"{text}/matches.xlsx", matches)


def _conversations(ids: dict[str, int]) -> Iterator[Row]:
    between = "401 200 200 404 200 404 404 404 404 404 404 401"
    pair = f"//challenges/{ids['challenge']}/matches/{ids['profile']}"
    introduction = f"//introductions/{ids['introduction']}"
    yield _get("show_conversations", "//conversations", SIGNED_IN)
    yield _get("show_pair", pair, "401 200 200 403 200 403 404 403 404 403 404 401")
    yes, no = {"answer": "interested"}, {"answer": "not_interested", "reason": "cost", "note": ""}
    yield _post("submit_decision", pair, "401 200 200 403 403 404 404 404 404 403 404 401", yes | {"side": "challenge"})
    yield _post(
        "submit_decision", pair, "401 403 403 403 200 404 404 404 404 403 404 401", no | {"side": "profile"}, "profile"
    )
    take_back = "401 403 403 404 200 404 404 404 404 404 404 401"
    yield _post("submit_take_back", f"//decisions/{ids['interest']}/take-back", take_back)
    yield _get("show_introduction", introduction, between)
    yield _post("submit_message", f"{introduction}/messages", between, {"body": "Guten Tag", "token": "x"})
    yield _post("submit_introduction_status", f"{introduction}/status", between, {"status": "pilot"})
    yield _post("submit_contact", f"{introduction}/contact", between)


def _administration(ids: dict[str, int]) -> Iterator[Row]:
    user = f"//users/{ids['colleague_a']}"
    organisation = f"//verification/{ids['organisation_a']}"
    verifiers = "401 403 403 403 403 403 403 200 200 200 403 401"
    yield _get("show_verification", "//verification", verifiers)
    of_network = "401 403 403 403 403 403 403 200 403 200 403 401"
    yield _post("submit_verification", f"{organisation}/verify", of_network)
    yield _get("show_verification_withdrawal", f"{organisation}/withdraw", of_network)
    yield _get("show_organisations", "//organisations?q=organisation&state=verified", verifiers)
    yield _get("show_networks", "//networks", ADMINS)
    invitation = {"network": "caritas", "email": "c@people.example"}
    yield _post("submit_coordinator_invitation", "//networks/coordinators", ADMINS, invitation)
    withdrawal = f"//networks/caritas/invitations/{ids['coordinator_invitation']}/withdraw"
    yield _post("submit_coordinator_invitation_withdrawal", withdrawal, ADMINS)
    coordinator = f"//networks/caritas/coordinators/{ids['coordinator_a']}/dismiss"
    yield _get("show_coordinator_dismissal", coordinator, ADMINS)
    yield _post("submit_coordinator_dismissal", coordinator, ADMINS)
    yield _get("show_users", "//users?q=staff", ADMINS)
    yield _post("submit_user_step", f"{user}/steps/deactivate", ADMINS)
    secured = f"//users/{ids['deactivated']}/steps/remove-second-factor"
    yield _get("show_second_factor_removal", secured, ADMINS)
    yield _post("submit_user_step", secured, ADMINS, label="second factor")
    yield _get("show_user_erasure", f"{user}/erase", ADMINS)
    yield _post("submit_user_erasure", f"{user}/erase", ADMINS)
    yield _get("show_audit", "//audit", ADMINS)
    yield _get("show_operation", "//operation", ADMINS)
    yield _get("show_rules", "//operation/rules", ADMINS)
    rules = {"interest_days": "10", "open_interests": "5", "pilot_slots": "3"}
    yield _post("submit_rules", "//operation/rules", ADMINS, rules)
    yield _post("submit_mail_again", f"//operation/mails/{ids['mail']}/send-again", ADMINS)
    yield _get("show_report", "//reports", "401 403 403 403 403 403 403 200 200 200 403 401")
    caritas = "401 403 403 403 403 403 403 200 403 200 403 401"
    yield _get("show_report", "//reports?network=caritas&until=2026-10", caritas, "of a network")


def _rescoring(ids: dict[str, int]) -> Iterator[Row]:
    """The run of the world is queued."""
    run = f"//rescoring/{ids['run']}"
    new = {"kind": "all", "encoder": "hashing"}
    yield _get("show_runs", "//rescoring", ADMINS)
    yield _get("show_new_run", "//rescoring/new", ADMINS)
    yield _post("submit_new_run", "//rescoring/new", _as(ADMINS, 409), new)
    yield _get("show_roll_back", "//rescoring/roll-back", _as(ADMINS, 409))
    yield _post("submit_roll_back", "//rescoring/roll-back", _as(ADMINS, 409))
    yield _get("show_run", run, ADMINS)
    yield _get("show_run_comparison", f"{run}/comparison", _as(ADMINS, 409))
    yield _get("show_run_activation", f"{run}/activate", _as(ADMINS, 409))
    yield _post("submit_run_activation", f"{run}/activate", _as(ADMINS, 409))
    yield _get("show_run_cancellation", f"{run}/cancel", ADMINS)
    yield _post("submit_run_cancellation", f"{run}/cancel", ADMINS)
    yield _post("submit_run_retry", f"{run}/retry", _as(ADMINS, 409))
