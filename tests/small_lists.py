"""Short lists, so that few texts fill, trim and drain them."""

from collections.abc import Callable
from typing import Any

from app.matches import list_writer, match_repository
from app.rescoring import activation, comparison, copying, encoding, partitions
from matching import corpus

SIZES = {"LENGTH": 5, "SURE": 3, "SURE_KEPT": 4, "KEPT": 6, "LONGEST": 8, "RANKED_AT_ONCE": 3}


def shrink(set_attribute: Callable[[Any, str, Any], None] = setattr) -> None:
    """Make lists short, ranked in small parts, and let the corpus be packed often."""
    for module in (list_writer, match_repository, comparison, partitions):
        for name in SIZES.keys() & vars(module).keys():
            set_attribute(module, name, SIZES[name])
    set_attribute(encoding, "ENCODED_AT_ONCE", 2)
    set_attribute(partitions, "ENCODED_IN_PARTITION", 3)
    set_attribute(partitions, "RANKED_IN_PARTITION", 3)
    set_attribute(activation, "AT_ONCE", 2)
    set_attribute(copying, "COPIED_AT_ONCE", 3)
    set_attribute(copying, "ROWS_AT_ONCE", 6)
    set_attribute(copying, "LEFT_AT_ONCE", 2)
    set_attribute(corpus, "_SPARE", 3)
    set_attribute(corpus, "_PACK_AT_LEAST", 3)
