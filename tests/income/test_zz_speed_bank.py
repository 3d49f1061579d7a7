import time
from datetime import date
from decimal import Decimal
import pytest
from cast import unit
from bank_tables import account, File, take_in
from reskontra.documents.statement import *
from reskontra.kernel.references import national_reference
import reskontra.income.bank_material.run as run
pytestmark = pytest.mark.usefixtures("database")

def test_speed(monkeypatch):
    where = unit()
    n = 100_000
    refs = [national_reference(f"4210{i:09d}") for i in range(n)]
    def entries(src):
        return tuple(Entry(amount=Decimal(1000+i%500)/100, booking_date=date(2026,3,2), reference=refs[i], payer=f"Koe Nimi {i%5000}"[:12 if src=='ktl' else 99],
          archive_id=f"2603029999{i:06d}", position=i+2) for i in range(n))
    k = File("K", (PaymentList(format="ktl", account=account(where), currency="EUR", entries=entries("ktl"), batch=1, batch_date=date(2026,3,2), batch_time="0501", bank="99", service_id="9"),))
    es = entries("s"); tot=sum(e.amount for e in es)
    s = File("S", (Statement(format="camt.053.001.08", account=account(where), currency="EUR", entries=es, statement_id="1", sequence="1", from_date=date(2026,3,2), to_date=date(2026,3,2), balances=(Balance("OPBD", Decimal("0.00"), "EUR", date(2026,3,2)), Balance("CLBD", tot, "EUR", date(2026,3,2)))),))
    spent = []
    rs = run.stage
    def st(x):
        t=time.perf_counter(); rs(x); spent.append(time.perf_counter()-t)
    monkeypatch.setattr(run, "stage", st)
    for f, data in ((k, b"k"), (s, b"s")):
        t=time.perf_counter()
        take_in(where, f, data=data)
        d=time.perf_counter()-t
        print(f.name, f"all {d:.2f} s = {n/d:.0f}/s; stage {spent[-1]:.2f}; rest {n/(d-spent[-1]):.0f}/s")
