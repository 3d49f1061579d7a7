"""The dossier of an extensive application for a summons as neutral data: what OC 6.2.4 asks the unit to bring."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import Decimal, InvalidOperation
from typing import Any, Literal, NoReturn

from reskontra.documents import as_json
from reskontra.documents.findings import Finding, Refused
from reskontra.documents.summons import Defendant, Demand, Plaintiff

_CLAUSE = "OC 6.2.4-a"


@dataclass(frozen=True, slots=True)
class Evidence:
    """A document that is brought, and what it is to prove; ``digest`` is its SHA-256 where it lies in the archive."""

    document: str
    proves: str
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Witness:
    """Somebody to be heard, how the court reaches them, and what they are to prove."""

    name: str
    contact: str
    proves: str


@dataclass(frozen=True, slots=True)
class Signer:
    """One of the two who sign: user name, profession and domicile."""

    person: str
    profession: str
    domicile: str


@dataclass(frozen=True, slots=True)
class Representative:
    """Who speaks for the unit, and where summonses, requests and messages in the matter are sent."""

    name: str
    address: str
    email: str
    phone: str


@dataclass(frozen=True, slots=True)
class Statements:
    """What only the unit's people can say. Legal costs are in euro; ``heard`` is empty when nobody is to be heard.

    ``nobody_heard`` says that this is meant. ``search`` tells what was done to find a defendant whose contact details
    are not known.
    """

    demand: str = ""
    legal_grounds: str = ""
    facts: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    agreement: tuple[Evidence, ...] = ()
    heard: tuple[Witness, ...] = ()
    nobody_heard: bool = False
    legal_costs: Decimal | None = None
    competence: str = ""
    representative: Representative | None = None
    defendant_domicile: str = ""
    defendant_contact: str = ""
    search: str = ""
    signers: tuple[Signer, ...] = ()


@dataclass(frozen=True, slots=True)
class Dossier:
    """Everything that the extensive application tells: what the books know, and what the unit states."""

    number: int
    language: str
    court: str
    court_name: str
    competence: str
    plaintiff: Plaintiff
    defendant: Defendant
    demands: tuple[Demand, ...]
    court_fee: Decimal
    stated: Statements
    kind: Literal["dossier"] = "dossier"

    def as_json(self) -> dict[str, Any]:
        """The dossier with stable keys; without the personal code."""
        return as_json.document(self, frozenset({"personal_code"}))


def statements_from_json(told: object) -> Statements:
    """What the unit states, from plain JSON with the names of ``Statements``; raises ``Refused`` for anything else."""
    given = _mapping(told, "dossier", Statements)
    values: dict[str, Any] = {}
    for key, value in given.items():
        if key in ("evidence", "agreement"):
            values[key] = tuple(_part(Evidence, one, key) for one in _list(value, key))
        elif key == "heard":
            values[key] = tuple(_part(Witness, one, key) for one in _list(value, key))
        elif key == "signers":
            values[key] = tuple(_part(Signer, one, key) for one in _list(value, key))
        elif key == "representative":
            values[key] = _part(Representative, value, key)
        elif key == "facts":
            values[key] = tuple(_text(one, key) for one in _list(value, key))
        elif key == "nobody_heard":
            values[key] = value if isinstance(value, bool) else _refuse(key)
        elif key == "legal_costs":
            values[key] = _euro(value, key)
        else:
            values[key] = _text(value, key)
    return Statements(**values)


def _part(kind: Any, told: object, where: str) -> Any:
    given = _mapping(told, where, kind)
    try:
        return kind(**{key: _text(value, f"{where}.{key}") for key, value in given.items()})
    except TypeError:
        _refuse(where)


def _mapping(told: object, where: str, kind: Any) -> Mapping[str, object]:
    if not isinstance(told, dict) or not set(told) <= {one.name for one in fields(kind)}:
        _refuse(where)
    return told


def _list(told: object, where: str) -> list[object]:
    return told if isinstance(told, list) else _refuse(where)


def _text(told: object, where: str) -> str:
    return told.strip() if isinstance(told, str) else _refuse(where)


def _euro(told: object, where: str) -> Decimal:
    try:
        amount = Decimal(_text(told, where))
    except InvalidOperation:
        _refuse(where)
    if not amount.is_finite() or amount < 0 or amount != amount.quantize(Decimal("0.01")):
        _refuse(where)
    return amount


def _refuse(where: str) -> NoReturn:
    raise Refused(Finding("dossier_value", clause=_CLAUSE, where=where))
