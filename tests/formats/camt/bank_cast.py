"""Invented bank material of the camt tests, written alike in version .02 and .08."""

from pathlib import Path

STANDARDS = Path(__file__).resolve().parents[4] / "shared" / "standards" / "iso20022"
GOLDEN = Path(__file__).parent / "golden"
KTL_GOLDEN = Path(__file__).parents[1] / "ktl" / "golden"

IBAN = "FI1299999900000017"  # a bank group that does not exist
PAYER_IBAN = "FI8799999900000025"
DAY = "2026-03-02"
VERSIONS = ("02", "08")
STATEMENT, PAYMENTS = "camt.053", "camt.054"

_BODIES = {STATEMENT: ("BkToCstmrStmt", "Stmt"), PAYMENTS: ("BkToCstmrDbtCdtNtfctn", "Ntfctn")}


def document(version: str, *parts: str, family: str = STATEMENT) -> bytes:
    """A message with its statements or notifications."""
    body = _BODIES[family][0]
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:{family}.001.{version}"><{body}>\n'
        f"<GrpHdr><MsgId>MSG1</MsgId><CreDtTm>{DAY}T20:15:00+02:00</CreDtTm></GrpHdr>\n"
        + "".join(parts)
        + f"</{body}></Document>\n"
    ).encode()


def part(
    version: str,
    *entries: str,
    family: str = STATEMENT,
    opening: str | None = None,
    closing: str | None = None,
    summary: str = "",
    currency: str = "EUR",
    number: int = 61,
    balances: str = "",
    extra: str = "",
) -> str:
    """A statement or a notification; balances are given with their sign."""
    name = _BODIES[family][1]
    given = [("OPBD", opening), ("CLBD", closing)]
    stated = "".join(balance(code, amount, currency) for code, amount in given if amount is not None)
    return (
        f"<{name}><Id>{name.upper()}{number}</Id><ElctrncSeqNb>{number}</ElctrncSeqNb><LglSeqNb>{number}</LglSeqNb>"
        f"<CreDtTm>{DAY}T20:15:00+02:00</CreDtTm>"
        f"<FrToDt><FrDtTm>{DAY}T00:00:00+02:00</FrDtTm><ToDtTm>{DAY}T23:59:59+02:00</ToDtTm></FrToDt>{extra}"
        f"<Acct><Id><IBAN>{IBAN}</IBAN></Id><Ccy>{currency}</Ccy></Acct>\n{stated}{balances}{summary}"
        + "".join(entries)
        + f"</{name}>\n"
    )


def balance(code: str, amount: str, currency: str = "EUR") -> str:
    direction = "DBIT" if amount.startswith("-") else "CRDT"
    return (
        f'<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy="{currency}">{amount.lstrip("-")}</Amt>'
        f"<CdtDbtInd>{direction}</CdtDbtInd><Dt><Dt>{DAY}</Dt></Dt></Bal>\n"
    )


def summary(version: str, credits: tuple[int, str], debits: tuple[int, str]) -> str:
    """Counts and sums of the entries in both directions."""
    return (
        f"<TxsSummry><TtlNtries><NbOfNtries>{credits[0] + debits[0]}</NbOfNtries></TtlNtries>"
        f"<TtlCdtNtries><NbOfNtries>{credits[0]}</NbOfNtries><Sum>{credits[1]}</Sum></TtlCdtNtries>"
        f"<TtlDbtNtries><NbOfNtries>{debits[0]}</NbOfNtries><Sum>{debits[1]}</Sum></TtlDbtNtries></TxsSummry>\n"
    )


