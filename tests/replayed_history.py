"""What pywb should say of a collection that followed a mirror through its states."""

from __future__ import annotations

import bisect
import hashlib
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.test_replay.test_captures import stamp_of

if TYPE_CHECKING:
    from tests.replaying import Replay


@dataclass(frozen=True, slots=True)
class _State:
    """What a run met: the mirror's own files, read by nothing of ours."""

    run: str
    """Its id, which is its start: ``YYYYMMDDThhmmssZ``."""
    pages: dict[str, bytes]
    """SHA-256 by the URL of the page."""

    @property
    def stamp(self) -> str:
        """The start as pywb writes times."""
        return re.sub(r"\D", "", self.run)


@dataclass(slots=True)
class History:
    """The runs over a mirror, the oldest first."""

    states: list[_State] = field(default_factory=list)

    def add(self, run: str, pages: dict[str, bytes]) -> None:
        """Note a run, with the content of the pages that stood in the mirror then."""
        digests = {url: hashlib.sha256(body).digest() for url, body in pages.items()}
        self.states.append(_State(run, digests))

    def check(self, replay: Replay, every_run: set[str]) -> Counter[str]:
        """Each page of each state is replayed, at its time, as the mirror had it.

        Gives how many captures were replayed, by the URL of their page.

        :param every_run: URLs that each run asks for, so that each has a capture of its own.
        """
        asked: Counter[str] = Counter()
        for url in sorted({url for state in self.states for url in state.pages}):
            listed = timemap(replay, url)
            assert listed == sorted(set(listed)), url
            bodies = {}
            for state, end in zip(self.states, self._ends(), strict=True):
                if url not in state.pages:
                    continue
                stamp = listed[bisect.bisect_left(listed, end) - 1]
                assert stamp < end, f"{url} was captured by then"
                if url in every_run:
                    assert stamp >= state.stamp, f"{url} was captured in that very run"
                if stamp not in bodies:
                    answer = replay.capture(stamp, url)
                    assert (answer.status, stamp_of(answer)) == (200, stamp), url
                    bodies[stamp] = hashlib.sha256(answer.body).digest()
                assert bodies[stamp] == state.pages[url], f"{url} of {stamp}"
            if url in every_run:
                assert len(listed) == len(self.states), "one for each run"
            asked[url] = len(bodies)
        return asked

    def _ends(self) -> list[str]:
        return [*(state.stamp for state in self.states[1:]), "99991231235959"]


def timemap(replay: Replay, url: str) -> list[str]:
    """Times of the captures of a page, as a Memento client is told (RFC 7089 §5)."""
    answer = replay.get(f"/{replay.name}/timemap/link/{url}")
    assert answer.status == 200, url
    mementos = re.findall(r'<([^>]*)>; rel="(?:\w+ )?memento"', answer.text)
    return [re.findall(rf"/{replay.name}/(\d{{14}})\w*/", memento)[0] for memento in mementos]
