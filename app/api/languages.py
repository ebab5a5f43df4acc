"""Which language an answer is in."""

from app.vocabulary import Language


def preferred_language(accept_language: str | None) -> Language:
    """Return the language a client prefers (RFC 9110, 12.5.4): German unless it ranks English higher.

    >>> preferred_language("fr, en;q=0.8, de;q=0.5")
    <Language.ENGLISH: 'en'>
    """
    best, best_weight = Language.GERMAN, 0.0
    for item in (accept_language or "")[:500].split(","):
        tag, _, weight_text = item.strip().partition(";q=")
        try:
            weight = float(weight_text) if weight_text else 1.0
        except ValueError:
            continue
        code = tag.strip().lower()[:2]
        if code in {"de", "en"} and weight > best_weight:
            best, best_weight = Language(code), weight
    return best
