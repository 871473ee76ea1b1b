"""Login and logout, Django's own views, and the link that sets up a new site."""

from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path

from accounts.login_throttle import throttle_login
from accounts.setup_views import set_up

urlpatterns = [
    path(
        "login/",
        throttle_login(LoginView.as_view(template_name="accounts/login.html", redirect_authenticated_user=True)),
        name="login",
    ),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("set-up/", set_up, name="set-up"),
]
