"""What a life of a match is to do, in plain Python: the oracle of `test_lives_of_matches`."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.rules import Rules

RULES = Rules(interest_days=14, open_interests=2, pilot_slots=2)
HALF, WHOLE, AGAIN = timedelta(days=7), timedelta(days=14), timedelta(days=30)
Pair = tuple[int, int]


@dataclass
class Interest:
    """An open interest: who asked, when, and whether the other side was reminded."""

    side: str
    asked: datetime
    reminded: bool = False


@dataclass
class Oracle:
    """What should be true."""

    owner: dict[int, int]
    open: dict[Pair, Interest] = field(default_factory=dict)
    standing: set[tuple[Pair, str]] = field(default_factory=set)
    expired: dict[tuple[Pair, str], datetime] = field(default_factory=dict)
    withdrawn: dict[tuple[Pair, str], list[datetime]] = field(default_factory=dict)
    introduced: dict[Pair, str] = field(default_factory=dict)
    asked: dict[Pair, set[int]] = field(default_factory=dict)
    opened: dict[Pair, datetime] = field(default_factory=dict)
    paused: set[int] = field(default_factory=set)
    events: list[str] = field(default_factory=list)
    mails: Counter[tuple[str, str]] = field(default_factory=Counter)

    def slots_taken(self, profile: int) -> int:
        talks = [pair for pair, status in self.introduced.items() if status in {"talking", "pilot"}]
        return sum(pair[1] == profile for pair in [*self.open, *talks])

    def open_of(self, pair: Pair, side: str) -> int:
        return sum(one.side == side and self.same_owner(other, pair, side) for other, one in self.open.items())

    def same_owner(self, one: Pair, other: Pair, side: str) -> bool:
        return one[1] == other[1] if side == "profile" else self.owner[one[0]] == self.owner[other[0]]

    def may_say_no(self, pair: Pair, side: str, now: datetime) -> bool:
        """Also who pauses answers an interest with a no."""
        interest = self.open.get(pair)
        answers = interest is not None and interest.side != side and now < interest.asked + WHOLE
        return answers or self.may_decide(pair, side, now)

    def may_decide(self, pair: Pair, side: str, now: datetime) -> bool:
        interest = self.open.get(pair)
        own = (pair, side) in self.standing or (interest is not None and interest.side == side)
        overdue = interest is not None and interest.asked + WHOLE <= now
        return not (pair[0] in self.paused or pair in self.introduced or own or overdue)

    def may_say_yes(self, pair: Pair, side: str, now: datetime) -> bool:
        if not self.may_decide(pair, side, now) or (pair, other(side)) in self.standing:
            return False
        if pair in self.open:
            return True
        recent = self.expired.get((pair, side))
        lately = [day for day in self.withdrawn.get((pair, side), []) if now < day + AGAIN]
        return (
            len(lately) < 2
            and (recent is None or recent + AGAIN <= now)
            and self.slots_taken(pair[1]) < RULES.pilot_slots
            and self.open_of(pair, side) < RULES.open_interests
        )

    def say_yes(self, pair: Pair, side: str, now: datetime, who: Callable[[Pair, str], str]) -> None:
        interest = self.open.pop(pair, None)
        if interest is None:
            self.open[pair] = Interest(side, now)
            self.events.append("decision.interested")
            self.mails[who(pair, other(side)), "interest"] += 1
        else:
            self.introduced[pair], self.opened[pair], self.asked[pair] = "talking", now, set()
            self.events.append("introduction.opened")
            self.mails[who(pair, interest.side), "agreed"] += 1

    def say_no(self, pair: Pair, side: str, who: Callable[[Pair, str], str]) -> None:
        self.standing.add((pair, side))
        self.events.append("decision.declined")
        if self.open.pop(pair, None) is not None:
            self.mails[who(pair, other(side)), "declined"] += 1

    def look(self, now: datetime, who: Callable[[Pair, str], str]) -> None:
        for pair, interest in list(self.open.items()):
            if interest.asked + WHOLE <= now:
                del self.open[pair]
                self.expired[pair, interest.side] = now
                self.events.append("interest.expired")
                self.mails[who(pair, interest.side), "expired"] += 1
            elif interest.asked + HALF <= now and not interest.reminded:
                interest.reminded = True
                self.events.append("interest.reminded")
                self.mails[who(pair, other(interest.side)), "reminder"] += 1
        for pair, status in self.introduced.items():
            for day in (30, 90, 180) if status != "ended" else ():
                if day not in self.asked[pair] and self.opened[pair] + timedelta(days=day) <= now:
                    self.asked[pair].add(day)
                    for side in ("challenge", "profile"):
                        self.events.append("outcome.asked")
                        self.mails[who(pair, side), "outcome"] += 1


def other(side: str) -> str:
    return "profile" if side == "challenge" else "challenge"
