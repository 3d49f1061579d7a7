"""A batch that is ready: its name is fixed by the run, its bytes by their digest (OC 3.4-a)."""

from decimal import Decimal

from reskontra.exchange.archive import Stored
from reskontra.exchange.models import OutboxFile
from reskontra.runs.models import Evidence, Run
from reskontra.runs.run import Acting


def seal(
    run: Run,
    acting: Acting,
    channel: str,
    stored: Stored,
    documents: int,
    amount: Decimal,
    ending: str = "xml",
) -> OutboxFile:
    """The outbox row of a batch of ``documents`` over ``amount`` euro, with its digest as evidence of the run."""
    Evidence.objects.create(unit=run.unit, run=run, control=f"{channel} batch", document=stored.digest)
    return OutboxFile.objects.create(
        unit=run.unit,
        run=run,
        name=f"{channel}-{run.unit.code}-{run.on_date:%Y%m%d}-{run.pk:06d}.{ending}",
        digest=stored.digest,
        size=stored.size,
        documents=documents,
        amount=amount,
        channel=channel,
        built_at=acting.at,
    )
