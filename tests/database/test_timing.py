import time, os
import pytest
def test_t(database, tmp_path):
    from django.conf import settings
    from reskontra.demo import day as d
    from reskontra.registers.loading import load
    from reskontra.registers.keys import key_ring
    t=time.time()
    def lap(x):
        nonlocal t
        print(x, round(time.time()-t,2)); t=time.time()
    load(d._SHARED, key_ring()); load(d._HERE/"registers", key_ring()); lap("load")
    ms = d.write_day(tmp_path/"in", d.DAY); lap("material")
    day=d.Day(tmp_path)
    settings.OUT=tmp_path/"out"
    for m in ms:
        r=d._take_in(m, tmp_path, "sv"); lap(m.path.name+" "+m.unit+" "+str(r.get("accepted"))+ " "+m.kind)
    for u in d.Unit.objects.filter(code__in=[m.unit for m in ms]):
        d._work(u, day, "sv"); lap(u.code)
    from reskontra.insight.invariants import broken
    print(broken([u.pk for u in d.Unit.objects.all()])); lap("broken")
    for r in day.runs: print(r["name"], r["unit"], r.get("invoices"), r.get("documents"))
