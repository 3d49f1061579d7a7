"""What is wrong with a file of payments (pain.001.001.09 or .03) or an answer to one (EX 9-b), schema included.

No schema compares a count with what is there, knows a check digit, or asks for an address that banks still take. An
address is judged by the terms of the day on which its payment is carried out, as by the run that
writes it (ADR 0049).
"""

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Final

from reskontra.documents.findings import Finding, Refused, Severity
from reskontra.documents.payment_order import MOST_LINES
from reskontra.formats import xml, xsd
from reskontra.formats.pain.elements import ORDER, Element, begins_like, body, first, local, text, version
from reskontra.formats.pain.reader import MOST_BYTES, NOT_PROVIDED, read
from reskontra.formats.pain.writer import VERSIONS
from reskontra.kernel.clauses import clause
from reskontra.kernel.identifiers import is_iban
from reskontra.kernel.references import is_national_reference, is_rf_reference
from reskontra.kernel.terms import MissingTerm, terms_on

_LONGEST_TEXT: Final = 140
_AMOUNT: Final = re.compile(r"[0-9]{1,15}(?:\.[0-9]{0,5})?|\.[0-9]{1,5}")
_LONGEST_SHOWN: Final = 60
_ADDRESS: Final = "EX 9-b"


def is_payment_order(data: bytes) -> bool:
    """Whether ``data`` begins like a pain.001 of any version. Never raises."""
    return begins_like(data, ORDER)


@clause("EX 9-b")
def check_file(data: bytes, schemas: Path | None) -> list[Finding]:
    """Everything that is wrong with the payments of a file; never raises for its content.

    ``schemas`` is a folder with ``pain.001.001.09.xsd`` and its sister; without it only our own rules run.
    """
    try:
        root = xml.parse(data, most_bytes=MOST_BYTES)
    except Refused as refused:
        return list(refused.findings)
    order, found = body(root, ORDER), version(root)
    if order is None or found not in VERSIONS:
        return [Finding("pain001_version", value=found or local(root))]
    checked = _Check()
    checked.message(order)
    if schemas is not None:
        checked.found.extend(xsd.complaints(root, f"{found}.xsd", schemas, found))
    return checked.found


def check_answer(data: bytes, schemas: Path | None) -> list[Finding]:
    """What is wrong with a bank's answer (pain.002): what it counts against what it says, and the public schema.

    Raises ``Refused`` when it cannot be read.
    """
    [report] = read(data)
    found = list(report.findings)
    if schemas is not None and report.format:
        root = xml.parse(data, most_bytes=MOST_BYTES)
        found.extend(xsd.complaints(root, f"{report.format}.xsd", schemas, report.format))
    return found


