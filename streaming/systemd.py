"""What systemd passes to this process: listening sockets (sd_listen_fds(3)), and a socket to show that it works.

Imported with the app, before Twisted, which removes the variables of the sockets from the environment when it is
imported.
"""

import os
import socket
from collections.abc import Mapping
from contextlib import suppress

FIRST_DESCRIPTOR = 3


def parse_descriptors(environment: Mapping[str, str], *, pid: int) -> list[int]:
    """Return the descriptors that an environment passes to the process `pid`; none for one that only inherited it."""
    count = environment.get("LISTEN_FDS", "")
    if environment.get("LISTEN_PID") != str(pid) or not count.isdecimal():
        return []
    return [*range(FIRST_DESCRIPTOR, FIRST_DESCRIPTOR + int(count))]


class Watchdog:
    """Tells systemd that the event loop of this process runs, if the unit has WatchdogSec= (sd_watchdog_enabled(3))."""

    def __init__(self, environment: Mapping[str, str], *, pid: int) -> None:
        """Do nothing in a process that has only inherited the environment, as a worker has from its supervisor."""
        is_meant = "WATCHDOG_USEC" in environment and environment.get("WATCHDOG_PID", str(pid)) == str(pid)
        address = environment.get("NOTIFY_SOCKET", "") if is_meant else ""
        self._address = "\0" + address[1:] if address.startswith("@") else address

    def notify(self) -> None:
        """Show systemd that the event loop runs; to be called by it, at least twice in the time of WatchdogSec=."""
        if not self._address:
            return
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notifications:
            notifications.setblocking(False)  # if systemd is restarted or behind, the next one counts
            notifications.sendto(b"WATCHDOG=1", self._address)


DESCRIPTORS = parse_descriptors(os.environ, pid=os.getpid())
