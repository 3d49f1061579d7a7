from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "reskontra.desk"
    label = "desk"
