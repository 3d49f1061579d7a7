"""Texts that are longer than their columns: told by field before the database refuses them."""

from collections.abc import Mapping

from django.db.models import Model

from reskontra.documents.findings import Finding


def too_long(model: type[Model], values: Mapping[str, str], clause: str) -> list[Finding]:
    """A finding for each of ``values``, by the name of a column of ``model``, that does not fit into it.

    The value itself is not repeated; ``clause`` is that of the act that brings it.
    """
    limits = {name: int(model._meta.get_field(name).max_length or 0) for name in values}  # type: ignore[union-attr]
    return [
        Finding(
            "text_too_long",
            clause=clause,
            column=name,
            detail={"length": str(len(value)), "limit": str(limits[name])},
        )
        for name, value in values.items()
        if 0 < limits[name] < len(value)
    ]
