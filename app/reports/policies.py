"""Who sees the sums of a network: its coordinators and admins."""

from app.auth.actor import Actor


def may_read(actor: Actor, network_id: int) -> bool:
    """Tell whether somebody reads the report of a network."""
    return actor.is_admin or actor.coordinates(network_id)
