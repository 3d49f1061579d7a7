"""The account that an event posts to on a day. A missing one stops the run."""

from datetime import date

from reskontra.registers.models import PostingAccount


class MissingPostingAccount(LookupError):
    """No account is known for an event on a day; enter it in the register of posting accounts."""

    def __init__(self, event: str, on: date) -> None:
        super().__init__(f"no posting account for {event} on {on.isoformat()}")
        self.event, self.on = event, on


def posting_account(event: str, on: date) -> str:
    """The 8-digit account for ``event`` on ``on``; raises ``MissingPostingAccount``."""
    found = PostingAccount.objects.filter(event=event, validity__contains=on).values_list(
        "account", flat=True
    )
    if not found:
        raise MissingPostingAccount(event, on)
    return str(found[0])
