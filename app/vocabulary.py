"""The closed vocabularies of the product: wire codes in English, labels in German and English.

Codes are stored and sent as they stand here; renaming one needs a migration.
"""

from enum import StrEnum

from matching.gazetteer import LANGUAGE_CODES


class Language(StrEnum):
    """A language a text or a page is written in."""

    GERMAN = "de"
    ENGLISH = "en"


class OrganisationKind(StrEnum):
    """Which side an organisation or a network stands on."""

    WELFARE = "welfare"
    STARTUP = "startup"


class Role(StrEnum):
    """What a person is in the service; a person may have several."""

    WELFARE_STAFF = "welfare_staff"
    STARTUP_MEMBER = "startup_member"
    NETWORK_COORDINATOR = "network_coordinator"
    ADMIN = "admin"


class AuthLevel(StrEnum):
    """How somebody proved who they are."""

    PASSWORD = "password"  # noqa: S105  a code, no secret
    SECOND_FACTOR = "second_factor"
    PROVIDER = "provider"


class LinkPurpose(StrEnum):
    """What a mailed link is for."""

    CONFIRM_EMAIL = "confirm_email"
    RESET_PASSWORD = "reset_password"  # noqa: S105  a code, no secret
    INVITATION = "invitation"
    OUTCOME = "outcome"


class MailTemplate(StrEnum):
    """Which mail."""

    CONFIRM_EMAIL = "confirm_email"
    RESET_PASSWORD = "reset_password"  # noqa: S105  a code, no secret
    INVITATION = "invitation"
    ALREADY_REGISTERED = "already_registered"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105  a code, no secret
    SECOND_FACTOR_REMOVED = "second_factor_removed"
    ORGANISATION_VERIFIED = "organisation_verified"
    ALERT = "alert"
    DIGEST = "digest"
    OUTCOME = "outcome"
    BARRIER_REPORT = "barrier_report"


class ActorKind(StrEnum):
    """Who acts: nobody known, a person, the command line, or the service itself."""

    ANONYMOUS = "anonymous"
    USER = "user"
    OPERATOR = "operator"
    SERVICE = "service"


class ChallengeState(StrEnum):
    """Life of a challenge; only `published` ones are ranked."""

    DRAFT = "draft"
    PUBLISHED = "published"
    PAUSED = "paused"
    SOLVED = "solved"
    CLOSED = "closed"
    EXPIRED = "expired"


class ProfileState(StrEnum):
    """Life of a capability profile; only `published` ones are ranked."""

    DRAFT = "draft"
    PUBLISHED = "published"
    PAUSED = "paused"


class FieldOfAction(StrEnum):
    """Handlungsfeld of social work."""

    HEALTH = "health"
    YOUTH_WELFARE = "youth_welfare"
    FAMILY = "family"
    ELDERLY_CARE = "elderly_care"
    DISABILITY = "disability"
    SPECIAL_SOCIAL_SITUATIONS = "special_social_situations"
    VOLUNTEERING = "volunteering"
    STAFF_AND_ADMINISTRATION = "staff_and_administration"
    TRAINING = "training"
    SELF_HELP = "self_help"


class TargetGroup(StrEnum):
    """Whom a solution is for."""

    CLIENTS = "clients"
    RESIDENTS = "residents"
    PATIENTS = "patients"
    RELATIVES = "relatives"
    PROFESSIONALS = "professionals"
    VOLUNTEERS = "volunteers"
    CHILDREN = "children"
    YOUNG_PEOPLE = "young_people"
    FAMILIES = "families"
    OLDER_PEOPLE = "older_people"
    PEOPLE_WITH_DISABILITIES = "people_with_disabilities"
    MIGRANTS = "migrants"
    HOMELESS_PEOPLE = "homeless_people"
    PEOPLE_WITH_ADDICTION = "people_with_addiction"
    PEOPLE_IN_DEBT = "people_in_debt"


