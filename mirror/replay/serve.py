"""The server: pywb and the start page in one process. Run by pywb's own Python, never imported.

    python serve.py '{"collection": …, "folder": …, "port": …}'

pywb reads its configuration from the working folder, and formats and globs the paths in it. So it
gets an empty folder of its own, with links into the collection under plain names; nothing in the
collection is written to.
"""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import sys
import tempfile
from pathlib import Path
from typing import Any, NoReturn

EXIT_PORT = 1
STOP_SECONDS = 1
"""For answers that are under way."""


def main() -> None:
    _project()
    asked: dict[str, Any] = json.loads(sys.argv[1])
    signal.signal(signal.SIGTERM, _end)  # until the server takes them
    # Only ever asked on loopback: a proxy in the environment would be in the way of pywb, whose
    # parts speak to each other over HTTP.
    os.environ["no_proxy"] = os.environ["NO_PROXY"] = "*"
    for name in ("PYWB_CONFIG_FILE", "PYWB_NO_VERIFY_SSL"):
        os.environ.pop(name, None)
    with tempfile.TemporaryDirectory(prefix="mirror-replay-") as folder:
        try:
            _serve(Path(folder), Path(asked["folder"]), asked["collection"], int(asked["port"]))
        except KeyboardInterrupt:
            sys.stderr.write("\n")
        finally:
            os.chdir("/")


def _project() -> None:
    """Make the package importable, and nothing that is installed beside it."""
    package = Path(__file__).resolve().parents[1]
    spec = importlib.util.spec_from_file_location(
        "mirror", package / "__init__.py", submodule_search_locations=[str(package)]
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["mirror"] = module
    spec.loader.exec_module(module)


def _end(number: int, _: object) -> NoReturn:
    raise SystemExit(128 + number)


def _serve(work: Path, folder: Path, collection: str, port: int) -> None:
    # pywb makes the standard library's blocking calls gevent's when it is imported: first of all.
    from pywb.apps.frontendapp import FrontEndApp  # noqa: I001, PLC0415

    import gevent  # noqa: PLC0415
    from gevent.pywsgi import WSGIServer  # noqa: PLC0415
    from pywb.utils.geventserver import RequestURIWSGIHandler  # noqa: PLC0415

    from mirror.replay.app import Place, StartPage  # noqa: PLC0415
    from mirror.replay.configuration import configuration, prepare, restrict  # noqa: PLC0415

    derived = folder / "derived"
    prepare(work, folder, derived)
    os.chdir(work)
    output, sys.stdout = sys.stdout, Path(os.devnull).open("w")  # noqa: SIM115 - pywb prints
    pywb = FrontEndApp(config_file=None, custom_config=configuration(collection))
    # Else a line for each question that pywb asks itself.
    pywb.warcserver_server.server.log = sys.stdout
    place = Place(collection, folder / "indexes", folder / "items", derived / "catalogue.sqlite")
    start_page = StartPage(place, pywb)
    restrict(pywb, start_page.catalogue.excluded(), folder)
    try:
        server = WSGIServer(
            ("127.0.0.1", port), start_page, handler_class=RequestURIWSGIHandler, log=None
        )
        server.start()
    except OSError as error:
        reason = f"port {port} of 127.0.0.1 cannot be used: {error.strerror}; give another --port"
        sys.stderr.write(f"scrapy replay: {reason}\n")
        raise SystemExit(EXIT_PORT) from None
    output.write(f"http://127.0.0.1:{server.server_port}/\n")
    output.flush()
    ended: list[int] = []

    def end(number: int) -> None:
        ended.append(number)
        server.stop(timeout=STOP_SECONDS)

    for number in (signal.SIGINT, signal.SIGTERM):
        gevent.signal_handler(number, end, number)
    server.serve_forever()
    if signal.SIGTERM in ended:
        raise SystemExit(128 + signal.SIGTERM)


if __name__ == "__main__":
    main()
