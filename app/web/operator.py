"""Who runs this installation, for imprint, privacy page and accessibility statement."""

from dataclasses import dataclass

from app.settings import Settings


@dataclass(frozen=True, slots=True)
class Operator:
    """What the settings say about the operator; empty fields are shown as missing."""

    name: str = ""
    address: tuple[str, ...] = ()
    email: str = ""
    phone: str = ""
    represented_by: str = ""
    data_protection: str = ""

    @property
    def is_complete(self) -> bool:
        """Tell whether an imprint can be made of it (§ 5 DDG asks for name, address and a quick way to reach them)."""
        return bool(self.name and self.address and self.email)


def operator_of(settings: Settings) -> Operator:
    """Read the operator from the settings."""
    lines = tuple(line.strip() for line in settings.operator_address.split("|") if line.strip())
    return Operator(
        settings.operator_name,
        lines,
        settings.operator_email,
        settings.operator_phone,
        settings.operator_represented_by,
        settings.operator_data_protection,
    )
