"""One clean data set out of all runs of a collection. Knows nothing of Scrapy.

:class:`DataSet` reads ``items/`` twice: once for what there is and which line of it is the newest,
once for the rows in the order of their addresses. What is in memory does not grow with either.
"""

from mirror.export.dataset import DataSet, Request
from mirror.export.destination import Destination
from mirror.export.errors import ExportError, Fault, UnreadableCollection
from mirror.export.formats import Format, check_available, guess_format, open_writer
from mirror.export.rows import Columns, json_schema
from mirror.export.selection import Selection

__all__ = [
    "Columns",
    "DataSet",
    "Destination",
    "ExportError",
    "Fault",
    "Format",
    "Request",
    "Selection",
    "UnreadableCollection",
    "check_available",
    "guess_format",
    "json_schema",
    "open_writer",
]
