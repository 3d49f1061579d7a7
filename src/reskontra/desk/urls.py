"""The addresses of the desk. The unit is in the address, the language never is."""

from django.urls import path

from reskontra.desk import language, sign_in, views

urlpatterns = [
    path("", views.start, name="start"),
    path("sign-in", sign_in.sign_in, name="sign-in"),
    path("sign-in/as", sign_in.sign_in_as, name="sign-in-as"),
    path("sign-out", sign_in.sign_out, name="sign-out"),
    path("language", language.choose_language, name="language"),
    path("u/<str:code>/status", views.status, name="status"),
    path("healthz", views.health, name="health"),
]

handler400 = "reskontra.desk.problems.bad_request"
handler403 = "reskontra.desk.problems.refused"
handler404 = "reskontra.desk.problems.not_found"
handler500 = "reskontra.desk.problems.failed"
