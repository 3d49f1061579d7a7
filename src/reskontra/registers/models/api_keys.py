"""Keys by which other systems use the interface: the secret is shown once, what is kept is its hash."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from reskontra.database.tables import Points, UnitRegister
from reskontra.registers.models.people import Person

SCOPES = ("files:write", "purchases:write", "read")
_ONE = "(" + "|".join(SCOPES) + ")"


class ApiKey(UnitRegister):
    """A key to one unit: it acts as ``person``, with that person's rights and no more than its ``scopes``.

    ``prefix`` begins the secret and is shown; ``digest`` is the SHA-256 of the whole secret. ``scopes`` are separated
    by blanks. It opens nothing from ``expires_at`` on, nor after it was ended.
    """

    prefix = models.CharField(max_length=12)
    digest = models.CharField(max_length=64)
    name = models.CharField(max_length=70)
    person = models.ForeignKey(Person, on_delete=models.DO_NOTHING, db_index=False, related_name="+")
    scopes = models.CharField(max_length=100)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    made_by = models.ForeignKey(Person, on_delete=models.DO_NOTHING, db_index=False, related_name="+")

    references = (Points("unit", "an_api_key_belongs_to_a_unit"),)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="an_api_key_has_its_own_secret", fields=["digest"]),
            models.UniqueConstraint(name="an_api_key_is_known_by_its_prefix", fields=["prefix"]),
            models.CheckConstraint(
                name="an_api_key_keeps_a_hash_and_no_secret", condition=Q(digest__regex=r"^[0-9a-f]{64}$")
            ),
            models.CheckConstraint(
                name="an_api_key_expires_after_it_was_made", condition=Q(expires_at__gt=F("created_at"))
            ),
            models.CheckConstraint(
                name="an_api_key_is_ended_after_it_was_made",
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("created_at")),
            ),
            models.CheckConstraint(
                name="an_api_key_opens_what_there_is", condition=Q(scopes__regex=f"^{_ONE}( {_ONE})*$")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.prefix}… {self.name}"
