"""What can be wrong with challenges, profiles, organisations and their matches."""

from app.errors.base import Conflict, ServiceUnavailable


class WrongState(Conflict):
    """A transition that the present state does not have."""

    code = "wrong-state"
    de = (
        "Geht im jetzigen Zustand nicht",
        "Der Zustand ist „{state}“. Möglich ist der Schritt aus: {allowed}.",
    )
    en = ("Not possible in this state", "The state is '{state}'. The step is possible from: {allowed}.")


class ChallengeClosed(WrongState):
    """A solved or closed challenge stays as it is."""

    code = "challenge-closed"
    de = (
        "Herausforderung ist abgeschlossen",
        "Der Zustand ist „{state}“ und bleibt so. Legen Sie bei Bedarf eine neue Herausforderung an.",
    )
    en = (
        "Challenge is closed",
        "The state is '{state}' and stays so. Create a new challenge if you need one.",
    )


class ProfileExists(Conflict):
    """One profile per startup."""

    code = "profile-exists"
    de = (
        "Diese Organisation hat schon ein Profil",
        "Jedes Startup hat genau ein Angebotsprofil. Bearbeiten Sie Profil {profile_id}.",
    )
    en = (
        "This organisation has a profile already",
        "Each startup has one profile. Edit profile {profile_id}.",
    )


class SavedSearchesFull(Conflict):
    """So many searches are no help any more."""

    code = "saved-searches-full"
    de = ("Mehr Suchen gehen nicht", "Sie können {limit} Suchen behalten. Vergessen Sie zuerst eine.")
    en = ("No more searches fit", "You can keep {limit} searches. Forget one first.")


class SavedMeanwhile(Conflict):
    """Somebody else has saved a text since it was read."""

    code = "saved-meanwhile"
    de = (
        "Inzwischen hat jemand anderes gespeichert",
        "Ihr Text ist noch da, aber nicht gespeichert. Vergleichen Sie beide Fassungen und speichern Sie dann.",
    )
    en = (
        "Somebody else has saved meanwhile",
        "Your text is still here, but not saved. Compare both versions, then save.",
    )


class ShortlistFull(Conflict):
    """So many startups are no short list any more."""

    code = "shortlist-full"
    de = ("Die Merkliste ist voll", "Auf eine Merkliste passen {limit} Startups. Nehmen Sie zuerst eines herunter.")
    en = ("The shortlist is full", "A shortlist holds {limit} startups. Take one off first.")


class WrongOrganisationKind(Conflict):
    """Welfare bodies have challenges, startups have profiles."""

    code = "wrong-organisation-kind"
    de = (
        "Falsche Art von Organisation",
        "Herausforderungen gehören zu Wohlfahrtsorganisationen (welfare), Profile zu Startups (startup); diese ist „{kind}“.",
    )
    en = (
        "Wrong kind of organisation",
        "Challenges belong to welfare organisations, profiles to startups; this one is '{kind}'.",
    )


class WrongNetworkKind(Conflict):
    """A welfare body can't join a startup network, nor the reverse."""

    code = "wrong-network-kind"
    de = (
        "Falsche Art von Netzwerk",
        "Das Netzwerk „{network}“ nimmt nur Organisationen der Art „{kind}“ auf.",
    )
    en = ("Wrong kind of network", "The network '{network}' takes organisations of kind '{kind}' only.")


class OrganisationInUse(Conflict):
    """Deleting it would delete texts."""

    code = "organisation-in-use"
    de = (
        "Organisation hat noch Texte",
        "Löschen Sie zuerst ihre Herausforderungen und ihr Profil ({texts}).",
    )
    en = ("Organisation still has texts", "Delete its challenges and its profile first ({texts}).")


class NotPublished(Conflict):
    """Matches exist for published texts only."""

    code = "not-published"
    de = (
        "Noch nicht veröffentlicht",
        "Passungen gibt es nur für Veröffentlichtes; der Zustand ist „{state}“. Veröffentlichen Sie zuerst, oder nutzen Sie die Vorschau.",
    )
    en = (
        "Not published",
        "There are matches for published texts only; the state is '{state}'. Publish first, or use the preview.",
    )


class RankingMadeOtherwise(ServiceUnavailable):
    """The active ranking was made by other rules than those of this process, which can only read it."""

    code = "ranking-made-otherwise"
    de = (
        "Der Ranking-Stand gehört zu einem anderen Programmstand",
        "Er wurde nach anderen Regeln gemacht als denen dieses Servers; Listen lassen sich lesen, Neues nicht einordnen. Ersetzen Sie den Server, oder rechnen Sie mit „passgenau rescore“ neu.",
    )
    en = (
        "The ranking belongs to another version of the program",
        "It was made by other rules than this server's; lists can be read, but nothing new can be ranked. Replace the server, or run 'passgenau rescore'.",
    )


class EncoderMismatch(ServiceUnavailable):
    """The active ranking was made with another encoder than the process has loaded."""

    code = "encoder-mismatch"
    de = (
        "Sprachmodell passt nicht zum Ranking-Stand",
        "Der aktive Stand nutzt {active}, geladen ist {loaded}. Starten Sie neu oder rechnen Sie mit „passgenau rescore“ neu.",
    )
    en = (
        "Encoder does not fit the ranking",
        "The active ranking was made with {active}, loaded is {loaded}. Restart, or run 'passgenau rescore'.",
    )
