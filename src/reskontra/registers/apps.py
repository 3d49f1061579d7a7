from django.apps import AppConfig


class RegistersConfig(AppConfig):
    name = "reskontra.registers"
    label = "registers"
