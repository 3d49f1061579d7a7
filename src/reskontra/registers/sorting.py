"""Names in the order of the Finnish and Swedish alphabet, and names compared by what they mean.

The order is built into the key, so that it is the same under every collation of the database: keys hold
nothing but ``0-9a-z``, whose order all collations agree on.
"""

import re
import unicodedata
from functools import lru_cache

# After z: å, ä, ö; what sorts with them or as another letter is read as that letter first.
_AS_LETTERS = str.maketrans(
    {
        "ü": "y",
        "ű": "y",
        "æ": "ä",
        "ø": "ö",
        "œ": "ö",
        "ő": "ö",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "ł": "l",
        "ı": "i",
    }
)
_LAST = {"z": "z1", "å": "z2", "ä": "z3", "ö": "z4"}
# Digits are written as letters, so that 0 stands between words and nowhere else.
_DIGITS = str.maketrans("0123456789", "abcdefghij")
_HEX = str.maketrans("0123456789abcdef", "abcdefghijklmnop")
_MOST = 140

# Words that carry no meaning of their own, in Finnish, Swedish and English.
_SMALL_WORDS = frozenset(
    {"ja", "tai", "sekä", "och", "eller", "samt", "för", "av", "en", "ett", "den", "det", "i", "på", "till"}
    | {"and", "or", "for", "of", "the", "a", "an", "to", "in", "per"}
)
_MOST_MEANING = 80


def sort_key(name: str) -> str:
    """The key that puts ``name`` in its place: case aside, … x y z å ä ö, digits before letters.

    Spaces and hyphens part words and come before everything; other signs count for nothing. W is a letter of
    its own, ü sorts as y, and letters of other alphabets come last. At most 140 characters.
    """
    return "".join(_sign(sign) for sign in _letters(name))[:_MOST]


def sorted_words(name: str) -> list[str]:
    """The words of ``name`` as keys, sorted: what two names have in common whatever their order."""
    return sorted(filter(None, sort_key(name).split("0")))


def _letters(name: str) -> str:
    folded = unicodedata.normalize("NFC", name.casefold()).translate(_AS_LETTERS)
    words = re.split(r"[\s\-\u2010-\u2015/_]+", folded)
    return " ".join(filter(None, ("".join(map(_base, word)) for word in words)))


@lru_cache(maxsize=1024)
def _base(letter: str) -> str:
    if letter in "åäö":
        return letter
    plain = unicodedata.normalize("NFD", letter)[:1]
    return plain if plain.isalnum() else ""


@lru_cache(maxsize=1024)
def _sign(sign: str) -> str:
    if sign == " ":
        return "0"
    if sign.isascii() and sign.isdigit():
        return "1" + sign.translate(_DIGITS)
    if sign in _LAST:
        return _LAST[sign]
    return sign if "a" <= sign < "z" else "z9" + f"{ord(sign):06x}".translate(_HEX)


def meaning_key(name: str) -> str:
    """What two names that mean the same have in common: their words, sorted, without small words and signs.

    ``Kaivulupa, pieni`` and ``pieni kaivulupa`` have one key (OC 2.1-c). At most 80 characters.
    """
    folded = unicodedata.normalize("NFKC", name).casefold()
    words = [word for word in re.split(r"[^\w]+", folded) if word and word not in _SMALL_WORDS]
    return " ".join(sorted(words))[:_MOST_MEANING]
