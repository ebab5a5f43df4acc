"""What can be wrong with decisions, introductions and what follows."""

from app.errors.base import AppError, Conflict


class Gone(AppError):
    """It was there and is over."""

    status = 410
    code = "gone"
    de = ("Nicht mehr da", "Das gibt es nicht mehr. Laden Sie die Liste neu.")
    en = ("Gone", "This is over. Reload the list.")


class MatchGone(Gone):
    """The other side's text was withdrawn, closed or has expired."""

    code = "match-gone"
    de = (
        "Passung gilt nicht mehr",
        "Die andere Seite hat ihren Text zurückgezogen, oder er ist abgelaufen. Die Liste zeigt, was jetzt passt.",
    )
    en = (
        "Match is over",
        "The other side withdrew its text, or it has expired. The list shows what fits now.",
    )


class InterestExpired(Gone):
    """The last day of the interest is over."""

    code = "interest-expired"
    de = (
        "Anfrage ist abgelaufen",
        "Die Anfrage galt bis {day}. Bekunden Sie in Ihrer Liste selbst Interesse, wenn es noch passt.",
    )
    en = (
        "Interest has expired",
        "It was open until {day}. Express interest yourself in your list if it still fits.",
    )


class NoOperatorAddress(Conflict):
    """Nobody is named who could read a message."""

    code = "no-operator-address"
    de = (
        "Meldungen sind noch nicht möglich",
        "Der Betreiber muss seine Adresse erst in den Einstellungen eintragen. Bitte versuchen Sie es später.",
    )
    en = (
        "Reports are not possible yet",
        "The operator has to name their address in the settings first. Please try again later.",
    )


class OutcomeLinkUsed(Gone):
    """The link of an outcome mail was used, or is over."""

    code = "outcome-link-used"
    audited = "link.refused"
    de = (
        "Link schon benutzt oder abgelaufen",
        "Ihre Antwort ist gespeichert, oder der Link ist älter als 30 Tage. Sie müssen nichts tun.",
    )
    en = (
        "Link used already or over",
        "Your answer is stored, or the link is older than 30 days. There is nothing to do.",
    )


class NotAMatch(Conflict):
    """The pair stands in no list any more."""

    code = "not-a-match"
    de = (
        "Keine Passung (mehr)",
        "Dieses Paar steht nicht in Ihrer Liste. Laden Sie die Liste neu und wählen Sie daraus.",
    )
    en = ("No match (any more)", "This pair is not in your list. Reload the list and choose from it.")


class AlreadyDecided(Conflict):
    """Perhaps in another tab, perhaps by a colleague."""

    code = "already-decided"
    de = (
        "Schon entschieden",
        "Ihre Organisation hat hier schon entschieden (Nummer {decision_id}). Nehmen Sie die Entscheidung zuerst zurück.",
    )
    en = (
        "Decided already",
        "Your organisation has decided this already (number {decision_id}). Take that decision back first.",
    )


class AlreadyIntroduced(Conflict):
    """Both sides have agreed."""

    code = "already-introduced"
    de = (
        "Kontakt besteht schon",
        "Beide Seiten haben zugesagt; alles Weitere geschieht in der Kontaktanbahnung {introduction_id}.",
    )
    en = (
        "Introduced already",
        "Both sides have agreed; everything else happens in introduction {introduction_id}.",
    )


class PartnerDeclined(Conflict):
    """The other side has said no already."""

    code = "partner-declined"
    de = (
        "Die andere Seite hat abgesagt",
        "Für dieses Paar liegt schon eine Absage vor. Die nächste gute Passung steht unter „next-best“.",
    )
    en = (
        "The other side has declined",
        "There is a decline for this pair already. The next good match is at 'next-best'.",
    )


class AskAgainLater(Conflict):
    """An interest that was not answered may be repeated after a while."""

    code = "ask-again-later"
    de = (
        "Noch nicht wieder möglich",
        "Die letzte Anfrage blieb ohne Antwort. Ab {day} können Sie wieder anfragen; die nächste Passung steht unter „next-best“.",
    )
    en = (
        "Not possible again yet",
        "The last interest was not answered. You can ask again from {day} on; the next match is at 'next-best'.",
    )


class TakenBackTooOften(Conflict):
    """Each interest sends a mail, so it is not shown and taken back as often as somebody likes."""

    code = "taken-back-too-often"
    de = (
        "Noch nicht wieder möglich",
        "Sie haben dieses Interesse {times}-mal zurückgenommen. Ab {day} können Sie wieder anfragen.",
    )
    en = (
        "Not possible again yet",
        "You have taken this interest back {times} times. You can ask again from {day} on.",
    )


class NoFreeSlots(Conflict):
    """The startup has as many conversations as it can take."""

    code = "no-free-slots"
    de = (
        "Gerade kein Platz frei",
        "Alle {slots} Pilotplätze des Startups sind vergeben oder angefragt. Versuchen Sie es später, oder nehmen Sie die nächste Passung.",
    )
    en = (
        "No free slot right now",
        "All {slots} pilot slots of the startup are taken or asked for. Try again later, or take the next match.",
    )


class TooManyOpenInterests(AppError):
    """The limit of unanswered interests."""

    status = 429
    code = "too-many-open-interests"
    de = (
        "Zu viele offene Anfragen",
        "Ihre Organisation hat {limit} offene Anfragen. Warten Sie auf Antworten, oder nehmen Sie eine zurück.",
    )
    en = (
        "Too many open interests",
        "Your organisation has {limit} open interests. Wait for answers, or take one back.",
    )


class NotToBeTakenBack(Conflict):
    """The other side has answered, or it is over."""

    code = "not-to-be-taken-back"
    de = (
        "Lässt sich nicht mehr zurücknehmen",
        "Die Entscheidung ist im Zustand „{state}“; zurücknehmen lässt sich nur, was offen ist, und eine geltende Absage.",
    )
    en = (
        "Can't be taken back any more",
        "The decision is '{state}'; what is open can be taken back, and a decline that stands.",
    )


class ThreadClosed(Conflict):
    """The introduction has ended."""

    code = "thread-closed"
    de = ("Gespräch ist beendet", "Die Kontaktanbahnung ist beendet; Nachrichten und Schritte sind nicht mehr möglich.")
    en = ("Conversation has ended", "The introduction has ended; there can be no more messages and steps.")


class WrongStep(Conflict):
    """A status that does not follow on the present one."""

    code = "wrong-step"
    de = ("Schritt passt nicht", "Der Stand ist „{status}“. Möglich sind: {allowed}.")
    en = ("Step does not follow", "The status is '{status}'. Possible are: {allowed}.")
