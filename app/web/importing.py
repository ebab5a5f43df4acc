"""Many texts from one file: chosen, checked, looked at, then published all together or not at all.

Nothing is stored before it is published: the page with the result of the check sends the file along.
"""

import base64
import gzip
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.orm import Session
from starlette.datastructures import UploadFile

from app.api.dependencies import (
    ContextDep,
    ReadChallenges,
    ReadProfiles,
    ReadSessionDep,
    WriteChallenges,
    WriteProfiles,
)
from app.api.problem_details import keep_refusal
from app.auth.actor import Actor
from app.challenges.kind import CHALLENGES
from app.context import Context
from app.errors import AppError, FieldError, Forbidden, MalformedInput, OrganisationNotVerified
from app.importing import errors, readers
from app.importing.columns import ORGANISATION_ID, template
from app.importing.service import CheckedFile, RowError, check_table, store
from app.organisations.schemas import OrganisationRead
from app.organisations.service import read_organisation
from app.profiles.kind import PROFILES
from app.publishing.kinds import Kind
from app.vocabulary import Language
from app.web.forms import error_text, field_message
from app.web.i18n import N_
from app.web.view import View, ViewDep

router = APIRouter(include_in_schema=False)

MAX_BYTES: Final = 700_000
"""So that the file fits into the answer to its own check, which goes through the same limit of 1 MB."""
MAX_ROWS: Final = 100
"""Texts that are encoded while somebody waits."""
SHOWN: Final = 50
"""Errors and titles that one page lists."""
FIELDS: Final = frozenset({"file", "content", "name", "organisation_id", "step"})


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was chosen, or as the page of its check sends it again. data: None where none was chosen."""

    name: str = ""
    data: bytes | None = None
    organisation_id: str = ""
    publish: bool = False

    @property
    def packed(self) -> str:
        """Return the file as a form can carry it."""
        return base64.b64encode(gzip.compress(self.data or b"", mtime=0)).decode()


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, and where; the place is empty where it concerns the whole file."""

    place: str
    text: str


async def read_upload(request: Request) -> Upload:
    """Read the form. Raises `MalformedInput` for names it has not."""
    async with request.form(max_files=1, max_fields=len(FIELDS), max_part_size=2 * MAX_BYTES) as form:
        unknown = [name for name in form if name not in FIELDS]
        if unknown:
            text = "Dieses Feld gibt es nicht.", "There is no such field."
            raise MalformedInput(fields=tuple(FieldError(name, "extra_forbidden", *text) for name in unknown))
        words = {name: value for name, value in form.multi_items() if isinstance(value, str)}
        upload = Upload(
            name=words.get("name", ""),
            data=_unpacked(words["content"]) if words.get("content") else None,
            organisation_id=words.get("organisation_id", ""),
            publish=words.get("step") == "publish",
        )
        file = form.get("file")
        if isinstance(file, UploadFile) and file.filename:
            # Somebody who chooses another file wants that one looked at first.
            upload = replace(upload, name=file.filename, data=await file.read(MAX_BYTES + 1), publish=False)
    return upload


def _unpacked(text: str) -> bytes:
    """Return a file that a page carried; a damaged one is empty, which is told as such."""
    try:
        unpacker = zlib.decompressobj(wbits=31)  # gzip
        return unpacker.decompress(base64.b64decode(text, validate=True), MAX_BYTES + 1)
    except (ValueError, zlib.error):
        return b""


UploadDep = Annotated[Upload, Depends(read_upload)]


@dataclass(frozen=True, slots=True)
class Words:
    """What differs between the two kinds. Texts are German and translated when shown."""

    kind: Kind
    path: str
    heading: str
    back: str
    done: str


OF_CHALLENGES: Final = Words(
    CHALLENGES, "/challenges/import", N_("Herausforderungen aus einer Datei"), "/challenges", "imported-challenges"
)
OF_PROFILES: Final = Words(
    PROFILES, "/profiles/import", N_("Angebote aus einer Datei"), "/profile", "imported-profiles"
)


@router.get(OF_CHALLENGES.path, operation_id="show_challenge_import")
def show_challenge_import(view: ViewDep, session: ReadSessionDep, actor: ReadChallenges) -> Response:
    """Ask for a file of challenges."""
    return _show(view, OF_CHALLENGES, _organisations(session, actor, CHALLENGES))


@router.post(OF_CHALLENGES.path, operation_id="submit_challenge_import")
def submit_challenge_import(
    view: ViewDep, upload: UploadDep, context: ContextDep, session: ReadSessionDep, actor: WriteChallenges
) -> Response:
    """Check a file of challenges, or publish what is in it."""
    return _submit(view, context, session, actor, OF_CHALLENGES, upload)


@router.get(f"{OF_CHALLENGES.path}/template.csv", operation_id="download_challenge_template")
def download_challenge_template(view: ViewDep, _actor: ReadChallenges) -> Response:
    """Return a file to fill in."""
    return _template(view, CHALLENGES)


@router.get(OF_PROFILES.path, operation_id="show_profile_import")
def show_profile_import(view: ViewDep, session: ReadSessionDep, actor: ReadProfiles) -> Response:
    """Ask for a file with a profile."""
    return _show(view, OF_PROFILES, _organisations(session, actor, PROFILES))


