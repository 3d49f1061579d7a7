from django.apps import AppConfig


class RunsConfig(AppConfig):
    name = "reskontra.runs"
    label = "runs"
