"""Registering, confirming, inviting, resetting: links work once [reliability row 16]."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from app.context import Context
from app.mail.delivery import Post, deliver, due
from app.main import create_app
from app.models import Challenge, MailOutbox, Organisation, RoleGrant, User
from app.vocabulary import MailTemplate, Role
from tests import stories
from tests.access.world import PASSWORD, put_person
from tests.apps import open_app, open_client, plain_client
from tests.conftest import SettableClock
from tests.mail.test_mail import Collecting
from tests.problems import assert_problem

API = "/api/v1"
NEW = "ein neues langes Kennwort"
REGISTRATION: dict[str, Any] = {
    "person": {"email": "Ayla@Haus.example", "name": "Ayla Yilmaz", "password": PASSWORD},
    "organisation": {"name": "Haus am Mühlbach", "kind": "welfare", "network": "caritas"},
}


@pytest.fixture
def client(context: Context) -> TestClient:
    return plain_client(create_app(context), headers={"Sec-Fetch-Site": "same-origin"})


@pytest.fixture
def post(context: Context) -> Callable[[], list[tuple[str, str, str]]]:
    """Delivers what is due: [(recipient, subject, token)]."""

    def fetch() -> list[tuple[str, str, str]]:
        sender = Collecting()
        with context.sessions.read() as session:
            mails = due(session, context.clock.now())
        for mail_id, _ in mails:
            deliver(context, Post(sender, "noreply@passgenau.example"), mail_id)
        found = []
        for mail in sender.sent:
            _, _, rest = mail.get_content().partition("?token=")
            found.append((mail["To"], mail["Subject"], rest.split()[0] if rest else ""))
        return found

    return fetch


def register(client: TestClient, post: Any) -> str:
    assert client.post(f"{API}/registrations", json=REGISTRATION).status_code == 202
    ((recipient, _, token),) = post()
    assert recipient == "ayla@haus.example"
    return str(token)


def sign_in(client: TestClient, email: str = "ayla@haus.example", password: str = PASSWORD) -> Any:
    client.cookies.clear()
    return client.post(f"{API}/sessions", json={"email": email, "password": password})


def test_an_organisation_registers_confirms_drafts_and_publishes_once_it_is_verified(
    client: TestClient, post: Any, context: Context
) -> None:
    token = register(client, post)
    assert_problem(sign_in(client), 401, "email-not-confirmed")
    ((_, _, newer),) = post()
    assert_problem(client.post(f"{API}/email-confirmations", json={"token": token}), 404, "link-unusable")
    assert client.post(f"{API}/email-confirmations", json={"token": newer}).status_code == 204
    person = sign_in(client).json()["person"]
    (role,) = person["roles"]
    assert role["role"] == "welfare_staff"
    assert role["manager"]
    content = stories.CHALLENGE_CONTENT | {"organisation_id": role["organisation_id"]}
    assert_problem(client.post(f"{API}/challenges", json=content), 409, "organisation-not-verified")
    draft = client.post(f"{API}/challenges", json=content | {"state": "draft"})
    assert draft.status_code == 201
    assert_problem(client.post(f"{API}/challenges/{draft.json()['id']}/publish"), 409, "organisation-not-verified")
    put_person(context, "coordinator", {"role": Role.NETWORK_COORDINATOR, "network_id": 3})
    sign_in(client, "coordinator@people.example")
    (found,) = client.get(f"{API}/organisations").json()["items"]
    assert client.post(f"{API}/organisations/{found['id']}/verify").json()["verified"] is True
    assert [mail[0] for mail in post()] == ["ayla@haus.example"]
    sign_in(client)
    assert client.post(f"{API}/challenges/{draft.json()['id']}/publish").json()["state"] == "published"
    renamed = client.patch(
        f"{API}/organisations/{found['id']}", json={"name": "Caritas Köln"}, headers={"If-Match": "*"}
    )
    assert_problem(renamed, 409, "identity-fixed")
    sign_in(client, "coordinator@people.example")
    assert client.post(f"{API}/organisations/{found['id']}/withdraw-verification").json()["verified"] is False
    sign_in(client)
    assert client.get(f"{API}/challenges/{draft.json()['id']}").json()["state"] == "paused"


def test_registering_an_address_that_has_an_account_looks_the_same_and_stores_nothing(
    client: TestClient, post: Any, context: Context
) -> None:
    first = client.post(f"{API}/registrations", json=REGISTRATION)
    post()
    again = client.post(f"{API}/registrations", json=REGISTRATION)
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    with context.sessions.read() as session:
        assert session.scalar(select(func.count()).select_from(Organisation)) == 1
        assert session.scalar(select(func.count()).select_from(User)) == 1
        templates = session.scalars(select(MailOutbox.template).order_by(MailOutbox.id)).all()
    assert templates == [MailTemplate.CONFIRM_EMAIL, MailTemplate.ALREADY_REGISTERED]


def test_a_forgotten_password_is_reset_once_and_every_session_ends(
    client: TestClient, post: Any, clock: SettableClock, context: Context
) -> None:
    put_person(context, "anna", None)
    old = sign_in(client, "anna@people.example").cookies["passgenau-dev"]
    known = client.post(f"{API}/password-resets", json={"email": "anna@people.example"})
    unknown = client.post(f"{API}/password-resets", json={"email": "nobody@people.example"})
    assert (
        (known.status_code, known.json()) == (unknown.status_code, unknown.json()) == (202, {"status": "mail-follows"})
    )
    ((_, _, token),) = post()
    redeem = {"token": token, "password": NEW}
    client.cookies.clear()
    assert client.post(f"{API}/password-resets/redeem", json=redeem).status_code == 204
    assert_problem(client.post(f"{API}/password-resets/redeem", json=redeem), 404, "link-unusable")
    client.cookies.set("passgenau-dev", old)
    assert client.get(f"{API}/me").status_code == 401
    assert sign_in(client, "anna@people.example").status_code == 401
    assert sign_in(client, "anna@people.example", NEW).status_code == 201
    client.post(f"{API}/password-resets", json={"email": "anna@people.example"})
    late = next(mail[2] for mail in post() if mail[2])
    clock.moment += timedelta(minutes=31)
    answer = client.post(f"{API}/password-resets/redeem", json={"token": late, "password": NEW})
    assert_problem(answer, 404, "link-unusable")


def test_a_colleague_is_invited_and_joins_with_a_new_account_or_the_one_there_is(
    client: TestClient, post: Any, context: Context
) -> None:
    welfare = stories.organisation(context, "welfare")
    put_person(context, "boss", {"role": Role.WELFARE_STAFF, "organisation_id": welfare, "manager": True})
    put_person(context, "known", None)
    sign_in(client, "boss@people.example")
    for email in ("new@people.example", "known@people.example"):
        assert client.post(f"{API}/organisations/{welfare}/invitations", json={"email": email}).status_code == 201
    again = client.post(f"{API}/organisations/{welfare}/invitations", json={"email": "new@people.example"})
    assert again.status_code == 201, "a new invitation replaces the earlier one"
    tokens = {mail[0]: mail[2] for mail in post()}
    assert len(client.get(f"{API}/organisations/{welfare}/invitations").json()["items"]) == 2
    client.cookies.clear()
    missing = client.post(f"{API}/invitations/accept", json={"token": tokens["new@people.example"]})
    assert {error["field"] for error in missing.json()["errors"]} == {"name", "password"}
    full = {"token": tokens["new@people.example"], "name": "Neu", "password": NEW}
    assert client.post(f"{API}/invitations/accept", json=full).status_code == 204
    assert client.post(f"{API}/invitations/accept", json={"token": tokens["known@people.example"]}).status_code == 204
    assert sign_in(client, "new@people.example", NEW).status_code == 201
    names = [member["name"] for member in client.get(f"{API}/organisations/{welfare}/members").json()["items"]]
    assert names == ["Person boss", "Neu", "Person known"]
    sign_in(client, "boss@people.example")
    twice = client.post(f"{API}/organisations/{welfare}/invitations", json={"email": "known@people.example"})
    assert_problem(twice, 409, "already-member")


def test_a_new_address_counts_once_it_is_confirmed(client: TestClient, post: Any, context: Context) -> None:
    put_person(context, "anna", None)
    sign_in(client, "anna@people.example")
    asked = {"email": "anna@elsewhere.example", "password": PASSWORD}
    assert_problem(client.post(f"{API}/me/email", json=asked | {"password": "falsch"}), 403, "wrong-password")
    assert client.post(f"{API}/me/email", json=asked).status_code == 202
    ((recipient, _, token),) = post()
    assert recipient == "anna@elsewhere.example"
    assert sign_in(client, "anna@people.example").status_code == 201
    assert client.post(f"{API}/email-confirmations", json={"token": token}).status_code == 204
    assert sign_in(client, "anna@people.example").status_code == 401
    assert sign_in(client, "anna@elsewhere.example").status_code == 201


def test_of_thirty_redemptions_at_once_one_succeeds(context: Context, post: Any) -> None:
    """[16] On both databases, with clients side by side."""
    put_person(context, "anna", None)
    app = create_app(context)
    one = plain_client(app)
    one.post(f"{API}/password-resets", json={"email": "anna@people.example"})
    ((_, _, token),) = post()

    def redeem(_number: int) -> int:
        answer = plain_client(app).post(f"{API}/password-resets/redeem", json={"token": token, "password": NEW})
        return answer.status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(redeem, range(30)))
    assert statuses.count(204) == 1
    assert set(statuses) == {204, 404}


def test_of_fifty_identical_posts_at_once_one_creates(context: Context) -> None:
    """[16] All get the same answer."""
    welfare = stories.organisation(context, "welfare")
    content = stories.CHALLENGE_CONTENT | {"organisation_id": welfare}

    app = open_app(context)

    def create(_number: int) -> tuple[int, int]:
        answer = plain_client(app).post(
            f"{API}/challenges", json=content, headers={"Idempotency-Key": "the-same-for-all"}
        )
        return answer.status_code, answer.json()["id"]

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(create, range(50)))
    assert len(answers) == 1
    with context.sessions.read() as session:
        assert session.scalar(select(func.count()).select_from(Challenge)) == 1


def test_the_key_of_one_person_is_not_that_of_another(client: TestClient, context: Context) -> None:
    for name in ("a", "b"):
        welfare = stories.organisation(context, "welfare", f"Haus {name}")
        put_person(context, f"staff_{name}", {"role": Role.WELFARE_STAFF, "organisation_id": welfare})
        sign_in(client, f"staff_{name}@people.example")
        content = stories.CHALLENGE_CONTENT | {"organisation_id": welfare}
        answer = client.post(f"{API}/challenges", json=content, headers={"Idempotency-Key": "same"})
        assert answer.json()["organisation"]["id"] == welfare


def test_the_last_manager_and_the_last_admin_stay(client: TestClient, context: Context) -> None:
    welfare = stories.organisation(context, "welfare")
    boss, _ = put_person(context, "boss", {"role": Role.WELFARE_STAFF, "organisation_id": welfare, "manager": True})
    other, _ = put_person(context, "other", {"role": Role.WELFARE_STAFF, "organisation_id": welfare})
    sign_in(client, "boss@people.example")
    members = f"{API}/organisations/{welfare}/members"
    assert_problem(client.put(f"{members}/{boss}", json={"manager": False}), 409, "last-manager")
    assert_problem(client.delete(f"{members}/{boss}"), 409, "last-manager")
    moved = client.post(f"{API}/organisations/{welfare}/management", json={"user_id": other})
    assert moved.json()["manager"] is True
    assert client.delete(f"{members}/{boss}").status_code == 204
    assert client.get(f"{API}/me").status_code == 401, "whoever leaves signs in again"
    with context.sessions.read() as session:
        assert session.scalar(select(func.count()).select_from(RoleGrant)) == 1
    admin, _ = put_person(context, "admin", {"role": Role.ADMIN})
    with_all = open_client(context)
    assert_problem(with_all.post(f"{API}/users/{admin}/deactivate"), 409, "last-admin")
    assert_problem(with_all.post(f"{API}/users/{admin}/dismiss-admin"), 409, "last-admin")
