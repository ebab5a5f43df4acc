"""Why somebody is not let in, or may not do what they asked for."""

from typing import ClassVar

from app.errors.base import AppError, Conflict


class NotSignedIn(AppError):
    """Nobody, or somebody whose session or token is over."""

    status = 401
    code = "not-signed-in"
    de = (
        "Nicht angemeldet",
        "Melden Sie sich an, oder senden Sie ein gültiges Token im Header Authorization: Bearer.",
    )
    en = ("Not signed in", "Sign in, or send a valid token in the header Authorization: Bearer.")


class CredentialRefused(NotSignedIn):
    """A session or token was sent, and is not (or no longer) one."""

    code = "credential-refused"
    audited = "credential.refused"
    de = (
        "Anmeldung gilt nicht mehr",
        "Die Sitzung oder das Token ist abgelaufen, beendet oder unbekannt. Melden Sie sich neu an.",
    )
    en = ("Sign-in over", "The session or token is over, revoked or unknown. Sign in again.")


class SignInFailed(AppError):
    """Wrong password, unknown address or closed account: the same answer for all three."""

    status = 401
    code = "sign-in-failed"
    audited = "sign_in.refused"
    de = (
        "Anmeldung nicht möglich",
        "E-Mail-Adresse oder Passwort stimmen nicht. Ein vergessenes Passwort lässt sich per Mail neu setzen.",
    )
    en = ("Sign-in failed", "E-mail address or password is wrong. A forgotten password can be reset by mail.")


class SecondFactorNeeded(AppError):
    """The password was right; the code is missing or wrong."""

    status = 401
    code = "second-factor-needed"
    de = (
        "Code fehlt oder stimmt nicht",
        "Senden Sie im Feld „code“ den sechsstelligen Code Ihrer Authenticator-App. Jeder Code gilt einmal.",
    )
    en = (
        "Code missing or wrong",
        "Send the six digits of your authenticator app in the field 'code'. Each code works once.",
    )


class SecondFactorWrong(SecondFactorNeeded):
    """A code was sent, and is not right or was used before."""

    audited = "second_factor.refused"


class EmailNotConfirmed(AppError):
    """The password was right; nobody has shown yet that the address is theirs."""

    status = 401
    code = "email-not-confirmed"
    audited = "sign_in.refused"
    de = ("E-Mail-Adresse noch nicht bestätigt", "Öffnen Sie den Link in der Mail, die wir eben noch einmal schicken.")
    en = ("E-mail address not confirmed yet", "Open the link in the mail that we have just sent again.")


