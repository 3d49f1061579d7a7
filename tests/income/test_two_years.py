"""Two years of one unit, day by day: every end that a claim can come to, with the balances after each step."""

import pytest

from income.years_tables import told

pytestmark = pytest.mark.usefixtures("database")

# Interest is 9.5 percent while it is late (2.5 + 7) and 5.5 percent during payment time (2.5 + 3).
TWO_YEARS = """
on 2024-03-04
rate 2026-07-01 2.5
rate 2027-01-01 2.5
rate 2027-07-01 2.5
rate 2028-01-01 2.5
term small_claim_up_to 15.00
term legal_floor_public_law 20.00
term limited_enforcement_below 300.00
term agency_in_use yes

# An old claim under private law that nobody may remind of: it lives three years from its due date.
day 2024-03-04
invoice  OLD oslo 200.00 private
deliver
block    OLD A

# Five claims that nobody pays.
day 2025-09-01
invoice  PART berit 500.00
invoice  PASSIVE paja 400.00
invoice  LIMITED contact 80.00
invoice  SMALL bruk 12.00
invoice  FLOOR bruk 18.00
deliver
day 2025-09-15
pay      PART 200.00 => PART 300.00
day 2025-10-06
statement
run      reminders SEND_FIRST_REMINDER: PART PASSIVE LIMITED SMALL FLOOR  # OC 6.1.2-c
letters
day 2025-11-03
statement
run      reminders SEND_SECOND_REMINDER: PART PASSIVE LIMITED SMALL FLOOR  # OC 6.1.2-c
letters
day 2025-11-10
statement
run      reminders
day 2025-12-01
run      collection TO_ENFORCEMENT: PART PASSIVE LIMITED LEGAL_BELOW_FLOOR: SMALL FLOOR  # OC 6.2.1-a
run      enforcement APPLY_NORMAL: PART PASSIVE APPLY_LIMITED: LIMITED  # OC 6.2.2-a
run      write_offs PROPOSE_SMALL: SMALL PROPOSE_BELOW_FLOOR: FLOOR  # OC 6.2.1-a
decide   SMALL
decide   FLOOR
day 2025-12-02
run      write_offs WRITE_OFF: SMALL FLOOR => SMALL 0.00 FLOOR 0.00 revenue 1180.00  # OC 5.1-b

# The authority collects 310 euro and keeps 1.45 percent; what it sends beyond the claim pays interest, then costs.
day 2025-12-15
report   PART Registered
report   PASSIVE Registered
report   LIMITED Registered
report   PART Collected 310.00 4.50 => PART 295.50 fee 4.50
day 2025-12-17
pay      PART 305.50 => PART 0.00 income 10.00  # OC 6.1.3-b
run      enforcement CASE_COLLECTED: PART  # OC 6.2-a
state    PART applied registered collected closed
run      collection

# An obstacle after limited enforcement ends collection; one of the ordinary kind leads to the passive register.
day 2026-01-12
report   LIMITED Obstacle obstacle
report   PASSIVE Obstacle lack_of_means
run      obstacles OBSTACLE_AFTER_LIMITED: LIMITED TO_PASSIVE_REGISTER: PASSIVE  # OC 6.3-a
run      write_offs PROPOSE_NO_MEANS: LIMITED  # OC 6.4-a
decide   LIMITED
day 2026-01-13
run      write_offs WRITE_OFF: LIMITED => LIMITED 0.00 revenue 1100.00  # OC 5.1-b
run      obstacles
run      collection

# The debtor of what was written off has got means: it is asked for again, its block E is lifted with it, and paid.
day 2026-02-10
undo     LIMITED => LIMITED 80.00 revenue 1180.00  # OC 6.4-a
run      collection TO_ENFORCEMENT: LIMITED
run      write_offs
pay      LIMITED 80.00 => LIMITED 0.00

# Spring: who pays in time, late, after a reminder, who complains, who asks for time.
day 2026-03-02
invoice  TIMELY verket 100.00
invoice  LATE bruk 10000.00
invoice  COSTLY aino 1000.00
invoice  DISPUTED svea 300.00
invoice  UPHELD paja 250.00
invoice  KEPT contact 600.00
invoice  BROKEN berit 450.00
deliver
day 2026-03-20
pay      TIMELY 100.00 => TIMELY 0.00
day 2026-03-27
complain DISPUTED
complain UPHELD
day 2026-03-30
time     KEPT 2026-04-30 3
time     BROKEN 2026-04-30 3
letters
day 2026-04-02
pay      LATE 10000.00 => LATE 0.00
day 2026-04-07
interest LATE_INTEREST LATE => LATE_INTEREST 26.03 income 36.03  # 10 days
statement
run      reminders SEND_FIRST_REMINDER: COSTLY COMPLAINED: DISPUTED UPHELD  # OC 6.1.2-b
letters
day 2026-04-08
answer   DISPUTED rejected SEND_FIRST_REMINDER  # OC 6.1.2-b
answer   UPHELD upheld CREDIT_PROMISED
statement
run      reminders CREDIT_PROMISED: UPHELD
day 2026-04-09
credit   CREDITED UPHELD 250.00
deliver
statement
run      reminders CREDIT_WAITS: UPHELD
run      set_off SET_OFF: CREDITED => CREDITED 0.00 UPHELD 0.00  # OC 3.2.1-a
day 2026-04-13
pay      COSTLY 1010.47 => COSTLY 0.00 income 46.50  # interest of 21 days 5.47, costs 5.00
day 2026-04-15
statement
run      reminders SEND_FIRST_REMINDER: DISPUTED
letters
day 2026-04-28
pay      LATE_INTEREST 26.03 => LATE_INTEREST 0.00
day 2026-04-30
pay      KEPT 200.00 => KEPT 400.00
pay      BROKEN 150.00 => BROKEN 300.00
day 2026-05-13
statement
run      reminders SEND_SECOND_REMINDER: DISPUTED
letters
day 2026-05-20
pay      DISPUTED 313.83 => DISPUTED 0.00 income 60.33  # interest of 49 days 3.83, costs 10.00
day 2026-06-01
pay      KEPT 200.00 => KEPT 200.00
day 2026-06-08
run      deferrals INSTALMENT_LATE: BROKEN  # OC 6.1.1-a
day 2026-06-10
run      deferrals BROKEN: BROKEN
statement
run      reminders SEND_FIRST_REMINDER: BROKEN
letters
day 2026-06-30
pay      KEPT 200.00 => KEPT 0.00
day 2026-07-01
run      deferrals KEPT: KEPT
time-interest KEPT_INTEREST KEPT BROKEN_TIME BROKEN => KEPT_INTEREST 5.70 BROKEN_TIME 4.02 income 70.05
letters
day 2026-07-08
statement
run      reminders SEND_SECOND_REMINDER: BROKEN
letters
day 2026-07-20
pay      KEPT_INTEREST 5.70 => KEPT_INTEREST 0.00
pay      BROKEN_TIME 4.02 => BROKEN_TIME 0.00
day 2026-08-05
run      collection TO_ENFORCEMENT: BROKEN
run      enforcement APPLY_NORMAL: BROKEN
day 2026-08-12
pay      BROKEN 300.00 => BROKEN 0.00
run      enforcement CASE_PAID: BROKEN
state    BROKEN applied withdrawn
interest BROKEN_LATE BROKEN => BROKEN_LATE 5.62 income 75.67  # 6 days of 450, 63 of 300
letters
day 2026-09-01
pay      BROKEN_LATE 5.62 => BROKEN_LATE 0.00

# Autumn: too much is paid.
invoice  KNOWN aino 100.00
invoice  ORDERED bruk 100.00
invoice  ASKED berit 100.00
deliver
day 2026-09-10
pay      KNOWN 150.00 from aino home => KNOWN 0.00 refund 50.00  # OC 4.2-a
pay      ORDERED 140.00 => ORDERED 0.00 refund 90.00
pay      ASKED 106.00 => ASKED 0.00 income 81.67
day 2026-09-14
refund   REFUND_TO_ACCOUNT: KNOWN ASK_FOR_ACCOUNT: ORDERED => refund 40.00 transit 50.00  # OC 4.2-b
letters
day 2026-09-15
ask      ASKED
account  ASKED berit
day 2026-09-16
refund   SMALL_ASKED: ASKED WAITING_FOR_ANSWER: ORDERED => income 75.67 transit 56.00  # OC 4.2-a
day 2026-10-06
refund   PAYMENT_ORDER: ORDERED => refund 0.00 transit 96.00  # OC 4.2-b
day 2026-11-05
refund   ORDER_RUNNING: ORDERED
day 2026-11-06
refund   UNREDEEMED_TO_INCOME: ORDERED => transit 56.00 other 40.00  # OC 4.2-b

# Private law and debtors abroad: the agency, the court, the unit's decision; and the rarer ends of what is overpaid.
day 2026-11-09
invoice  AGENT bruk 250.00 private
invoice  TRIED paja 300.00 private
invoice  SETTLED contact 200.00 private
invoice  FAR berlin 150.00
invoice  EARLIER aino 90.00
deliver
day 2026-12-01
run      limitation EXPIRES_SOON: OLD  # OC 5.1-c
day 2026-12-03
time     EARLIER 2027-01-29 2
letters
day 2026-12-10
end-time EARLIER  # OC 6.1.1-a
day 2027-01-04
statement
run      reminders SEND_FIRST_REMINDER: AGENT TRIED SETTLED FAR EARLIER
letters
day 2027-01-11
pay      EARLIER 90.00 => EARLIER 0.00
day 2027-02-01
statement
run      reminders SEND_SECOND_REMINDER: AGENT TRIED SETTLED FAR
letters
day 2027-03-02
run      collection TO_COURT: AGENT TRIED SETTLED TO_ENFORCEMENT_ABROAD: FAR
run      enforcement APPLY_LIMITED: FAR
run      agency HAND_OVER: AGENT TRIED SETTLED  # OC 6.1.4-a
run      court
day 2027-03-04
agency   AGENT collected 250.00 25.00 => AGENT 225.00 fee 29.50
agency   TRIED returned
agency   SETTLED returned
day 2027-03-05
pay      AGENT 225.00 => AGENT 0.00
run      agency AGENCY_CASE_COLLECTED: AGENT  # OC 6.1.4-a
state    AGENT applied collected closed
relies   TRIED HM-1
relies   SETTLED HM-2
run      court APPLY_FOR_SUMMONS: TRIED SETTLED  # OC 6.2.3-a
report   FAR Obstacle obstacle
run      obstacles ABROAD_UNIT_DECIDES: FAR  # OC 6.5-a
act      FAR not_abroad
run      write_offs PROPOSE_ABROAD: FAR
decide   FAR
run      write_offs WRITE_OFF: FAR => FAR 0.00 revenue 14770.00  # OC 6.5-a
day 2027-03-08
pay      SETTLED 200.00 => SETTLED 0.00
act      SETTLED withdraw  # OC 6.2-a
state    SETTLED applied withdrawn
day 2027-03-12
judge    TRIED 50.00 70.00  # OC 6.2.6-a
run      collection TO_ENFORCEMENT_AFTER_JUDGMENT: TRIED
run      enforcement APPLY_NORMAL: TRIED  # OC 6.2.7-a
day 2027-03-15
report   TRIED Collected 300.00 4.35 => TRIED 295.65 fee 33.85
pay      TRIED 295.65 => TRIED 0.00
run      enforcement CASE_COLLECTED: TRIED
invoice  MORE berit 100.00
invoice  NEXT berit 100.00
invoice  PAID_OUT paja 100.00
deliver
pay      MORE 130.00 => MORE 0.00 refund 30.00
pay      PAID_OUT 150.00 => PAID_OUT 0.00 refund 80.00
choose   MORE next_invoice
refund   CREDITED_ON_NEXT_INVOICE: MORE ASK_FOR_ACCOUNT: PAID_OUT => refund 50.00 waiting 30.00  # OC 4.2-c
allocate => waiting 0.00 NEXT 70.00
pay      NEXT 70.00 => NEXT 0.00
stranger ASTRAY 412.50 => refund 462.50
refund   WAITING_FOR_ANSWER: PAID_OUT CHOSEN_BANK_RETURN: ASTRAY => refund 50.00 transit 468.50  # OC 4.2-d
letters

# The old claim expires, whatever holds it.
day 2027-03-25
run      write_offs
day 2027-03-26
run      limitation EXPIRED: OLD
run      write_offs PROPOSE_EXPIRED: OLD  # OC 5.1-c
decide   OLD
run      write_offs WRITE_OFF: OLD => OLD 0.00 revenue 14870.00

# The payment order is redeemed.
day 2027-04-06
refund   PAYMENT_ORDER: PAID_OUT => refund 0.00 transit 518.50
day 2027-04-07
heard    PAID_OUT redeemed  # OC 4.2-b
day 2027-05-10
refund

# Cases have ended, so their interest is invoiced. What was too little for an invoice before, 2.94 and 0.94 on other
# claims of the same customer, goes along on an invoice of its own kind of law.
interest AI AGENT TI TRIED SI SETTLED LI LIMITED => AI 6.18 TI 8.20 SI 5.10 LI 3.88 income 99.03  # OC 6.1.5-a
time-interest EI EARLIER => EI 0.11 income 99.14  # 8 days
letters
day 2027-05-24
pay      AI 6.18 => AI 0.00
pay      TI 8.20 => TI 0.00
pay      SI 5.10 => SI 0.00
pay      LI 3.88 => LI 0.00
pay      EI 0.11 => EI 0.00

# In the passive register something is found, and the rest is given up when the time is over.
day 2027-06-01
report   PASSIVE Collected 100.00 1.45 => PASSIVE 398.55 fee 35.30
pay      PASSIVE 98.55 => PASSIVE 300.00
run      enforcement
day 2028-01-12
run      obstacles
run      write_offs
day 2028-01-13
run      obstacles PASSIVE_ENDED: PASSIVE  # OC 6.3-a
run      write_offs PROPOSE_NO_MEANS: PASSIVE  # OC 6.4-a
decide   PASSIVE
day 2028-01-14
run      write_offs WRITE_OFF: PASSIVE => PASSIVE 0.00 revenue 14570.00

# Nothing is left to do.
day 2028-02-01
statement
run      reminders
run      collection
run      enforcement
run      agency
run      court
run      obstacles
run      write_offs
run      limitation
run      deferrals
run      set_off
run      allocation
interest
time-interest
refund
"""


def test_two_years_visit_every_end_and_the_books_hold_after_every_step() -> None:
    """OC 4.1-b, OC 4.2-a, OC 4.2-b, OC 5.1-b, OC 5.1-c, OC 6.1.1-a, OC 6.1.2-b, OC 6.1.2-c, OC 6.1.3-b, OC 6.1.5-a,
    OC 6.1.4-a, OC 6.2-a, OC 6.2.1-a, OC 6.2.3-a, OC 6.2.7-a, OC 6.3-a, OC 6.4-a, OC 6.5-a"""
    told(TWO_YEARS)
