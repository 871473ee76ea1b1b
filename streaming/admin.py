"""The streams open in all processes, in the admin: who is connected, what to, how far behind; and an end to each.

What it shows the processes tell while somebody looks; so it costs nothing when nobody does.
"""

import re
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path

from common.time import format_age
from streaming.cluster.registry import request_close, request_stream_details
from streaming.models import ServerProcess

SHOWN_STREAMS = 200
STREAM_KEY = re.compile(r"([0-9a-f]{32})-([0-9]{1,15})")

# Django's class takes a parameter in its type stubs only.
if TYPE_CHECKING:
    ProcessModelAdmin = admin.ModelAdmin[ServerProcess]
else:
    ProcessModelAdmin = admin.ModelAdmin


@admin.register(ServerProcess)
class ServerProcessAdmin(ProcessModelAdmin):
    """In place of a list of rows, the inspector."""

    def has_add_permission(self, request: HttpRequest, obj: ServerProcess | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: ServerProcess | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ServerProcess | None = None) -> bool:
        return False

    def may_end(self, request: HttpRequest) -> bool:
        """Say whether who asks may end streams."""
        return bool(request.user.has_perm("streaming.end_stream"))

    def get_urls(self) -> list[Any]:
        view, end = self.admin_site.admin_view(self.inspect), self.admin_site.admin_view(self.end_stream)
        name = "streaming_serverprocess"
        return [path("", view, name=f"{name}_changelist"), path("end/", end, name=f"{name}_end")]

    def inspect(self, request: HttpRequest) -> HttpResponse:
        """Show the processes and the streams that are furthest behind."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        processes = request_stream_details()
        streams = list_streams(processes)
        connections = sum(process.connections for process in processes)
        context = {
            **self.admin_site.each_context(request),
            "title": "Open streams",
            "opts": self.opts,
            "may_end": self.may_end(request),
            "processes": processes,
            "streams": streams,
            "connections": connections,
            "max_connections": sum(process.max_connections for process in processes),
            "behind": max((process.subscribers_behind for process in processes), default=0),
            "asked": [process for process in processes if process.streams is None],
            "is_capped": len(streams) < connections,
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/streaming/inspector.html", context)

    def end_stream(self, request: HttpRequest) -> HttpResponse:
        """Ask the process that serves a stream to end it."""
        if request.method != "POST" or not (self.has_view_permission(request) and self.may_end(request)):
            raise PermissionDenied
        named = STREAM_KEY.fullmatch(request.POST.get("stream", ""))
        process = request_close(named[1], int(named[2])) if named else None
        if named is None or process is None:
            self.message_user(request, "The process of this stream is gone, and the stream with it.", messages.WARNING)
        else:
            what = f"stream {named[2]} of {process}"
            self.log_change(request, process, f"Ended {what}.")
            self.message_user(request, f"Asked for the end of {what}: it is gone in a moment.", messages.SUCCESS)
        return redirect("admin:streaming_serverprocess_changelist")


def list_streams(processes: list[ServerProcess]) -> list[dict[str, Any]]:
    """Return the streams that processes have told of, the furthest behind first, of equals the oldest."""
    told = [(process, stream) for process in processes for stream in process.streams or ()]
    told.sort(key=lambda entry: (-entry[1]["lag"], -entry[1]["age"]))
    return [
        {
            **stream,
            "process": process,
            "key": f"{process.name}-{stream['number']}",
            "is_ending": stream["number"] in process.close_requests,
            "open_for": format_age(stream["age"]),
        }
        for process, stream in told[:SHOWN_STREAMS]
    ]
