"""Who is calling."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """The caller of a use case. `operator` may do everything: until there are accounts, whoever reaches loopback."""

    name: str
    operator: bool


OPERATOR = Actor(name="operator", operator=True)
