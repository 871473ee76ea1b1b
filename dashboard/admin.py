"""The admin's first screen begins with how the site is doing."""

from django.contrib import admin

admin.site.index_template = "dashboard/admin_index.html"
