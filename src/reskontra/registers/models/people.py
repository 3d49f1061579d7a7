"""People: one human being each, whoever they work for."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from reskontra.database.tables import StateWide


class PersonManager(BaseUserManager["Person"]):
    """People are found by their user name."""

    def create_person(
        self, username: str, name: str, password: str | None = None, **more: object
    ) -> "Person":
        """A person who may sign in, when ``password`` is given; roles are granted apart."""
        person = self.model(username=username, name=name, **more)
        person.set_password(password)
        person.save(using=self._db)
        return person


class Person(StateWide, AbstractBaseUser):
    """One human being. Two accounts of one person would be one person twice; the id is what counts."""

    username = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    email = models.EmailField(blank=True)
    language = models.CharField(max_length=2, default="sv")
    is_active = models.BooleanField(default=True)

    objects = PersonManager()
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name
