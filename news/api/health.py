"""Say whether this process lives, and whether it can do its work. For load balancers and orchestrators."""

from django.db import Error
from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from news.log.notify import get_problem
from news.models import LogHead


@csrf_exempt  # so that a POST hears of the method and not of a missing token: nothing here writes
@require_safe
def live(request: HttpRequest) -> JsonResponse:
    """Answer 200 while the process answers at all: it says nothing of the database."""
    return JsonResponse({"status": "ok"})


@csrf_exempt
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """Answer 200 when the log can be read, else 503 with the reason and the cure.

    Without the doorbell it is 200 all the same, with the status `degraded`: a process that is late by a second is not
    to be taken out of service for it, and all of them would be at once.
    """
    try:
        head = LogHead.objects.filter(pk=1).exists()
        fault = None if head else "The log has no head: run `manage.py migrate`."
    except Error as error:
        fault = f"The database can't be read: {error}. Check DATABASE_URL and run `manage.py migrate`."
    if fault:
        return JsonResponse({"status": "unavailable", "database": "unavailable", "detail": fault}, status=503)
    if fault := get_problem():
        detail = f"{fault}. Items are seen at the next poll; check REDIS_URL and that the server there runs."
        return JsonResponse({"status": "degraded", "database": "ok", "doorbell": "unavailable", "detail": detail})
    return JsonResponse({"status": "ok", "database": "ok"})