class _Check:
    """The findings of one message as they gather, and the names that its payments have used."""

    def __init__(self) -> None:
        self.found: list[Finding] = []
        self._names: set[str] = set()

    def message(self, order: Element) -> None:
        transfers: list[Element] = []
        batches: set[str] = set()
        days = [_carried_out(batch) for batch in order.iterchildren("{*}PmtInf")]
        # Who sends the file is judged by the last of its days; one that nobody can read is as late as can be.
        last = None if None in days else max((day for day in days if day is not None), default=None)
        self._addresses((first(order, "GrpHdr/InitgPty"),), "GrpHdr", last)
        for number, batch in enumerate(order.iterchildren("{*}PmtInf"), start=1):
            where = f"PmtInf[{number}]"
            name = text(batch, "PmtInfId")
            if name in batches:
                self._note("pain001_batch_twice", f"{where}/PmtInfId", name)
            batches.add(name)
            own = list(batch.iterchildren("{*}CdtTrfTxInf"))
            transfers += own
            self._counted(batch, own, where, "warning")
            self._account(batch, "DbtrAcct", where)
            day = days[number - 1]
            self._addresses((first(batch, "Dbtr"), first(batch, "UltmtDbtr")), where, day)
            for place, transfer in enumerate(own, start=1):
                self._transfer(transfer, f"{where}/CdtTrfTxInf[{place}]", day)
        header = first(order, "GrpHdr")
        if header is not None:
            self._counted(header, transfers, "GrpHdr", "error")

    def _counted(self, level: Element, transfers: list[Element], where: str, missing: Severity) -> None:
        """Number and sum as they are told against what is there."""
        stated = text(level, "NbOfTxs")
        if not stated:
            self._note("pain001_count_missing", f"{where}/NbOfTxs", "", missing)
        elif not (stated.isascii() and stated.isdigit()) or int(stated[:18]) != len(transfers):
            self._note("pain001_count", f"{where}/NbOfTxs", stated, expected=str(len(transfers)))
        amounts = [_amount(transfer) for transfer in transfers]
        if None in amounts:
            return  # an amount that is none has a finding of its own
        expected = sum((amount for amount in amounts if amount is not None), Decimal(0))
        stated = text(level, "CtrlSum")
        if not stated:
            self._note("pain001_sum_missing", f"{where}/CtrlSum", "", "warning")
        elif not _AMOUNT.fullmatch(stated) or Decimal(stated) != expected:
            self._note("pain001_sum", f"{where}/CtrlSum", stated, expected=f"{expected:f}")

    def _transfer(self, transfer: Element, where: str, day: date | None) -> None:
        name = text(transfer, "PmtId/EndToEndId")
        if name in ("", NOT_PROVIDED):
            self._note("pain001_unnamed", f"{where}/PmtId/EndToEndId", name, "warning")
        elif name in self._names:
            self._note("pain001_name_twice", f"{where}/PmtId/EndToEndId", name, "warning")
        self._names.add(name)
        amount = _amount(transfer)
        if amount is None or amount <= 0 or amount != round(amount, 2):
            self._note("pain001_amount", f"{where}/Amt", text(transfer, "Amt/InstdAmt"))
        self._account(transfer, "CdtrAcct", where)
        parties = (first(transfer, name) for name in ("UltmtDbtr", "Cdtr", "UltmtCdtr"))
        self._addresses(parties, where, day)
        if (told := first(transfer, "RmtInf")) is not None:
            self._remittance(told, f"{where}/RmtInf")

    def _account(self, level: Element, name: str, where: str) -> None:
        iban = text(level, f"{name}/Id/IBAN")
        if iban and not is_iban(iban):
            self._note("pain001_account", f"{where}/{name}/Id/IBAN", iban)
        elif not iban:
            self._note(
                "pain001_account_not_iban", f"{where}/{name}", text(level, f"{name}/Id/Othr/Id"), "warning"
            )

    def _remittance(self, told: Element, where: str) -> None:
        texts = [one.text or "" for one in told.iterchildren("{*}Ustrd")]
        structured = list(told.iterchildren("{*}Strd"))
        if texts and structured:
            self._note("pain001_text_and_reference", where, texts[0])
        if len(texts) > 1 or any(len(one) > _LONGEST_TEXT for one in texts):
            self._note("pain001_text_too_long", f"{where}/Ustrd", texts[0], limit=str(_LONGEST_TEXT))
        for one in structured:
            reference = text(one, "CdtrRefInf/Ref")
            if not reference or text(one, "CdtrRefInf/Tp/CdOrPrtry/Cd") != "SCOR":
                continue
            international = text(one, "CdtrRefInf/Tp/Issr") == "ISO"
            place = f"{where}/Strd/CdtrRefInf/Ref"
            if is_rf_reference(reference):
                if not international:
                    self._note("pain001_reference_issuer", place, reference, "warning")
            elif international or not is_national_reference(reference):
                self._note("pain001_reference", place, reference)

    def _addresses(self, parties: Iterable[Element | None], where: str, day: date | None) -> None:
        """Addresses of payments that are carried out on ``day``; None where the file tells none."""
        taken, most = _addresses_on(day)
        for party in parties:
            address = first(party, "PstlAdr")
            if party is None or address is None:
                continue
            place = f"{where}/{local(party)}/PstlAdr"
            lines = [one.text or "" for one in address.iterchildren("{*}AdrLine")]
            missing = [name for name in ("TwnNm", "Ctry") if not text(address, name)]
            if missing and lines:
                self._note(
                    "pain001_address_ends" if taken else "pain001_address_unstructured",
                    place,
                    lines[0],
                    "warning" if taken else "error",
                    clause=_ADDRESS,
                    missing=", ".join(missing),
                )
            elif missing:
                self._note(
                    "pain001_address_incomplete", place, "", clause=_ADDRESS, missing=", ".join(missing)
                )
            if len(lines) > most:
                self._note("pain001_address_lines", place, str(len(lines)), clause=_ADDRESS, limit=str(most))

    def _note(
        self,
        rule: str,
        where: str,
        value: str,
        severity: Severity = "error",
        *,
        clause: str | None = None,
        **detail: str,
    ) -> None:
        self.found.append(
            Finding(
                rule,
                severity,
                clause=clause,
                value=value[:_LONGEST_SHOWN] or None,
                where=where,
                detail=detail,
            )
        )


def _carried_out(batch: Element) -> date | None:
    """The day on which a batch is to be carried out, told by itself or in a field of its own; None for none."""
    try:
        return date.fromisoformat((text(batch, "ReqdExctnDt/Dt") or text(batch, "ReqdExctnDt"))[:10])
    except ValueError:
        return None


@clause("EX 9-b")
def _addresses_on(day: date | None) -> tuple[bool, int]:
    """Whether banks take an address that nobody has told apart on ``day``, and how many free lines.

    Before the first day that the terms know they took it; a file without a day is judged as the last of them.
    """
    if day is None:
        return False, MOST_LINES
    try:
        terms = terms_on(day)
        return terms.payment_address_unstructured == "yes", int(terms.payment_address_free_lines)
    except MissingTerm:
        return True, MOST_LINES


def _amount(transfer: Element) -> Decimal | None:
    stated = text(transfer, "Amt/InstdAmt") or text(transfer, "Amt/EqvtAmt/Amt")
    return Decimal(stated) if _AMOUNT.fullmatch(stated) else None