class Region(StrEnum):
    """The 16 Länder, the whole country, or no place at all."""

    BADEN_WUERTTEMBERG = "baden-wuerttemberg"
    BAYERN = "bayern"
    BERLIN = "berlin"
    BRANDENBURG = "brandenburg"
    BREMEN = "bremen"
    HAMBURG = "hamburg"
    HESSEN = "hessen"
    MECKLENBURG_VORPOMMERN = "mecklenburg-vorpommern"
    NIEDERSACHSEN = "niedersachsen"
    NORDRHEIN_WESTFALEN = "nordrhein-westfalen"
    RHEINLAND_PFALZ = "rheinland-pfalz"
    SAARLAND = "saarland"
    SACHSEN = "sachsen"
    SACHSEN_ANHALT = "sachsen-anhalt"
    SCHLESWIG_HOLSTEIN = "schleswig-holstein"
    THUERINGEN = "thueringen"
    NATIONWIDE = "bundesweit"
    REMOTE = "remote"


class DataProtectionRegime(StrEnum):
    """Which data-protection law binds an organisation (KDG: Catholic bodies, DSG-EKD: Diakonie)."""

    DSGVO = "dsgvo"
    KDG = "kdg"
    DSG_EKD = "dsg_ekd"


class Band(StrEnum):
    """A yearly amount in euros; the order of the members is the order of the amounts."""

    FREE = "free"
    UP_TO_1000 = "up_to_1000"
    UP_TO_5000 = "up_to_5000"
    UP_TO_20000 = "up_to_20000"
    UP_TO_50000 = "up_to_50000"
    OVER_50000 = "over_50000"


class PersonalData(StrEnum):
    """Kinds of personal data a solution would touch."""

    NONE = "none"
    CONTACT = "contact"
    SOCIAL = "social"
    HEALTH = "health"
    RELIGION = "religion"
    MINORS = "minors"


class Hosting(StrEnum):
    """Where a product's data lie."""

    GERMANY = "germany"
    EU = "eu"
    OUTSIDE_EU = "outside_eu"
    ON_PREMISES = "on_premises"


class DataProtectionPaper(StrEnum):
    """Papers a startup can hand over: processing contract (AVV), impact assessment (DSFA)."""

    AVV = "avv"
    DSFA = "dsfa"


class Accessibility(StrEnum):
    """How far a product can be used by people with disabilities, as its maker states."""

    NONE = "none"
    PARTIAL = "partial"
    FULL = "full"


class Payer(StrEnum):
    """Who has already paid for the product."""

    OWN_FUNDS = "own_funds"
    NURSING_CARE_INSURANCE = "nursing_care_insurance"
    HEALTH_INSURANCE = "health_insurance"
    MUNICIPALITY = "municipality"
    FOUNDATION = "foundation"
    PUBLIC_FUNDING = "public_funding"


class PriceModel(StrEnum):
    """How the product is paid for."""

    FREE = "free"
    ONE_OFF = "one_off"
    SUBSCRIPTION = "subscription"
    PER_USE = "per_use"
    PER_PERSON = "per_person"
    PROJECT = "project"


class DecisionAnswer(StrEnum):
    """What one side says to a match."""

    INTERESTED = "interested"
    NOT_INTERESTED = "not_interested"


class DecisionReason(StrEnum):
    """Why a side is not interested; `decisions.effects` says what each reason does to the lists."""

    WRONG_FIELD = "wrong_field"
    WRONG_REGION = "wrong_region"
    TOO_SMALL = "too_small"
    TOO_EARLY = "too_early"
    NO_CAPACITY = "no_capacity"
    DATA_PROTECTION = "data_protection"
    COST = "cost"
    ALREADY_SOLVED = "already_solved"
    OTHER = "other"


