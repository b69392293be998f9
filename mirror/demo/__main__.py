"""``python -m mirror.demo [--port N]``: serve the demo mirror in the foreground until Ctrl-C."""

from __future__ import annotations

import argparse
import signal
import sys

from mirror.demo.server import HOST, DemoServer


def main() -> int:
    """Serve until SIGINT or SIGTERM; 0 then, 2 when the port cannot be had."""
    parser = argparse.ArgumentParser(prog="python -m mirror.demo", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="default: any free port")
    port: int = parser.parse_args().port
    if not 0 <= port <= 65535:
        parser.error(f"argument --port: {port} is not between 0 and 65535")
    stop = {signal.SIGINT, signal.SIGTERM}
    # Blocked before any thread starts, so that only sigwait() below receives them.
    signal.pthread_sigmask(signal.SIG_BLOCK, stop)
    try:
        with DemoServer(port) as server:
            print(server.url, flush=True)  # noqa: T201 (the address is this command's output)
            signal.sigwait(stop)
    except OSError as error:
        print(  # noqa: T201
            f"cannot listen on {HOST}:{port}: {error.strerror}; choose another --port",
            file=sys.stderr,
        )
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
