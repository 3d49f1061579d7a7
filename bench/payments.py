"""A world of open claims of any size, and the bank's file of the payments to some of them."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from bench.asleep import an_applied_run, write_asleep
from bench.orders import UNIT, make_registers
from reskontra.kernel.references import unit_reference

ACCOUNT = "FI2112345600000785"


def make_claims(admin: Any, claims: int) -> int:
    """One unit with ``claims`` open claims of 100 euro, each with its invoice and its balanced voucher.

    The claims are written by a superuser with triggers asleep, as from a restore: they are the world, not what is
    measured. Returns the unit's id.
    """
    unit, person = make_registers(admin, max(claims // 3, 1))
    run = an_applied_run(admin, unit, person, "invoicing", date(2026, 3, 1))
    values = {"unit": unit, "run": run, "claims": claims, "customers": max(claims // 3, 1), "code": UNIT}
    write_asleep(admin, _CLAIMS, values, ("ledger_voucher", "sales_invoice"))
    return int(unit)


_CLAIMS = (
    "INSERT INTO ledger_voucher (id, unit_id, run_id, kind, year, number, posting_date)"
    " SELECT n, %(unit)s, %(run)s, 'SI', 2026, n, '2026-03-01' FROM generate_series(1, %(claims)s) n",
    "INSERT INTO ledger_entry (voucher_id, position, unit_id, account, amount, vat_category, budget_account,"
    " operating_unit, project, function, product, area, partner, tracking1, tracking2)"
    " SELECT n, side, %(unit)s, CASE side WHEN 0 THEN '17000000' ELSE '30000000' END,"
    " CASE side WHEN 0 THEN 100 ELSE -100 END, '', '', '', '', '', '', '', '', '', ''"
    " FROM generate_series(1, %(claims)s) n CROSS JOIN generate_series(0, 1) side",
    "INSERT INTO ledger_balance (unit_id, account, year, amount) VALUES"
    " (%(unit)s, '17000000', 2026, 100 * %(claims)s), (%(unit)s, '30000000', 2026, -100 * %(claims)s)",
    "INSERT INTO sales_invoice (id, unit_id, run_id, number, credit, issue_date, due_date, term_days, term_clause,"
    " customer_id, payer_id, language, internal, public_law, reference, supply_date, case_reference, order_number,"
    " agreement, accounting, site, net, vat, total, voucher_id)"
    " SELECT n, %(unit)s, %(run)s, n, false, '2026-03-01', '2026-03-22', 21, 'OC 3.11-a', c.id, c.id, 'sv', false,"
    " false, sales_reference(%(code)s, n), '2026-03-01', '', '', '', '', '', 100, 0, 100, n"
    " FROM generate_series(1, %(claims)s) n"
    " JOIN registers_customer c ON c.number = (500000 + 1 + mod(n, %(customers)s))::text ORDER BY n",
    "INSERT INTO claims_claim (unit_id, run_id, invoice_id, payer_id, reference, public_law, amount, due_date)"
    " SELECT unit_id, run_id, id, payer_id, reference, false, total, due_date FROM sales_invoice ORDER BY id",
)


def notification(count: int, claims: int, day: date) -> Iterator[str]:
    """A camt.054.001.02 of ``count`` payments to ``claims`` open claims, one entry each, in pieces.

    Of a hundred: 86 exact by reference, 4 too much, 4 too little, 3 with the reference in the message only, 1 with
    neither but a payer and an amount, 1 with an unknown reference, 1 with a wrong check digit.
    """
    total = sum(_amount(place) for place in range(count))
    yield (
        '<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.02">'
        f"<BkToCstmrDbtCdtNtfctn><GrpHdr><MsgId>BENCH-{count}</MsgId><CreDtTm>{day}T05:00:00</CreDtTm></GrpHdr>"
        f"<Ntfctn><Id>N-{count}</Id><CreDtTm>{day}T05:00:00</CreDtTm><Acct><Id><IBAN>{ACCOUNT}</IBAN></Id>"
        f"<Ccy>EUR</Ccy></Acct><TxsSummry><TtlCdtNtries><NbOfNtries>{count}</NbOfNtries>"
        f"<Sum>{total / 100:.2f}</Sum></TtlCdtNtries></TxsSummry>"
    )
    step = max(claims // max(count, 1), 1)
    for place in range(count):
        yield _entry(place, 1 + place * step, day)
    yield "</Ntfctn></BkToCstmrDbtCdtNtfctn></Document>\n"


def _amount(place: int) -> int:
    """Cents."""
    return {86: 10500, 87: 10500, 88: 12500, 89: 12500, 90: 4000, 91: 4000, 92: 9900, 93: 9999}.get(
        place % 100, 10000
    )


def _entry(place: int, number: int, day: date) -> str:
    kind = place % 100
    reference = unit_reference(UNIT, number)
    if kind == 98:
        reference = unit_reference(UNIT, 900_000_000 + place)
    elif kind == 99:
        reference = reference[:-1] + str((int(reference[-1]) + 1) % 10)
    told = f"<Strd><CdtrRefInf><Ref>{reference}</Ref></CdtrRefInf></Strd>"
    if 94 <= kind <= 96:
        told = f"<Ustrd>Faktura, referens {reference}</Ustrd>"
    elif kind == 97:
        told = "<Ustrd>Tack</Ustrd>"
    return (
        f'<Ntry><Amt Ccy="EUR">{_amount(place) / 100:.2f}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts>'
        f"<BookgDt><Dt>{day}</Dt></BookgDt><ValDt><Dt>{day}</Dt></ValDt><AcctSvcrRef>{day:%y%m%d}B{place:010d}"
        "</AcctSvcrRef><BkTxCd><Prtry><Cd>705</Cd><Issr>FFFS</Issr></Prtry></BkTxCd><NtryDtls><TxDtls>"
        f"<RltdPties><Dbtr><Nm>Mätbolaget Ab {1 + number % 100_000}</Nm></Dbtr></RltdPties>"
        f"<RmtInf>{told}</RmtInf></TxDtls></NtryDtls></Ntry>"
    )
