"""Items: the warning before a second item of the same meaning is saved (OC 2.1-c)."""

from collections.abc import Collection, Sequence
from difflib import SequenceMatcher

from reskontra.kernel.clauses import clause
from reskontra.registers.models import Item
from reskontra.registers.sorting import meaning_key

_ALIKE = 0.88


@clause("OC 2.1-c")
def similar_items(name: str, among: Sequence[Item] | None = None) -> list[Item]:
    """Items that may mean the same as ``name``, the most alike first; empty when there is none.

    Compared are the words of the Swedish, Finnish and English names, in any order, with those of ``among``, or of the
    whole register. It warns and refuses nothing: whether two names mean the same is for the one who keeps the
    register to say.
    """
    wanted = meaning_key(name)
    if not wanted:
        return []
    items = Item.objects.order_by("code") if among is None else among
    scored = ((_alike(wanted, item), item) for item in items)
    found = [(score, item) for score, item in scored if score >= _ALIKE]
    return [item for _, item in sorted(found, key=lambda pair: -pair[0])]


def items_alike(known: Collection[str]) -> list[tuple[Item, list[Item]]]:
    """Items of the register beside those with the codes ``known``, each with others that may mean the same."""
    items = list(Item.objects.order_by("code"))
    found = []
    for item in items:
        if item.code not in known:
            names = dict.fromkeys((item.name_sv, item.name_fi, item.name_en))
            alike = {one.code: one for name in names for one in similar_items(name, items) if one != item}
            if alike:
                found.append((item, list(alike.values())))
    return found


def _alike(wanted: str, item: Item) -> float:
    """From 0, nothing in common, to 1, the same words; what is clearly below ``_ALIKE`` is not counted out."""
    matcher = SequenceMatcher(None, b=wanted)
    best = 0.0
    for key in {item.meaning_key, *map(meaning_key, (item.name_sv, item.name_fi, item.name_en))}:
        matcher.set_seq1(key)
        if matcher.real_quick_ratio() >= _ALIKE and matcher.quick_ratio() >= _ALIKE:
            best = max(best, matcher.ratio())
    return best
