"""Put the site summary at the top of the admin's index page."""

from django.contrib import admin

admin.site.index_template = "dashboard/admin_index.html"
