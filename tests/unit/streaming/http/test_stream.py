"""Log lines of opened streams."""

from structlog.testing import capture_logs

from streaming.http.stream import OpenedLog


def test_opened_log_counts_the_streams_that_have_no_line() -> None:
    log = OpenedLog(lines_per_second=2)

    with capture_logs() as lines:
        for now in (5.0, 5.1, 5.2, 5.9, 6.0, 6.1, 6.2):
            log.add(now=now, client=str(now))

    assert [(line["event"], line["client"], line.get("left_out")) for line in lines] == [
        ("stream_opened", "5.0", None),
        ("stream_opened", "5.1", None),
        ("stream_opened", "6.0", 2),
        ("stream_opened", "6.1", None),
    ]
