"""The tables, one per file. Importing this package fills `Base.metadata`."""

from app.db.base import Base
from app.models.challenge import Challenge
from app.models.corpus import CorpusChange, CorpusRevision
from app.models.idempotency import IdempotentRequest
from app.models.network import Network
from app.models.organisation import Organisation
from app.models.profile import Profile
from app.models.ranking import ChallengeList, Match, ProfileList, RankingGeneration
from app.models.vector import ChallengeVector, ProfileVector

__all__ = [
    "Base",
    "Challenge",
    "ChallengeList",
    "ChallengeVector",
    "CorpusChange",
    "CorpusRevision",
    "IdempotentRequest",
    "Match",
    "Network",
    "Organisation",
    "Profile",
    "ProfileList",
    "ProfileVector",
    "RankingGeneration",
]
