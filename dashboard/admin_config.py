"""The app config of Django's admin with the site of `dashboard.admin_site`."""

from django.contrib.admin.apps import AdminConfig


class SiteAdminConfig(AdminConfig):
    default_site = "dashboard.admin_site.SiteAdmin"
