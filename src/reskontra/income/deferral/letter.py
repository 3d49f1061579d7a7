"""The written agreement on payment time: claims, instalments, interest, and what follows when it is not kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from reskontra.claims.letters import income_account, receiver, sender
from reskontra.claims.models import DeferralRequest
from reskontra.documents.letter import Letter, Slip, Table
from reskontra.kernel.clauses import clause
from reskontra.kernel.days import format_date
from reskontra.kernel.instalments import Instalment, spread
from reskontra.kernel.money import format_amount
from reskontra.kernel.references import grouped
from reskontra.kernel.terms import Terms
from reskontra.kernel.texts import LANGUAGES, text
from reskontra.runs.models import Run
from reskontra.runs.run import RunRefused


@dataclass(frozen=True)
class Agreed:
    """What is agreed: the agreement's number, its claims in the order in which they are paid, and its instalments."""

    number: int
    claims: Sequence[dict[str, Any]]
    instalments: Sequence[Instalment]

    @property
    def parts(self) -> list[tuple[int, dict[str, Any], Any]]:
        """What is to be paid when by which claim's reference: a payment finds one claim (OC 4.1-b)."""
        return spread(self.instalments, [(one, one["open"]) for one in self.claims])


@clause("OC 6.1.1-a")
def agreement(run: Run, terms: Terms, request: DeferralRequest, agreed: Agreed) -> Letter:
    """The letter that the customer gets, in his own language. Raises ``RunRefused`` without an account to pay to."""
    language = request.customer.language if request.customer.language in LANGUAGES else "en"
    account = income_account(run.unit, run.on_date)
    if account is None:
        raise RunRefused("deferral.no_income_account", unit=run.unit.code)
    last = agreed.instalments[-1].due_date
    values = {
        "number": agreed.number,
        "asked": format_date(request.requested_date, language),
        "day": format_date(run.on_date, language),
        "until": format_date(last, language),
        "total": format_amount(sum(one["open"] for one in agreed.claims), language),
        "surcharge": _percent(terms.payment_time_surcharge, language),
        "grace": terms.deferral_grace_days,
    }
    first, claim, amount = agreed.parts[0]
    return Letter(
        kind="payment_time",
        language=language,
        day=run.on_date,
        sender=sender(run.unit, language),
        receiver=receiver(request.customer),
        subject=text("deferral.letter_subject", language, **values),
        paragraphs=tuple(
            text(f"deferral.letter_{name}", language, **values)
            for name in ("agreed", "pay", "interest", "broken", "objection")
        ),
        tables=(_claims(run.unit.code, agreed, language), _instalments(agreed, language)),
        slip=Slip(account.iban, account.bic, claim["reference"], agreed.instalments[first].due_date, amount),
        notes=(text("deferral.letter_grounds", language),),
    )


def _claims(code: str, agreed: Agreed, language: str) -> Table:
    return Table(
        heads=_heads(("invoice", "issued", "due", "open"), language),
        rows=tuple(
            (
                f"{code}{one['number']:09d}" if one["kind"] == "invoice" else str(one["number"]),
                format_date(one["issue_date"], language),
                format_date(one["due_date"], language),
                format_amount(one["open"], language),
            )
            for one in agreed.claims
        ),
        right=(3,),
        caption=text("deferral.letter_claims", language),
    )


def _instalments(agreed: Agreed, language: str) -> Table:
    return Table(
        heads=_heads(("instalment", "due", "reference", "amount"), language),
        rows=tuple(
            (
                str(place + 1),
                format_date(agreed.instalments[place].due_date, language),
                grouped(claim["reference"]),
                format_amount(amount, language),
            )
            for place, claim, amount in agreed.parts
        ),
        right=(3,),
        caption=text("deferral.letter_instalments", language),
    )


def _heads(names: Sequence[str], language: str) -> tuple[str, ...]:
    return tuple(text(f"deferral.column_{name}", language) for name in names)


def _percent(value: Any, language: str) -> str:
    written = f"{value.normalize():f}"
    return written.replace(".", ",") if language in ("sv", "fi") else written
