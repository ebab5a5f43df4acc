"""What happens between the first look and the write, and what is asked for that is not there."""

import threading
from pathlib import Path
from typing import Any

import pytest
import typer
from pydantic import TypeAdapter, ValidationError
from sqlalchemy import func, select
from typer.testing import CliRunner

from app.accounts import administration, command, invitations, membership, recovery, registration, sign_in
from app.accounts import repository as people
from app.accounts.people import Visitor
from app.accounts.schemas import (
    Email,
    EmailChange,
    InvitationAccept,
    InvitationNew,
    PersonName,
    Registration,
    SignIn,
)
from app.accounts.second_factor import begin
from app.auth import keys, throttle
from app.auth.actor import OPERATOR, Actor
from app.auth.identify import Credentials, identify
from app.auth.keys import hash_token, read_or_make_secret
from app.context import Context
from app.errors import (
    AlreadyMember,
    Forbidden,
    LinkUnusable,
    NotFound,
    SecondFactorState,
    SignInFailed,
    WrongOrganisationKind,
)
from app.mail.delivery import due
from app.models import MailOutbox, OneTimeLink, User
from app.vocabulary import MailTemplate, Role
from tests import stories
from tests.access.world import PASSWORD, put_person

VISITOR = Visitor("192.0.2.1")
TOKEN = "a-token-that-only-this-test-knows"


def actor_with(cookie: str, context: Context) -> Actor:
    actor = identify(context, Credentials(cookie=cookie))
    assert actor is not None
    return actor


def put_staff(context: Context, name: str = "anna", *, manager: bool = True) -> tuple[int, int, Actor]:
    """(organisation, person, actor)."""
    organisation = stories.organisation(context, "welfare", f"Haus {name}")
    grant = {"role": Role.WELFARE_STAFF, "organisation_id": organisation, "manager": manager}
    person, cookie = put_person(context, name, grant)
    return organisation, person, actor_with(cookie, context)


def give_token(context: Context) -> None:
    """The newest link opens with TOKEN."""
    with context.sessions.write() as session:
        newest = session.scalars(select(OneTimeLink).order_by(OneTimeLink.id.desc()).limit(1)).one()
        newest.token_hash = hash_token(TOKEN)


def roles_of(context: Context, person: int) -> list[Role]:
    with context.sessions.read() as session:
        return [grant.role for grant in people.person(session, person).grants]


def test_the_operator_makes_an_admin_of_nobody_and_of_somebody(context: Context) -> None:
    made = administration.create_admin(context, OPERATOR, "new@people.example", "Neu", PASSWORD)
    _, person, _ = put_staff(context)
    again = administration.create_admin(context, OPERATOR, "anna@people.example", "Neu", "ein anderes Kennwort")
    assert again.id == person
    assert [role.role for role in made.roles] == [Role.ADMIN]
    assert set(roles_of(context, person)) == {Role.WELFARE_STAFF, Role.ADMIN}
    twice = administration.set_admin(context, OPERATOR, person, admin=True)
    assert [role.role for role in twice.roles].count(Role.ADMIN) == 1
    opened = sign_in.sign_in(context, SignIn(email="anna@people.example", password="ein anderes Kennwort"), VISITOR)
    assert opened.seen.person.id == person


def test_making_an_admin_again_is_the_way_back_without_an_authenticator_app(context: Context) -> None:
    made = administration.create_admin(context, OPERATOR, "new@people.example", "Neu", PASSWORD)
    with context.sessions.write() as session:
        session.get_one(User, made.id).totp_confirmed_at = context.clock.now()
    assert not administration.create_admin(context, OPERATOR, "new@people.example", "Neu", PASSWORD).second_factor


@pytest.fixture
def command_line(context: Context, monkeypatch: pytest.MonkeyPatch) -> typer.Typer:
    monkeypatch.setattr("app.start.start_without_encoder", lambda _settings: context)
    monkeypatch.setenv(command.PASSWORD_VARIABLE, PASSWORD)
    cli = typer.Typer()
    command.register(cli)
    return cli


