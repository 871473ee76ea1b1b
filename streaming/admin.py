"""The stream inspector in the admin: the open streams of all processes, with a button to end each.

Processes report their streams only while staff look at this page.
"""

import re
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path

from common.time import format_duration
from streaming.cluster.registry import request_close, request_stream_details, sum_stats
from streaming.models import ServerProcess

MAX_LISTED_STREAMS = 200
STREAM_KEY = re.compile(r"([0-9a-f]{32})-([0-9]{1,15})")

# Django's class is generic in its type stubs only.
if TYPE_CHECKING:
    ProcessModelAdmin = admin.ModelAdmin[ServerProcess]
else:
    ProcessModelAdmin = admin.ModelAdmin


@admin.register(ServerProcess)
class ServerProcessAdmin(ProcessModelAdmin):
    """Shows the inspector in place of a list of rows."""

    def has_add_permission(self, request: HttpRequest, obj: ServerProcess | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: ServerProcess | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ServerProcess | None = None) -> bool:
        return False

    def can_close(self, request: HttpRequest) -> bool:
        """Return whether the user may end streams."""
        return bool(request.user.has_perm("streaming.end_stream"))

    def get_urls(self) -> list[Any]:
        view, end = self.admin_site.admin_view(self.inspect), self.admin_site.admin_view(self.end_stream)
        name = "streaming_serverprocess"
        return [path("", view, name=f"{name}_changelist"), path("end/", end, name=f"{name}_end")]

    def inspect(self, request: HttpRequest) -> HttpResponse:
        """Show the processes and the streams with the largest lag."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        processes = request_stream_details()
        streams = list_streams(processes)
        total = sum_stats(processes)
        context = {
            **self.admin_site.each_context(request),
            "title": "Open streams",
            "opts": self.opts,
            "can_close": self.can_close(request),
            "processes": processes,
            "streams": streams,
            "connections": total.connections,
            "max_connections": total.max_connections,
            "largest_lag": total.subscribers_behind,
            "pending_processes": [process for process in processes if process.streams is None],
            "is_capped": len(streams) < total.connections,
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/streaming/inspector.html", context)

    def end_stream(self, request: HttpRequest) -> HttpResponse:
        """Request that the process which serves a stream ends it."""
        if request.method != "POST" or not (self.has_view_permission(request) and self.can_close(request)):
            raise PermissionDenied
        match = STREAM_KEY.fullmatch(request.POST.get("stream", ""))
        process = request_close(match[1], int(match[2])) if match else None
        if match is None or process is None:
            self.message_user(request, "This stream is already closed: its process has stopped.", messages.WARNING)
        else:
            stream_name = f"stream {match[2]} of {process}"
            self.log_change(request, process, f"Ended {stream_name}.")
            self.message_user(request, f"Ending {stream_name}. This takes a few seconds.", messages.SUCCESS)
        return redirect("admin:streaming_serverprocess_changelist")


def list_streams(processes: list[ServerProcess]) -> list[dict[str, Any]]:
    """Return the streams that processes have reported, sorted by largest lag, then by age."""
    reported = [(process, stream) for process in processes for stream in process.streams or ()]
    reported.sort(key=lambda pair: (-pair[1]["lag"], -pair[1]["age"]))
    return [
        {
            **stream,
            "process": process,
            "key": f"{process.name}-{stream['number']}",
            "is_ending": stream["number"] in process.close_requests,
            "open_for": format_duration(stream["age"]),
        }
        for process, stream in reported[:MAX_LISTED_STREAMS]
    ]
