"""A collection made good from its records: after a crash, or when its ledger is gone.

The same steps for both. First the ledger learns of every record that it does not know yet
(:func:`open_collection`). Then what those records say is acted upon, as the run that captured them
would have done (:func:`complete`): pages are read, items written, runs that were killed accounted
for. Nothing is fetched.
"""

from mirror.recovery.complete import Completed, complete
from mirror.recovery.opening import open_collection
from mirror.recovery.rebuild import Rebuilt, mirror_of, rebuild

__all__ = ["Completed", "Rebuilt", "complete", "mirror_of", "open_collection", "rebuild"]
