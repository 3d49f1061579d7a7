from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "reskontra.exchange"
    label = "exchange"