def entry(
    version: str,
    amount: str,
    *details: str,
    status: str = "BOOK",
    code: str = "710TILISIIRTO",
    archive_id: str = "",
    batch: str = "",
    reversal: bool | None = None,
    information: str = "",
    currency: str = "EUR",
    day: str = DAY,
    international: str = "RCDT",
) -> str:
    """An entry of the bank; ``amount`` with its sign, ``details`` the payments in it."""
    status = f"<Sts><Cd>{status}</Cd></Sts>" if version == "08" else f"<Sts>{status}</Sts>"
    return (
        f'<Ntry><Amt Ccy="{currency}">{amount.lstrip("-")}</Amt><CdtDbtInd>{direction(amount)}</CdtDbtInd>'
        + (f"<RvslInd>{str(reversal).lower()}</RvslInd>" if reversal is not None else "")
        + f"{status}<BookgDt><Dt>{day}</Dt></BookgDt><ValDt><Dt>{day}</Dt></ValDt>"
        + (f"<AcctSvcrRef>{archive_id}</AcctSvcrRef>" if archive_id else "")
        + f"<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>{international}</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn>"
        f"<Prtry><Cd>{code}</Cd><Issr>FFFS</Issr></Prtry></BkTxCd>"
        + (f"<NtryDtls>{batch}{''.join(details)}</NtryDtls>" if batch or details else "")
        + (f"<AddtlNtryInf>{information}</AddtlNtryInf>" if information else "")
        + "</Ntry>\n"
    )


def batch(number: str, payments: int = 0, total: str = "") -> str:
    return (
        f"<Btch><PmtInfId>{number}</PmtInfId>"
        + (f"<NbOfTxs>{payments}</NbOfTxs>" if payments else "")
        + (f'<TtlAmt Ccy="EUR">{total}</TtlAmt>' if total else "")
        + "</Btch>"
    )


def payment(
    version: str,
    amount: str | None = None,
    *,
    reference: str = "",
    message: str = "",
    payer: str = "",
    payee: str = "",
    ultimate_debtor: str = "",
    archive_id: str = "",
    end_to_end_id: str = "",
    instruction_id: str = "",
    payment_information_id: str = "",
    remittance: str = "",
    paid: str = "",
    account: str = "",
) -> str:
    """One payment in an entry; ``amount`` with its sign, ``None`` leaves it out."""
    refs = (
        tag("AcctSvcrRef", archive_id)
        + tag("PmtInfId", payment_information_id)
        + tag("InstrId", instruction_id)
        + tag("EndToEndId", end_to_end_id)
    )
    own = ""
    if amount is not None:
        stated = f'<Amt Ccy="EUR">{amount.lstrip("-")}</Amt>'
        own = f"<AmtDtls><TxAmt>{stated}</TxAmt></AmtDtls>"
        if version == "08":
            own = f"{stated}<CdtDbtInd>{direction(amount)}</CdtDbtInd>{own}"
    parties = (
        party(version, "Dbtr", payer)
        + (f"<DbtrAcct><Id><IBAN>{account}</IBAN></Id></DbtrAcct>" if account else "")
        + party(version, "UltmtDbtr", ultimate_debtor)
        + party(version, "Cdtr", payee)
    )
    remitted = tag("Ustrd", message) + remittance + (structured(reference) if reference else "")
    return (
        "<TxDtls>"
        + tag("Refs", refs)
        + own
        + tag("RltdPties", parties)
        + tag("RmtInf", remitted)
        + (f"<RltdDts><AccptncDtTm>{paid}T00:00:00+02:00</AccptncDtTm></RltdDts>" if paid else "")
        + "</TxDtls>"
    )


def structured(reference: str = "", amount: str = "", credit_note: str = "", number: str = "") -> str:
    """One structured remittance: a reference, or a part of a payment for several invoices."""
    kind = "CREN" if credit_note else "CINV"
    named = f"<RfrdDocInf><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Nb>{number}</Nb></RfrdDocInf>"
    return (
        "<Strd>"
        + (named if number else "")
        + (f'<RfrdDocAmt><RmtdAmt Ccy="EUR">{amount}</RmtdAmt></RfrdDocAmt>' if amount else "")
        + (
            f'<RfrdDocAmt><CdtNoteAmt Ccy="EUR">{credit_note}</CdtNoteAmt></RfrdDocAmt>'
            if credit_note
            else ""
        )
        + (
            f"<CdtrRefInf><Tp><CdOrPrtry><Cd>SCOR</Cd></CdOrPrtry></Tp><Ref>{reference}</Ref></CdtrRefInf>"
            if reference
            else ""
        )
        + "</Strd>"
    )


