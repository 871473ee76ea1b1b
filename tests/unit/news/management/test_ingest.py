import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from ipaddress import ip_network
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection
from django.utils import timezone
from structlog.testing import capture_logs

from news.models import Item, Source
from news.sources.http.client import READ_SECONDS, make_client
from news.sources.scheduler import FAILING_LIMIT, POLLS_AT_ONCE, Scheduler
from tests.helpers.items import append

ROOT = Path(__file__).resolve().parents[4]
DEADLINE_SECONDS = 60
LOOPBACK = [ip_network("127.0.0.0/8")]


@pytest.fixture(autouse=True)
def loopback_is_allowed(settings):
    settings.SOURCE_ALLOWED_NETWORKS = LOOPBACK


class FeedServer(ThreadingHTTPServer):
    """Serves one item at every path; /bad returns 500, /slow waits for a request of /good, /never for the end."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), FeedHandler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.requested = []
        self.changed = threading.Condition()
        self.closing = False

    def wait_for(self, condition):
        with self.changed:
            assert self.changed.wait_for(lambda: self.closing or condition(), DEADLINE_SECONDS), self.requested

    def handle_error(self, request, client_address):
        pass  # stopped clients close their connection


class FeedHandler(BaseHTTPRequestHandler):
    def do_GET(self):
        with self.server.changed:
            self.server.requested.append(self.path)
            self.server.changed.notify_all()
        if self.path == "/slow":
            self.server.wait_for(lambda: "/good" in self.server.requested)
        if self.path.startswith("/never"):
            self.server.wait_for(lambda: False)
        self.send_response(500 if self.path == "/bad" else 200)
        self.end_headers()
        self.wfile.write(
            f'<rss version="2.0"><channel><item><title>Apple (AAPL) profit rises {self.path}</title>'
            f"<guid>{self.path}</guid></item><item><title></title></item></channel></rss>".encode()
        )

    def log_message(self, *args):
        pass


@pytest.fixture
def server():
    server = FeedServer()
    threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
    yield server
    with server.changed:
        server.closing = True
        server.changed.notify_all()
    server.shutdown()
    server.server_close()


def add_source(server, path, **values):
    return Source.objects.create(name=path.strip("/"), url=server.url + path, **values)


def ingest_once():
    out = StringIO()
    call_command("ingest", once=True, stdout=out)
    return out.getvalue()


def run_loop_until(server, condition):
    """Run the scheduler in this thread, and stop it from another as soon as `condition` is true."""
    with make_client(allowed=LOOPBACK) as client:
        scheduler = Scheduler(client, has_sample=False)

        def stop():
            try:
                server.wait_for(condition)
            finally:
                scheduler.stop()

        stopper = threading.Thread(target=stop)
        stopper.start()
        scheduler.run()
        stopper.join()


# --once


@pytest.mark.django_db
def test_ingest_once_polls_all_enabled_sources_and_prints_each(server, settings):
    settings.SAMPLE_FEED = False
    add_source(server, "/good", next_poll_at=timezone.now() + timedelta(days=1))
    add_source(server, "/bad")
    add_source(server, "/off", is_enabled=False)

    printed = ingest_once()

    lines = {line.split()[0]: line for line in printed.splitlines()}
    assert lines.keys() == {"source", "good", "bad"}
    assert lines["good"].split()[:6] == ["good", "1", "0", "1", "1", "0"]
    assert lines["bad"].split()[:6] == ["bad", "0", "0", "0", "0", "1"]
    assert "answered 500" in lines["bad"]
    assert sorted(server.requested) == ["/bad", "/good"]


@pytest.mark.django_db
def test_ingest_once_all_sources_failed_exits_with_1(server, settings):
    settings.SAMPLE_FEED = False
    add_source(server, "/bad")

    with pytest.raises(CommandError, match="all 1 sources failed") as caught:
        ingest_once()

    assert caught.value.returncode == 1


@pytest.mark.django_db
def test_ingest_once_without_sources_appends_twenty_samples(settings):
    settings.SAMPLE_FEED = True

    printed = ingest_once()

    assert Item.objects.filter(source="sample").count() == 20
    assert printed.splitlines()[1].split()[:2] == ["sample", "20"]


@pytest.mark.django_db
def test_ingest_once_after_a_real_headline_appends_no_samples(settings):
    settings.SAMPLE_FEED = True
    ingest_once()
    append(0)

    printed = ingest_once()

    assert Item.objects.filter(is_sample=True).count() == 20
    assert "sample headlines have ended: add a source in the admin" in printed


@pytest.mark.django_db
def test_ingest_once_with_source_appends_no_samples(server, settings):
    settings.SAMPLE_FEED = True
    add_source(server, "/good")

    ingest_once()

    assert not Item.objects.filter(source="sample").exists()


@pytest.mark.django_db
def test_ingest_once_without_sources_and_samples_points_to_admin(settings):
    settings.SAMPLE_FEED = False

    assert "add a source in the admin" in ingest_once()


@pytest.mark.django_db
def test_ingest_once_many_sources_polls_all(server, settings):
    settings.SAMPLE_FEED = False
    for number in range(20):
        add_source(server, f"/feed-{number}")

    ingest_once()

    assert len(set(server.requested)) == 20
    assert Item.objects.count() == 20


# The loop


@pytest.mark.django_db
def test_ingest_failing_source_does_not_stop_others(server):
    add_source(server, "/bad", interval_seconds=1)
    add_source(server, "/good", interval_seconds=1)

    # After the second request, the results of the first are stored.
    run_loop_until(server, lambda: server.requested.count("/good") >= 2 and server.requested.count("/bad") >= 2)

    assert Item.objects.get().source == "good"
    assert "answered 500" in Source.objects.get(name="bad").last_error
    assert Source.objects.get(name="good").last_error == ""


@pytest.mark.django_db
def test_ingest_slow_source_does_not_delay_others(server):
    add_source(server, "/slow", interval_seconds=1)
    add_source(server, "/never", interval_seconds=1)
    add_source(server, "/good", interval_seconds=1)

    run_loop_until(server, lambda: server.requested.count("/slow") >= 2 and server.requested.count("/good") >= 2)

    assert set(Item.objects.values_list("source", flat=True)) == {"slow", "good"}


@pytest.mark.django_db
def test_ingest_source_added_while_running_is_polled(server):
    later = add_source(server, "/later", interval_seconds=1, next_poll_at=timezone.now() + timedelta(seconds=1.5))

    run_loop_until(server, lambda: server.requested.count("/later") >= 2)

    later.refresh_from_db()
    assert later.items_created == 1


@pytest.mark.django_db
def test_ingest_disabled_source_is_not_polled(server):
    add_source(server, "/off", is_enabled=False)
    add_source(server, "/good", interval_seconds=1)

    run_loop_until(server, lambda: server.requested.count("/good") >= 2)

    assert "/off" not in server.requested


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("error", [TypeError("a bug"), ProgrammingError("a wrong statement")], ids=type)
def test_ingest_bug_in_the_loop_is_logged_with_its_traceback_and_sources_are_polled_again(server, error):
    add_source(server, "/good", interval_seconds=1)
    failures = iter([error])

    def fail_once(execute, sql, *args):
        if "news_source" in sql and (failure := next(failures, None)):
            raise failure
        return execute(sql, *args)

    with capture_logs() as logs, connection.execute_wrapper(fail_once):
        run_loop_until(server, lambda: server.requested.count("/good") >= 2)

    (failed,) = [log for log in logs if log["event"] == "background_task_failed"]
    assert (failed["task"], failed["exc_info"]) == ("source_scheduler", True)
    assert not [log for log in logs if log["event"] == "database_unavailable"]
    assert Item.objects.count() == 1


@pytest.mark.django_db
def test_ingest_many_due_sources_are_polled_without_delay(server):
    for number in range(100):
        add_source(server, f"/feed-{number}", interval_seconds=3600)

    started = time.monotonic()
    run_loop_until(server, lambda: len(server.requested) == 100)

    # A slower way, by one batch of polls per second, would take three seconds.
    assert time.monotonic() - started < 60
    assert len(set(server.requested)) == 100


@pytest.mark.django_db
def test_ingest_failing_sources_use_few_slots(server):
    for number in range(POLLS_AT_ONCE + 10):
        add_source(server, f"/never-{number}", interval_seconds=1, consecutive_failures=1)
    add_source(server, "/good", interval_seconds=1)

    run_loop_until(server, lambda: server.requested.count("/good") >= 3)

    assert sum(path.startswith("/never") for path in server.requested) == FAILING_LIMIT


@pytest.mark.django_db
def test_ingest_once_watched_file_is_read_completely(settings, tmp_path):
    settings.SAMPLE_FEED = False
    lines = "".join(f'{{"title": "Apple (AAPL) headline {number}"}}\n' for number in range(2_500))
    (tmp_path / "news.jsonl").write_text(lines)
    Source.objects.create(name="inbox", kind="watched", path=str(tmp_path))

    printed = ingest_once()

    assert printed.splitlines()[1].split()[:6] == ["inbox", "2500", "0", "0", "2500", "0"]
    assert Item.objects.count() == 2_500


@pytest.mark.django_db
def test_ingest_once_unknown_kind_is_error_of_that_source(server, settings):
    settings.SAMPLE_FEED = False
    add_source(server, "/odd", kind="odd")
    add_source(server, "/good")

    printed = ingest_once()

    assert "kind='odd': must be one of feed, finnhub" in printed
    assert Item.objects.count() == 1


# The process


class Site:
    """A site with its own database file, on which processes run manage.py."""

    def __init__(self, directory):
        self.database = directory / "site.sqlite3"
        self.log = directory / "log"
        self.environment = {
            **os.environ,
            "DATABASE_URL": f"sqlite:///{self.database}",
            "REDIS_URL": "",
            "SOURCE_ALLOWED_NETWORKS": "127.0.0.0/8",
        }

    def manage(self, *arguments):
        command = [sys.executable, "manage.py", *arguments]
        subprocess.run(command, cwd=ROOT, env=self.environment, check=True, capture_output=True)

    @contextmanager
    def ingesting(self, *, sample):
        with self.log.open("a") as log:
            process = subprocess.Popen(
                [sys.executable, "manage.py", "ingest"],
                cwd=ROOT,
                env=self.environment | {"SAMPLE_FEED": "1" if sample else "0"},
                stderr=log,
            )
            try:
                yield process
            finally:
                process.kill()
                process.wait()

    def count_items(self):
        connection = sqlite3.connect(self.database)
        try:
            return connection.execute("SELECT count(*) FROM news_item").fetchone()[0]
        except sqlite3.OperationalError:
            return 0
        finally:
            connection.close()

    def add_source(self, url):
        code = f"from news.models import Source; Source.objects.create(name='wire', url={url!r})"
        self.manage("shell", "-c", code)

    def run(self, code):
        self.manage("shell", "-c", code)


def wait_until(condition, process, what):
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not condition():
        assert process.poll() is None, f"ended with {process.returncode} before {what}"
        assert time.monotonic() < deadline, f"timeout waiting for {what}"
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(timeout=0.05)


@pytest.fixture
def empty_site(tmp_path):
    return Site(tmp_path)


@pytest.fixture
def site(empty_site, fresh_database):
    shutil.copy(fresh_database[0], empty_site.database)
    return empty_site


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_ingest_process_appends_samples_until_signal(site, number):
    with site.ingesting(sample=True) as process:
        wait_until(lambda: site.count_items() >= 2, process, "sample headlines")
        process.send_signal(number)

        assert process.wait(DEADLINE_SECONDS) == 0
    assert "Traceback" not in site.log.read_text()


def test_ingest_process_ends_samples_when_another_process_imports(site):
    with site.ingesting(sample=True) as process:
        wait_until(lambda: site.count_items() >= 2, process, "sample headlines")
        site.run("from tests.helpers.items import append; append(0, is_historical=True)")
        count = site.count_items()
        wait_until(lambda: "samples_ended" in site.log.read_text(), process, "the end of samples")

        assert site.count_items() == count
    assert "Traceback" not in site.log.read_text()


def test_ingest_processes_poll_each_source_once(site, server):
    site.run(
        "from news.models import Source\nfor n in range(60): "
        f"Source.objects.create(name=f's{{n}}', url=f'{server.url}/feed-{{n}}', interval_seconds=3600)"
    )

    with site.ingesting(sample=False) as first, site.ingesting(sample=False), site.ingesting(sample=False):
        wait_until(lambda: site.count_items() == 60, first, "an item of each source")

    assert sorted(server.requested) == sorted(f"/feed-{number}" for number in range(60))


def test_ingest_process_waiting_for_server_ends_on_sigterm(site, server):
    site.add_source(server.url + "/never")

    with site.ingesting(sample=False) as process:
        server.wait_for(lambda: server.requested)
        process.send_signal(signal.SIGTERM)

        assert process.wait(READ_SECONDS - 1) == 0  # sooner than the fetch times out
    assert "Traceback" not in site.log.read_text()


def test_ingest_process_without_sources_logs_once_and_waits(site, server):
    with site.ingesting(sample=False) as process:
        wait_until(lambda: "nothing_to_ingest" in site.log.read_text(), process, "the advice")
        site.add_source(server.url + "/good")
        wait_until(lambda: site.count_items() == 1, process, "the new source's item")

    log = site.log.read_text()
    assert log.count("nothing_to_ingest") == 1
    assert "/sources/add" in log


def test_ingest_process_without_tables_retries(empty_site):
    with empty_site.ingesting(sample=True) as process:
        wait_until(lambda: "database_unavailable" in empty_site.log.read_text(), process, "a database error")
        empty_site.manage("migrate")

        wait_until(lambda: empty_site.count_items() >= 1, process, "sample headlines")
