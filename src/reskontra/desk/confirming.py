"""Who lets money go says who they are once more; where two decide at one desk, the second one does too."""

from django.conf import settings
from django.contrib.auth import authenticate
from django.http import HttpRequest

from reskontra.desk import attempts
from reskontra.desk.acts import Incomplete
from reskontra.desk.sign_in import LONGEST_PASSWORD
from reskontra.registers.models import Person


def asks_password() -> bool:
    """Whether people have passwords here: in the demo world one click is who one is."""
    return not getattr(settings, "DEMO", False)


def confirmed_by(request: HttpRequest, username: str, field: str = "password") -> Person:
    """The person who wrote their own password in ``field`` just now; raises ``Incomplete`` for anybody else.

    Wrong passwords count as attempts to sign in.
    """
    person = Person.objects.filter(username=username, is_active=True).first()
    if person is None:
        raise Incomplete("second" if field != "password" else "password")
    if not asks_password():
        return person
    address = request.META.get("REMOTE_ADDR", "")
    if not attempts.try_once(username, address):
        raise Incomplete("too_often")
    password = request.POST.get(field, "")
    known = (
        authenticate(request, username=username, password=password)
        if len(password) <= LONGEST_PASSWORD
        else None
    )
    if not isinstance(known, Person):
        raise Incomplete("password")
    attempts.forget(username, address)
    return known
