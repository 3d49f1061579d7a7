"""Coding templates from files and from the desk: what a posting reference stands for, each day one thing.

EX 1.2.1-a, EX 3-c.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

from django.db.backends.postgresql.psycopg_any import DateRange

from reskontra.database.refused import ActRefused, refused_as
from reskontra.documents import purchase
from reskontra.documents.findings import Refused
from reskontra.exchange.inbox import Received
from reskontra.kernel.clauses import clause
from reskontra.purchases.files import CHANGED, KNOWN, NEW, FileTaken, Problems, take_in_whole, tell_codings
from reskontra.registers.models import CodingTemplate, CodingTemplateLine, WorkQueue
from reskontra.registers.policy import require
from reskontra.registers.tracking import DIMENSIONS
from reskontra.runs.run import Acting, RunRefused, lock

_PREFIX = "TK1"
_DAY = timedelta(days=1)
_Line = tuple[Decimal, str, tuple[str, ...]]  # percent, account, tracking objects in their order


@clause("EX 1.2.1-a", "EX 3-c")
def take_in_templates(
    acting: Acting, received: Received, document: purchase.CodingTemplates, on: date
) -> FileTaken:
    """Keep the templates of the file; one that changes from a later day ends the one before on the day before.

    Called inside ``working_in``. Raises ``NotAllowed``; ``Refused`` with everything that is wrong: then nothing of the
    file is kept; ``ActRefused`` with the constraint, when somebody else was quicker.
    """
    require(acting.person, "keep_templates", acting.unit, acting.day)
    return take_in_whole(
        acting,
        received,
        document,
        len(document.templates),
        on,
        lambda run, tell: _Templates(acting, document, on, tell).keep(),
        "EX 3-c",
    )


@clause("EX 1.2.1-a", "EX 3-c")
def keep_template(acting: Acting, told: purchase.CodingTemplate, labels: Mapping[str, str]) -> None:
    """Keep one template by the rule of files: it takes over from its first day, or from today where it names none.

    ``labels`` are our columns as the person sees them. Called inside ``working_in``. Raises ``NotAllowed``; ``Refused``
    with everything that is wrong; ``ActRefused`` with the constraint.
    """
    require(acting.person, "keep_templates", acting.unit, acting.day)
    lock(acting.unit, "matching")
    document = purchase.CodingTemplates(source="json", templates=(told,), labels=labels)
    tell = Problems(document, "EX 3-c")
    # What the reader of a file looks at before anybody asks the registers.
    if not (told.reference or "").startswith(_PREFIX):
        tell("purchase_number_prefix", told.row, "reference", told.reference, prefix=_PREFIX)
    whole = sum((line.percent or Decimal(0) for line in told.coding_lines), Decimal(0))
    if told.coding_lines and whole != 100:
        tell("purchase_shares_not_whole", told.row, "percent", f"{whole.normalize():f}")
    if not told.coding_lines and not told.queue:
        tell("purchase_template_says_nothing", told.row, "queue")
    _Templates(acting, document, acting.day, tell).keep()
    if tell.errors:
        raise Refused(*tell.errors)


@clause("EX 3-c")
def end_template(acting: Acting, template: CodingTemplate, last: date) -> None:
    """``template`` holds until ``last``, that day included, and codes nothing after it.

    Called inside ``working_in``. Raises ``NotAllowed``; ``RunRefused`` for a day that is past or before its first one,
    and where it ends earlier already.
    """
    require(acting.person, "keep_templates", acting.unit, acting.day)
    lock(acting.unit, "matching")
    first, end = template.validity.lower, template.validity.upper
    if last < acting.day or (first is not None and last < first):
        raise RunRefused("circulation.template_ends_too_early", reference=template.reference)
    if end is not None and end <= last + _DAY:
        raise RunRefused("circulation.template_ends_before", reference=template.reference)
    template.validity = DateRange(first, last + _DAY)
    template.save(update_fields=["validity"])


class _Templates:
    def __init__(self, acting: Acting, document: purchase.CodingTemplates, on: date, tell: Problems) -> None:
        self.acting, self.document, self.on, self.tell = acting, document, on, tell
        told = document.templates
        self.in_force = tell_codings(
            acting.unit, ((line.row, line.coding) for one in told for line in one.coding_lines), on, tell
        )
        self.queues: dict[str, WorkQueue] = {}
        open_queues = WorkQueue.objects.filter(unit=acting.unit, validity__contains=on).order_by("-code")
        for queue in open_queues:
            for name in (queue.name_sv, queue.name_fi, queue.name_en):
                self.queues[name.casefold()] = queue
        self.queues |= {queue.code.casefold(): queue for queue in open_queues}
        self.before: dict[str, list[CodingTemplate]] = defaultdict(list)
        stored = CodingTemplate.objects.filter(
            unit=acting.unit, reference__in={one.reference for one in told}
        )
        for template in stored.order_by("validity"):
            self.before[template.reference].append(template)
        self.lines: dict[int, list[_Line]] = defaultdict(list)
        for line in CodingTemplateLine.objects.filter(unit=acting.unit, template__in=stored).order_by(
            "position"
        ):
            values = tuple(getattr(line, name) for name in DIMENSIONS)
            self.lines[line.template_id].append((line.share, line.account, values))

    def keep(self) -> Counter[str]:
        """Write every template that says something new."""
        outcomes: Counter[str] = Counter()
        with refused_as(ActRefused):
            for one in self.document.templates:
                outcomes[self._keep(one)] += 1
        return outcomes

    def _keep(self, one: purchase.CodingTemplate) -> str:
        queue = self.queues.get((one.queue or "").casefold())
        if one.queue and queue is None:
            self.tell("purchase_queue_unknown", one.row, "queue", one.queue)
        reference = one.reference or ""
        start = one.valid_from or self.on
        end = one.valid_until + _DAY if one.valid_until else None
        if end is not None and end <= start:
            self.tell("purchase_days_reversed", one.row, "valid_until", str(one.valid_until))
        if self.tell.errors:
            return KNOWN  # nothing of the file is kept
        touched = [
            template
            for template in self.before[reference]
            if (template.validity.upper is None or template.validity.upper > start)
            and (end is None or template.validity.lower is None or template.validity.lower < end)
        ]
        alike = [template for template in touched if self._says(template, one, queue)]
        if alike and one.valid_from is None and alike[0].validity.upper == end:
            return KNOWN
        if len(touched) > 1:
            self._overlaps(one, touched[-1])
            return KNOWN
        if not touched:
            self._make(one, queue, start, end)
            return NEW
        return self._after(one, queue, touched[0], start, end)

    def _after(
        self,
        one: purchase.CodingTemplate,
        queue: WorkQueue | None,
        before: CodingTemplate,
        start: date,
        end: date | None,
    ) -> str:
        """Beside the one template whose days it touches: the same, the same until another day, or what follows it."""
        first, last = before.validity.lower, before.validity.upper
        if first == start and self._says(before, one, queue):
            if last == end:
                return KNOWN
            before.validity = DateRange(start, end)
            before.save(update_fields=["validity"])
            return CHANGED
        if first is not None and first >= start:
            self._overlaps(one, before)
            return KNOWN
        before.validity = DateRange(first, start)
        before.save(update_fields=["validity"])
        self._make(one, queue, start, end)
        return CHANGED

    def _overlaps(self, one: purchase.CodingTemplate, before: CodingTemplate) -> None:
        first = before.validity.lower
        self.tell(
            "purchase_template_overlaps",
            one.row,
            "valid_from",
            one.reference,
            first="–" if first is None else first.isoformat(),
        )

    def _says(self, template: CodingTemplate, one: purchase.CodingTemplate, queue: WorkQueue | None) -> bool:
        return (
            template.name == (one.name or template.name)
            and template.queue_id == (queue.pk if queue else None)
            and self.lines[template.pk] == self._lines(one)
        )

    def _lines(self, one: purchase.CodingTemplate) -> list[_Line]:
        told = [(line.percent, self.in_force.tracking(line.coding)) for line in one.coding_lines]
        return [
            (share or Decimal(0), coding.account, tuple(getattr(coding, name) for name in DIMENSIONS))
            for share, coding in told
        ]

    def _make(
        self, one: purchase.CodingTemplate, queue: WorkQueue | None, start: date, end: date | None
    ) -> None:
        reference = one.reference or ""
        made = CodingTemplate.objects.create(
            unit=self.acting.unit,
            reference=reference,
            name=one.name or reference,
            queue=queue,
            validity=DateRange(start, end),
        )
        CodingTemplateLine.objects.bulk_create(
            CodingTemplateLine(
                unit=self.acting.unit,
                template=made,
                position=place,
                share=share,
                account=account,
                **dict(zip(DIMENSIONS, values, strict=True)),
            )
            for place, (share, account, values) in enumerate(self._lines(one), start=1)
        )