class DecisionState(StrEnum):
    """Life of a decision. An interest is `open` until it is agreed, declined, expired or taken back.

    A decline is `standing` until it is taken back.
    """

    OPEN = "open"
    AGREED = "agreed"
    DECLINED = "declined"
    EXPIRED = "expired"
    TAKEN_BACK = "taken_back"
    STANDING = "standing"


class PairState(StrEnum):
    """How a pair stands, as one of its sides sees it."""

    WAITING = "waiting"
    ASKED = "asked"
    DECLINED = "declined"
    WAS_DECLINED = "was_declined"
    EXPIRED = "expired"
    INTRODUCED = "introduced"


class IntroductionStatus(StrEnum):
    """How far two sides have come."""

    TALKING = "talking"
    PILOT = "pilot"
    CONTRACT = "contract"
    ENDED = "ended"


class OutcomeAnswer(StrEnum):
    """What became of an introduction, as one side says when it is asked."""

    TALKED = "talked"
    PILOT = "pilot"
    CONTRACT = "contract"
    ENDED = "ended"


class AlertTopic(StrEnum):
    """What alerts are about; people choose for each how often they want to read of it."""

    MATCHES = "matches"
    CONVERSATIONS = "conversations"


class AlertMode(StrEnum):
    """When alerts are sent."""

    AT_ONCE = "at_once"
    DAILY = "daily"
    WEEKLY = "weekly"
    OFF = "off"


class AlertKind(StrEnum):
    """What happened."""

    NEW_MATCH = "new_match"
    FIRST_MATCH = "first_match"
    INTEREST = "interest"
    REMINDER = "reminder"
    AGREED = "agreed"
    DECLINED = "declined"
    EXPIRED = "expired"
    MESSAGE = "message"
    STATUS = "status"
    PROFILE_UNCONFIRMED = "profile_unconfirmed"
    PROFILE_SINKS = "profile_sinks"
    PROFILE_PAUSED = "profile_paused"
    CHALLENGE_EXPIRES = "challenge_expires"
    CHALLENGE_EXPIRED = "challenge_expired"


class Technology(StrEnum):
    """What a solution may have to do without."""

    CAMERA = "camera"
    AUDIO_RECORDING = "audio_recording"
    LOCATION_TRACKING = "location_tracking"
    MACHINE_TRANSLATION = "machine_translation"
    ARTIFICIAL_INTELLIGENCE = "artificial_intelligence"
    AUTOMATED_DECISION = "automated_decision"
    OWN_SMARTPHONE = "own_smartphone"
    CONSUMER_MESSENGER = "consumer_messenger"
    US_SERVICES = "us_services"
    PERFORMANCE_MONITORING = "performance_monitoring"


class Setting(StrEnum):
    """Kinds of facility and service that a solution may have to be usable in."""

    COUNSELLING_CENTRE = "counselling_centre"
    CARE_HOME = "care_home"
    HOME_CARE = "home_care"
    HOSPITAL = "hospital"
    DAY_CARE = "day_care"
    SCHOOL = "school"
    WORKSHOP = "workshop"
    RESIDENTIAL_GROUP = "residential_group"
    ASSOCIATION = "association"


class LabourRules(StrEnum):
    """Labour rules of welfare organisations: church guidelines (AVR), public service (TVöD)."""

    AVR = "avr"
    TVOED = "tvoed"


class LegalForm(StrEnum):
    """Legal forms a must-have can ask for."""

    GMBH = "gmbh"
    GGMBH = "ggmbh"
    UG = "ug"
    GUG = "gug"
    AG = "ag"
    EV = "ev"
    EG = "eg"
    STIFTUNG = "stiftung"
    GBR = "gbr"
    SOLE_TRADER = "sole_trader"


SpokenLanguage = StrEnum(  # type: ignore[misc]  # the languages are listed once, where they are read
    "SpokenLanguage", {code.upper(): code for code in LANGUAGE_CODES}
)
"""Languages, as ISO 639-1 codes, that a product may have to speak."""
