"""Addresses of the accounts."""

from django.urls import path

from accounts.views import signing

app_name = "accounts"

urlpatterns = [
    path("sign-in/", signing.sign_in, name="sign_in"),
    path("sign-out/", signing.sign_out, name="sign_out"),
    path("act-as/", signing.act_as, name="act_as"),
]
