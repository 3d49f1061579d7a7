from django.apps import AppConfig


class ClaimsConfig(AppConfig):
    name = "reskontra.claims"
    label = "claims"
