"""The tables, one per file. Importing this package fills `Base.metadata`."""

from app.db.base import Base
from app.models.access import ApiToken, LoginSession, OneTimeLink, Throttle
from app.models.alert import Alert, AlertSettings, MatchWatch, Notice, ToldMatch
from app.models.audit import AuditEvent, AuditHead, AuditKey, Erasure
from app.models.barrier import BarrierReport
from app.models.challenge import Challenge
from app.models.corpus import CorpusChange, CorpusRevision
from app.models.decision import Decision
from app.models.idempotency import IdempotentRequest
from app.models.introduction import Introduction, IntroductionStep, Message, Outcome
from app.models.mail import MailOutbox
from app.models.network import Network
from app.models.organisation import Organisation
from app.models.profile import Profile
from app.models.ranking import ChallengeList, Match, ProfileList, RankingGeneration
from app.models.report import KeptReport
from app.models.rescoring import RescoringPartition, RescoringRun
from app.models.rule import ChosenRules
from app.models.search import SavedSearch
from app.models.shortlist import ShortlistEntry
from app.models.unfinished import UnfinishedChallenge
from app.models.user import ExternalIdentity, RoleGrant, User
from app.models.vector import ChallengeVector, ProfileVector
from app.models.worker import WorkerHeartbeat

__all__ = [
    "Alert",
    "AlertSettings",
    "ApiToken",
    "AuditEvent",
    "AuditHead",
    "AuditKey",
    "BarrierReport",
    "Base",
    "Challenge",
    "ChallengeList",
    "ChallengeVector",
    "ChosenRules",
    "CorpusChange",
    "CorpusRevision",
    "Decision",
    "Erasure",
    "ExternalIdentity",
    "IdempotentRequest",
    "Introduction",
    "IntroductionStep",
    "KeptReport",
    "LoginSession",
    "MailOutbox",
    "Match",
    "MatchWatch",
    "Message",
    "Network",
    "Notice",
    "OneTimeLink",
    "Organisation",
    "Outcome",
    "Profile",
    "ProfileList",
    "ProfileVector",
    "RankingGeneration",
    "RescoringPartition",
    "RescoringRun",
    "RoleGrant",
    "SavedSearch",
    "ShortlistEntry",
    "Throttle",
    "ToldMatch",
    "UnfinishedChallenge",
    "User",
    "WorkerHeartbeat",
]
