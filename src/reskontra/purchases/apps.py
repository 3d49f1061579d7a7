from django.apps import AppConfig


class PurchasesConfig(AppConfig):
    name = "reskontra.purchases"
    label = "purchases"
