"""The command `passgenau create-admin`."""

import os
from typing import Annotated

import typer
from pydantic import TypeAdapter, ValidationError

from app.accounts.schemas import Email, NewPassword
from app.console import JsonFlag, print_json, print_line, read_settings
from app.validation import malformed

PASSWORD_VARIABLE = "PASSGENAU_ADMIN_PASSWORD"  # noqa: S105  a name, no secret


def register(cli: typer.Typer) -> None:
    """Add the command."""
    cli.command("create-admin")(create_admin)


def create_admin(
    email: Annotated[str, typer.Argument(help="E-mail address the admin signs in with.")],
    name: Annotated[str, typer.Option(help="Name colleagues know the admin by.")] = "Administration",
    as_json: JsonFlag = False,
) -> None:
    """Make an admin, or give an existing account the role and a new password.

    The password is asked for, or taken from PASSGENAU_ADMIN_PASSWORD. At the first sign-in the admin sets up an
    authenticator app; without it an admin administers nothing.
    """
    from app.accounts import administration
    from app.auth.actor import OPERATOR
    from app.start import start_without_encoder

    ground = start_without_encoder(read_settings())
    password = os.environ.get(PASSWORD_VARIABLE) or typer.prompt(
        "Password", hide_input=True, confirmation_prompt=True, err=True
    )
    try:
        address = TypeAdapter(Email).validate_python(email)
        checked = TypeAdapter(NewPassword).validate_python(password)
    except ValidationError as error:
        raise malformed(error) from None
    person = administration.create_admin(ground, OPERATOR, address, name, checked)
    if as_json:
        print_json(person.model_dump(mode="json"))
    else:
        print_line(f"{person.email} is an admin. Next: sign in and set up the second factor at /api/v1/me/totp.")
