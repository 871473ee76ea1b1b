"""Liveness and readiness of this process, for load balancers and orchestrators."""

from typing import Any

from django.db import Error
from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from common.database import is_unavailable
from common.supervision import get_all_failing
from news.log.notify import get_problem
from news.models import LogHead


@csrf_exempt  # so that POST returns 405 instead of a CSRF error; nothing here writes
@require_safe
def live(request: HttpRequest) -> JsonResponse:
    """Return 200 as long as the process handles requests, whatever the state of the database."""
    return JsonResponse({"status": "ok"})


@csrf_exempt
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """Return 200 if the log can be read, otherwise 503 with the reason and the cure.

    If notifications fail, the response is 200 with the status `degraded`: items arrive at most a poll interval late,
    and with 503 the load balancer would remove all processes at once. The same while a background task keeps failing.
    """
    if problem := _check_database():
        return JsonResponse({"status": "unavailable", "database": "unavailable", "detail": problem}, status=503)
    problems: dict[str, Any] = {}
    details = []
    if problem := get_problem():
        problems["notify"] = "unavailable"
        details.append(f"{problem}. Items arrive at the next poll; check REDIS_URL and that the server there runs.")
    if failing := get_all_failing():
        problems["failing_tasks"] = failing
        details.append(f"Failing: {', '.join(failing)}. See the log for background_task_failed or worker_ended.")
    if not problems:
        return JsonResponse({"status": "ok", "database": "ok"})
    return JsonResponse({"status": "degraded", "database": "ok", **problems, "detail": " ".join(details)})


def _check_database() -> str | None:
    """Return why the log cannot be read and the cure, None if it can."""
    try:
        has_head = LogHead.objects.filter(pk=1).exists()
    except Error as error:
        if not is_unavailable(error):
            raise
        return f"The database can't be read: {error}. Check DATABASE_URL and run `manage.py migrate`."
    return None if has_head else "The log has no head: run `manage.py migrate`."
