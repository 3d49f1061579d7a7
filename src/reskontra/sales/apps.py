from django.apps import AppConfig


class SalesConfig(AppConfig):
    name = "reskontra.sales"
    label = "sales"
