"""The listening sockets that systemd passes to this process (sd_listen_fds(3)).

Imported with the app, before Twisted, which removes their variables from the environment when it is imported.
"""

import os
from collections.abc import Mapping

FIRST_DESCRIPTOR = 3


def parse_descriptors(environment: Mapping[str, str], *, pid: int) -> list[int]:
    """Return the descriptors that an environment passes to the process `pid`; none for one that only inherited it."""
    count = environment.get("LISTEN_FDS", "")
    if environment.get("LISTEN_PID") != str(pid) or not count.isdecimal():
        return []
    return [*range(FIRST_DESCRIPTOR, FIRST_DESCRIPTOR + int(count))]


DESCRIPTORS = parse_descriptors(os.environ, pid=os.getpid())