def test_the_command_prints_who_is_admin_and_what_is_next(command_line: typer.Typer, context: Context) -> None:
    printed = CliRunner().invoke(command_line, ["ruth@people.example"])
    assert printed.exit_code == 0, printed.output
    assert "ruth@people.example is an admin" in printed.output
    as_json = CliRunner().invoke(command_line, ["ruth@people.example", "--json"])
    assert '"email": "ruth@people.example"' in as_json.output
    refused = CliRunner().invoke(command_line, ["ruth"])
    assert refused.exit_code == 1
    with context.sessions.read() as session:
        assert session.scalar(select(func.count()).select_from(User)) == 1


def test_only_admins_administer_and_only_who_coordinates_is_dismissed(context: Context) -> None:
    _, person, actor = put_staff(context)
    with pytest.raises(Forbidden):
        administration.set_active(context, actor, person, active=False)
    with pytest.raises(NotFound):
        administration.dismiss_coordinator(context, OPERATOR, "caritas", person)
    with pytest.raises(NotFound):
        administration.dismiss_coordinator(context, OPERATOR, "no-network", person)
    with pytest.raises(NotFound):
        administration.set_active(context, OPERATOR, 999_999, active=False)


def test_a_coordinator_is_invited_by_an_admin_to_a_network_that_is_there_and_once(context: Context) -> None:
    _, person, actor = put_staff(context)
    email = "anna@people.example"
    with pytest.raises(Forbidden):
        invitations.invite_coordinator(context, actor, "caritas", email)
    with pytest.raises(NotFound):
        invitations.invite_coordinator(context, OPERATOR, "no-network", email)
    with pytest.raises(Forbidden):
        invitations.list_coordinator_invitations(context, actor, "caritas")
    first = invitations.invite_coordinator(context, OPERATOR, "caritas", email)
    second = invitations.invite_coordinator(context, OPERATOR, "caritas", email)
    invitations.invite_coordinator(context, OPERATOR, "drk", email)
    assert invitations.list_coordinator_invitations(context, OPERATOR, "caritas") == [second], "the earlier one ended"
    with pytest.raises(NotFound):
        invitations.withdraw_coordinator_invitation(context, OPERATOR, "caritas", first.id)
    with pytest.raises(NotFound):
        invitations.withdraw_coordinator_invitation(context, OPERATOR, "drk", second.id)
    with pytest.raises(Forbidden):
        invitations.withdraw_coordinator_invitation(context, actor, "caritas", second.id)
    invitations.withdraw_coordinator_invitation(context, OPERATOR, "caritas", second.id)
    assert invitations.list_coordinator_invitations(context, OPERATOR, "caritas") == []
    invitations.invite_coordinator(context, OPERATOR, "caritas", email)
    give_token(context)
    invitations.accept_invitation(context, InvitationAccept(token=TOKEN), VISITOR)
    assert Role.NETWORK_COORDINATOR in roles_of(context, person)
    with pytest.raises(AlreadyMember):
        invitations.invite_coordinator(context, OPERATOR, "caritas", email)


def test_an_invitation_that_is_not_there_can_not_be_withdrawn(context: Context) -> None:
    organisation, _, actor = put_staff(context)
    with pytest.raises(NotFound):
        invitations.withdraw_invitation(context, actor, organisation, 999_999)
    with pytest.raises(NotFound):
        invitations.withdraw_invitation(context, actor, 999_999, 1)


def test_a_closed_account_does_not_join_and_a_member_joins_no_second_time(context: Context) -> None:
    organisation, _, actor = put_staff(context)
    guest, _ = put_person(context, "guest", None)
    invitations.invite_member(context, actor, organisation, InvitationNew(email="guest@people.example"))
    give_token(context)
    administration.set_active(context, OPERATOR, guest, active=False)
    with pytest.raises(LinkUnusable):
        invitations.accept_invitation(context, InvitationAccept(token=TOKEN), VISITOR)
    administration.set_active(context, OPERATOR, guest, active=True)
    # Meanwhile somebody else has brought them in.
    with context.sessions.write() as session:
        link = session.scalars(select(OneTimeLink)).one()
        user = people.person(session, guest)
        invitations._join(session, context, user, link)
    invitations.accept_invitation(context, InvitationAccept(token=TOKEN), VISITOR)
    assert roles_of(context, guest) == [Role.WELFARE_STAFF]