class TooManyTries(AppError):
    """Slowed down."""

    status = 429
    code = "too-many-tries"
    de = ("Zu viele Versuche", "Warten Sie {minutes} Minuten und versuchen Sie es dann noch einmal.")
    en = ("Too many tries", "Wait {minutes} minutes, then try again.")

    def __init__(self, *, retry_after: int, began: bool = False) -> None:
        self.retry_after = retry_after
        # Of a block only its beginning is audited: a flood must not fill the trail.
        self.audited = "tries.blocked" if began else None  # type: ignore[misc]
        super().__init__(minutes=-(-retry_after // 60))


class Forbidden(AppError):
    """The reader may see it but not do this with it."""

    status = 403
    code = "forbidden"
    audited = "access.refused"
    de = ("Nicht erlaubt", "Dafür fehlt Ihnen die Berechtigung. Wenden Sie sich an die Leitung Ihrer Organisation.")
    en = ("Not allowed", "You lack the right to do this. Ask a manager of your organisation.")


class ScopeMissing(Forbidden):
    """The token was made for something else."""

    code = "scope-missing"
    de = ("Token reicht nicht", "Das Token darf „{scope}“ nicht. Legen Sie eines mit dieser Berechtigung an.")
    en = ("Token not sufficient", "The token lacks '{scope}'. Create one with this scope.")


class SessionNeeded(Forbidden):
    """Accounts and administration are not for tokens."""

    code = "session-needed"
    de = ("Anmeldung nötig", "Das geht nur angemeldet, nicht mit einem Token.")
    en = ("Sign-in needed", "This works signed in only, not with a token.")


class SecondFactorRequired(Forbidden):
    """Administration asks for a second factor."""

    code = "second-factor-required"
    de = (
        "Zweiter Faktor nötig",
        "Richten Sie zuerst unter /api/v1/me/totp eine Authenticator-App ein und melden Sie sich damit an.",
    )
    en = ("Second factor required", "Set up an authenticator app at /api/v1/me/totp first, and sign in with it.")


class CrossOrigin(Forbidden):
    """A change asked for by another site's page."""

    code = "cross-origin"
    de = (
        "Anfrage von fremder Seite",
        "Änderungen nimmt der Dienst nur von seinen eigenen Seiten an; Programme senden ein Token statt eines Cookies.",
    )
    en = (
        "Request from another site",
        "The service takes changes from its own pages only; programs send a token instead of a cookie.",
    )


class ForeignHost(Forbidden):
    """A request for another name than that of the service."""

    code = "foreign-host"
    de = ("Unbekannter Name", "Unter diesem Namen gibt es den Dienst nicht. Prüfen Sie die Adresse.")
    en = ("Unknown host", "The service is not known by this name. Check the address.")


class LinkUnusable(AppError):
    """Used, expired, withdrawn or never made: the same answer for all."""

    status = 404
    code = "link-unusable"
    audited = "link.refused"
    de = ("Link gilt nicht (mehr)", "Der Link wurde schon benutzt oder ist abgelaufen. Fordern Sie einen neuen an.")
    en = ("Link not valid (any more)", "The link was used already or is over. Ask for a new one.")


class OrganisationNotVerified(Conflict):
    """Only verified organisations publish."""

    code = "organisation-not-verified"
    de = (
        "Organisation ist noch nicht bestätigt",
        "Veröffentlichen geht, sobald Ihr Netzwerk oder die Verwaltung die Organisation bestätigt hat. Als Entwurf speichern geht jetzt: „state“: „draft“.",
    )
    en = (
        "Organisation not verified yet",
        "You can publish once your network or an administrator has verified the organisation. A draft can be stored now: 'state': 'draft'.",
    )


class IdentityFixed(Conflict):
    """Name and network of a verified organisation are what was verified."""

    code = "identity-fixed"
    de = (
        "Bestätigte Angaben",
        "Name und Netzwerk einer bestätigten Organisation ändert nur die Verwaltung. Bitten Sie sie darum.",
    )
    en = ("Verified details", "Only an administrator changes name and network of a verified organisation. Ask one.")


class LastManager(Conflict):
    """Somebody has to be there who can invite."""

    code = "last-manager"
    de = (
        "Letzte Leitung",
        "Die Organisation hätte dann niemanden mehr, der sie leitet. Machen Sie zuerst jemand anderen zur Leitung.",
    )
    en = ("Last manager", "The organisation would have no manager any more. Make somebody else a manager first.")


class LastAdmin(Conflict):
    """Somebody has to be there who can administer."""

    code = "last-admin"
    de = ("Letzte Verwaltung", "Es gäbe dann niemanden mehr, der den Dienst verwaltet. Ernennen Sie zuerst jemanden.")
    en = ("Last administrator", "Nobody would administer the service any more. Appoint somebody first.")


class AlreadyMember(Conflict):
    """The invited person is there already."""

    code = "already-member"
    de = ("Gehört schon dazu", "Diese Person gehört schon zur Organisation oder zum Netzwerk.")
    en = ("Member already", "This person belongs to the organisation or network already.")


class SecondFactorState(Conflict):
    """The second factor is set up already, or not yet."""

    code = "second-factor-state"
    de: ClassVar[tuple[str, str]] = (
        "Geht im jetzigen Zustand nicht",
        "Der zweite Faktor ist schon eingerichtet, oder die Einrichtung hat noch nicht begonnen.",
    )
    en: ClassVar[tuple[str, str]] = (
        "Not possible in this state",
        "The second factor is set up already, or its set-up has not begun.",
    )


class ProviderFailed(AppError):
    """The sign-in at the provider did not come to its end, or not as it began."""

    status = 502
    code = "provider-failed"
    audited = "provider.refused"
    de = (
        "Anmeldung beim Anbieter gescheitert",
        "Beginnen Sie die Anmeldung noch einmal; hilft das nicht, melden Sie sich mit Passwort an.",
    )
    en = ("Sign-in at the provider failed", "Begin again; if that does not help, sign in with your password.")


class UnknownToProvider(Forbidden):
    """The provider knows the person, the service does not."""

    code = "no-account"
    audited = "sign_in.refused"
    de = (
        "Noch kein Konto",
        "Für diese Person gibt es hier kein offenes Konto. Lassen Sie sich von Ihrer Organisation einladen.",
    )
    en = ("No account yet", "There is no open account for this person here. Have your organisation invite you.")


class WrongPassword(AppError):
    """Asked again before something that can't be undone."""

    status = 403
    code = "wrong-password"
    audited = "password.refused"
    de = ("Passwort stimmt nicht", "Geben Sie Ihr jetziges Passwort noch einmal ein.")
    en = ("Password is wrong", "Enter your present password again.")
