"""How an amount is posted: the account and every dimension of the State's model (EX 1.2)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Coding:
    """One set of dimensions, as the file says them: whether they are valid on a day, the registers know."""

    account: str | None = None  # account of business bookkeeping, 8 digits
    vat_code: str | None = None
    operating_unit: str | None = None  # 10 digits
    budget_account: str | None = None  # with or without dots, as written
    authorisation: str | None = None
    project: str | None = None
    function: str | None = None
    product: str | None = None
    area: str | None = None
    partner: str | None = None
    tracking1: str | None = None
    tracking2: str | None = None
    reserve1: str | None = None
    reserve2: str | None = None
    joint_funding_unit: str | None = None


UNCODED = Coding()