def test_nobody_moves_to_an_organisation_of_the_other_kind(context: Context) -> None:
    organisation, person, _ = put_staff(context)
    startup = stories.organisation(context, "startup", "Leisewacht")
    with pytest.raises(WrongOrganisationKind):
        membership.move_member(context, OPERATOR, organisation, person, startup)
    assert roles_of(context, person) == [Role.WELFARE_STAFF]


def test_one_of_two_managers_leaves(context: Context) -> None:
    organisation, person, actor = put_staff(context)
    put_person(context, "ben", {"role": Role.WELFARE_STAFF, "organisation_id": organisation, "manager": True})
    membership.remove_member(context, actor, organisation, person)
    assert roles_of(context, person) == []


def test_an_address_that_has_an_account_is_not_confirmed_for_another(context: Context) -> None:
    _, _, actor = put_staff(context)
    put_person(context, "ben", None)
    recovery.change_email(context, actor, EmailChange(email="ben@people.example", password=PASSWORD), VISITOR)
    with context.sessions.read() as session:
        assert due(session, context.clock.now()) == []


def test_of_two_registrations_at_the_same_moment_one_is_stored(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = Registration.model_validate(
        {
            "person": {"email": "anna@haus.example", "name": "Anna", "password": PASSWORD},
            "organisation": {"name": "Haus am Bach", "kind": "welfare"},
        }
    )
    registration.register(context, given, VISITOR)
    look = people.by_email
    looks: list[Any] = []

    def too_early(session: Any, email: str) -> Any:
        """The first look was before the other registration was committed."""
        looks.append(email)
        return None if len(looks) == 1 else look(session, email)

    monkeypatch.setattr(people, "by_email", too_early)
    registration.register(context, given, VISITOR)
    with context.sessions.read() as session:
        assert session.scalar(select(func.count()).select_from(User)) == 1
        templates = list(session.scalars(select(MailOutbox.template).order_by(MailOutbox.id)))
    assert templates[-1] == MailTemplate.ALREADY_REGISTERED


@pytest.mark.parametrize(("kind", "value"), [(Email, "anna at haus"), (PersonName, "Anna\tBerg\x07")])
def test_what_is_no_address_or_name_is_refused(kind: Any, value: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(kind).validate_python(value)


def test_a_second_factor_that_works_is_not_begun_again(context: Context) -> None:
    _, person, actor = put_staff(context)
    with context.sessions.write() as session:
        people.person(session, person).totp_confirmed_at = context.clock.now()
    with pytest.raises(SecondFactorState):
        begin(context, actor, PASSWORD, VISITOR)


def test_who_is_deactivated_while_signing_in_stays_out(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    _, person, _ = put_staff(context)

    def slow(_password: str, _stored: str | None) -> bool:
        administration.set_active(context, OPERATOR, person, active=False)
        return True

    monkeypatch.setattr(sign_in, "verify_password", slow)
    with pytest.raises(SignInFailed):
        sign_in.sign_in(context, SignIn(email="anna@people.example", password=PASSWORD), VISITOR)


def test_a_token_has_no_session_to_end_and_no_secret_takes_no_code(context: Context) -> None:
    _, person, actor = put_staff(context)
    sign_in.sign_out(context, OPERATOR)
    assert len(sign_in.list_sessions(context, actor)) == 1
    with context.sessions.write() as session:
        assert not sign_in.take_code(context, session, people.person(session, person), "123456")


def test_an_account_nobody_tried_has_nothing_to_forgive(context: Context) -> None:
    (_, counter) = throttle.counters(context.security.keys, "sign-in", "nobody@people.example", "192.0.2.7")
    with context.sessions.write() as session:
        throttle.forgive(session, counter)
        assert throttle.blocked_for(session, [counter], context.clock.now()) == 0


def test_of_two_processes_that_start_at_once_both_use_one_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "secret.key"
    others: list[bytes] = []
    make = keys.secrets.token_hex

    def overtaken(size: int) -> str:
        if not others:
            others.append(b"")
            other = threading.Thread(target=lambda: others.append(read_or_make_secret(file)))
            other.start()
            other.join()
        return make(size)

    monkeypatch.setattr(keys.secrets, "token_hex", overtaken)
    assert read_or_make_secret(file) == others[1]
    assert list(tmp_path.iterdir()) == [file]
