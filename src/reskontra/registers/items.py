"""Items: the warning before a second item of the same meaning is saved (OC 2.1-c)."""

from difflib import SequenceMatcher

from reskontra.registers.models import Item
from reskontra.registers.sorting import meaning_key

_ALIKE = 0.88


def similar_items(name: str) -> list[Item]:
    """Items that may mean the same as ``name``, the most alike first; empty when there is none.

    Compared are the words of the Swedish, Finnish and English names, in any order. It warns and refuses
    nothing: whether two names mean the same is for the one who keeps the register to say.
    """
    wanted = meaning_key(name)
    if not wanted:
        return []
    scored = ((_alike(wanted, item), item) for item in Item.objects.order_by("code"))
    found = [(score, item) for score, item in scored if score >= _ALIKE]
    return [item for _, item in sorted(found, key=lambda pair: -pair[0])]


def _alike(wanted: str, item: Item) -> float:
    keys = {item.meaning_key, *map(meaning_key, (item.name_sv, item.name_fi, item.name_en))}
    return max(1.0 if key == wanted else SequenceMatcher(None, wanted, key).ratio() for key in keys)