def party(version: str, role: str, name: str) -> str:
    if not name:
        return ""
    return (
        f"<{role}><Pty><Nm>{name}</Nm></Pty></{role}>"
        if version == "08"
        else f"<{role}><Nm>{name}</Nm></{role}>"
    )


def tag(name: str, content: str) -> str:
    return f"<{name}>{content}</{name}>" if content else ""


def direction(amount: str) -> str:
    return "DBIT" if amount.startswith("-") else "CRDT"


def working_day(version: str) -> bytes:
    """An account statement with one entry of every kind: opening 1000.00, closing 3147.40."""
    v = version
    entries = (
        entry(
            v,
            "120.50",
            payment(
                v,
                "120.50",
                reference="00000000000000012344",
                payer="Sampelström Rosa",
                account=PAYER_IBAN,
                end_to_end_id="NOTPROVIDED",
                paid="2026-03-01",
            ),
            archive_id="2603029999A0001",
            reversal=False,
        ),
        entry(
            v,
            "300",
            payment(v, "100.00", reference="RF0812344", payer="Exempel Ab", archive_id="2603029999B0001"),
            payment(
                v, "200.00", message="Lasku 17 &amp; 18", payer="Provbolaget Ab", archive_id="2603029999B0002"
            ),
            batch=batch("BATCH-1", 2, "300.00"),
            archive_id="2603029999B0000",
        ),
        entry(v, "2000.00", code="705 VIITESIIRROT", archive_id="2603029999C0000", information="VIITEMAKSUT"),
        entry(
            v,
            "-250.00",
            payment(
                v,
                "-250.00",
                reference="12357",
                payee="Leverantör Oy",
                payer="Exempelverket",
                ultimate_debtor="Exempelverket, ekonomi",
                end_to_end_id="E2E-7",
                instruction_id="INSTR-7",
                payment_information_id="PMT-7",
            ),
            code="702 MAKSUPALVELU",
            archive_id="2603029999D0001",
            international="ICDT",
        ),
        entry(v, "-20.00", payment(v, "-20.00", payer="Exempel Ab", message="Palautus"), reversal=True),
        entry(v, "-3.10", code="730PALVELUMAKSU", information="Palvelumaksu"),
        entry(v, "75.25", payment(v, "75.25", payer="Senare Ab"), status="PDNG"),
    )
    return document(
        v,
        part(
            v,
            *entries,
            opening="1000.00",
            closing="3147.4",
            balances=balance("CLAV", "3147.40"),
            summary=summary(v, (3, "2420.50"), (3, "273.10")),
        ),
    )


def day_of_payments(version: str) -> bytes:
    """A notification with the payments that ``ktl/golden/payments.ktl`` holds too: 277.35 in all."""
    v = version

    def one(amount: str, reference: str, payer: str, archive_id: str, reversal: bool | None = None) -> str:
        details = payment(
            v, amount, reference=reference, payer=payer, archive_id=archive_id, paid="2026-03-01"
        )
        return entry(v, amount, details, code="705VIITESIIRTO", archive_id=archive_id, reversal=reversal)

    entries = (
        one("120.50", "00000000000000012344", "Sampelström", "2603029999A0001"),
        one("96.4", "RF0812344", "Ågren Åsa", "2603029999A0002"),
        one("100", "12357", "Exempel Ab", "2603029999A0003"),
        one("-39.55", "12360", "Provbolaget", "2603029999A0004", reversal=True),
    )
    total = summary(v, (3, "316.90"), (1, "39.55"))
    return document(v, part(v, *entries, family=PAYMENTS, summary=total), family=PAYMENTS)