@router.post(OF_PROFILES.path, operation_id="submit_profile_import")
def submit_profile_import(
    view: ViewDep, upload: UploadDep, context: ContextDep, session: ReadSessionDep, actor: WriteProfiles
) -> Response:
    """Check a file of profiles, or publish what is in it."""
    return _submit(view, context, session, actor, OF_PROFILES, upload)


@router.get(f"{OF_PROFILES.path}/template.csv", operation_id="download_profile_template")
def download_profile_template(view: ViewDep, _actor: ReadProfiles) -> Response:
    """Return a file to fill in."""
    return _template(view, PROFILES)


def _organisations(session: Session, actor: Actor, kind: Kind) -> list[OrganisationRead]:
    """Return the organisations somebody writes such texts for. Raises `Forbidden` where there is none."""
    ids = [grant.organisation_id for grant in actor.grants if grant.organisation_id is not None]
    found = [read_organisation(session, actor, number) for number in dict.fromkeys(ids)]
    found = [one for one in found if one.kind == kind.owner_kind]
    if not found:
        raise Forbidden
    return found


def _template(view: View, kind: Kind) -> Response:
    text = template(kind, separator=";" if view.language is Language.GERMAN else ",", owner=False)
    headers = {"Content-Disposition": 'attachment; filename="passgenau.csv"', "Cache-Control": "no-store"}
    return Response(text.encode("utf-8-sig"), media_type="text/csv; charset=utf-8", headers=headers)


def _show(
    view: View,
    words: Words,
    organisations: Sequence[OrganisationRead],
    status: int = 200,
    *,
    upload: Upload | None = None,
    problems: Sequence[Problem] = (),
    checked: CheckedFile | None = None,
) -> Response:
    titles = [_title(row.content) for row in checked.ready[:SHOWN]] if checked is not None else []
    return view.render(
        "import.html",
        status,
        words=words,
        organisations=organisations,
        upload=upload or Upload(),
        problems=problems[:SHOWN],
        more=max(len(problems) - SHOWN, 0),
        checked=checked,
        titles=titles,
        limits={"kilobytes": MAX_BYTES // 1000, "rows": MAX_ROWS},
    )


def _title(content: Any) -> str:
    return str(getattr(content, "title", None) or getattr(content, "name", ""))


def _submit(view: View, context: Context, session: Session, actor: Actor, words: Words, upload: Upload) -> Response:
    organisations = _organisations(session, actor, words.kind)
    try:
        checked = _check(session, context, organisations, words.kind, upload)
        session.close()  # reading and encoding take long
        if upload.publish and not checked.errors:
            store(context, checked, actor=actor)
            return view.redirect(words.back, words.done)
    except (errors.UnusableFile, OrganisationNotVerified, MalformedInput) as error:
        keep_refusal(view.request, error)
        return _show(
            view, words, organisations, error.status, upload=replace(upload, data=None), problems=_of(view, error)
        )
    problems = [_problem(view, error) for error in checked.errors]
    return _show(
        view, words, organisations, 422 if problems else 200, upload=upload, problems=problems, checked=checked
    )


def _check(
    session: Session, context: Context, organisations: Sequence[OrganisationRead], kind: Kind, upload: Upload
) -> CheckedFile:
    """Check a file as the command line does, and that its texts are of the reader's own organisations."""
    if upload.data is None:
        text = "Bitte wählen Sie eine Datei aus.", "Please choose a file."
        raise MalformedInput(fields=(FieldError("file", "file_missing", *text),))
    if len(upload.data) > MAX_BYTES:
        raise errors.FileTooLarge(limit=MAX_BYTES / 1_000_000)
    own = {str(one.id): one for one in organisations}
    if upload.organisation_id not in own:
        raise Forbidden
    if not own[upload.organisation_id].verified:
        raise OrganisationNotVerified
    table = readers.read_table(upload.data, upload.name)
    if len(table.records) > MAX_ROWS:
        raise errors.TooManyRows(limit=MAX_ROWS)
    checked = check_table(session, context.clock.today(), table, kind, int(upload.organisation_id))
    foreign = [
        RowError(
            row.row,
            FieldError(
                ORGANISATION_ID,
                "foreign_organisation",
                "Für diese Organisation schreiben Sie nicht. Leeren Sie die Zelle, dann gilt Ihre eigene.",
                "You don't write for this organisation. Empty the cell, then your own counts.",
            ),
        )
        for row in checked.ready
        if str(row.organisation_id) not in own
    ]
    return replace(checked, errors=(*checked.errors, *foreign))


def _problem(view: View, found: RowError) -> Problem:
    place = "" if found.row is None else f"{view.gettext(N_('Zeile'))} {found.row}"
    if found.error.field:
        place = ", ".join(filter(None, (place, found.error.field)))
    return Problem(place, field_message(view, found.error))


def _of(view: View, error: AppError) -> list[Problem]:
    """Return what is wrong with the file as a whole."""
    if error.fields:
        return [Problem("", field_message(view, one)) for one in error.fields]
    return [Problem("", ". ".join(error_text(view, error)))]
