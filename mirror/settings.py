"""Every setting of the project, one block per concern.

Override any of them for one run with ``-s NAME=VALUE``.
"""

from mirror import __version__

# What is where.

BOT_NAME = "mirror"
SPIDER_MODULES = ["mirror.spiders"]
NEWSPIDER_MODULE = "mirror.spiders"
COMMANDS_MODULE = "mirror.commands"
OUTPUT_DIR = "output"  # folder of collections

# Who we say we are. CONTACT (an address or a URL) and OPERATOR (a name) are added to the
# User-Agent and to warcinfo when set; nothing else ever names whoever runs this.

CONTACT = ""
OPERATOR = ""
USER_AGENT = f"mirror-archive/{__version__}"
ROBOTSTXT_OBEY = True  # -a robots=ignore for one run

# How hard public hosts are asked. On loopback these are lifted (mirror/politeness/loopback.py).

CONCURRENT_REQUESTS = 16
CONCURRENT_REQUESTS_PER_DOMAIN = 4
AUTOTHROTTLE_ENABLED = True
AUTOTHROTTLE_START_DELAY = 0.5
AUTOTHROTTLE_MAX_DELAY = 30.0
AUTOTHROTTLE_TARGET_CONCURRENCY = 2.0

# What is done about trouble: docs/politeness.md. Seconds, where nothing else is said.

RETRY_TIMES = 4  # five attempts: of pages that fail every third time, one in 250 is left out
DOWNLOAD_TIMEOUT = 60  # the whole exchange: a trickle ends there too, however long it could go on
BACKOFF_BASE = 1.0  # a second attempt comes within that time, each further one within twice that
BACKOFF_MAX = 60.0  # a host that is well again should not be left alone for longer
UNTIMED_WAIT = 60.0  # after a 429 that names no time: a minute is what GitHub asks for at least
WAIT_MAX = 1800.0  # GitHub's raw files are refused for half an hour; who asks for more is given up
WAIT_TOTAL_MAX = 3600.0  # asked for by one host in one run: the rest is for the next run
HOST_FAILURES_MAX = 10  # in a row: three minutes of waits at most; then it is given up for the run

# Capture: what is fetched, from where, and how it is recorded (docs/capture.md).

ADDONS = {"mirror.capture.WarcAddon": 300}
WARC_RECORDER = "mirror.extensions.recorder.CollectionRecorder"
WARC_MAX_SIZE = 1_000_000_000  # bytes; a file is rotated before a record would begin beyond it
WARC_RESUME_SIZE = 64_000_000  # bytes; a larger file of an earlier run is not gone on in
CHECKPOINT_SECONDS = 5  # a capture is safe from power loss after this time, plus one fsync
MINIMUM_FREE_BYTES = 256 * 1024 * 1024  # a run does not start, and stops, with less room
DOWNLOAD_MAXSIZE = 16 * 1024 * 1024  # bytes of a body, before and after decompression
DOWNLOAD_WARNSIZE = 0
# PRIVATE_ORIGINS names further origins in private networks that a crawl may fetch from; the
# mirror's own is always one. `parse` and `shell` fetch what the operator types, wherever it is.
PROXY = ""  # http://, https://, socks5h:// or socks4a://[user:password@]host:port
TLS_CA_FILE = ""  # PEM file of further trusted authorities
DOWNLOAD_VERIFY_CERTIFICATES = True
DEFAULT_REQUEST_HEADERS = {"Accept": "*/*", "Accept-Encoding": "identity"}

# Pictures, when they are asked for (-a images=1; docs/crawling.md).

IMAGE_HOSTS: list[str] = []  # hosts (name or name:port, each with its subdomains) besides the
#                              layouts' own that pictures may be fetched from
IMAGES_MAXSIZE = 8 * 1024 * 1024  # bytes of one picture; what is larger is cut off and given up
IMAGES_PER_ARTICLE = 100  # the most that was seen in one article are 64

# Items.

EXTRACTION_PROCESS = True  # articles are read in a second process (docs/decisions/extraction.md)
EXTRACTION_TIMEOUT = 60  # seconds for one page before it counts as not understood
ITEM_PIPELINES = {"mirror.pipelines.store.StorePipeline": 300}
FEED_EXPORT_ENCODING = "utf-8"

# Packages (scrapy wacz). The private key that signs them is made there on first use; "" stands for
# $XDG_CONFIG_HOME/mirror-archive/wacz-key.pem, which is in ~/.config where that is not set.

WACZ_KEY = ""

# Replay (docs/replay.md). Folder of pywb's environment; "" is beside the one that runs.

REPLAY_ENVIRONMENT = ""

# What a run tells.

EXTENSIONS = {
    "mirror.extensions.run.RunExtension": 100,
    "mirror.extensions.progress.ProgressExtension": 200,
    "scrapy.extensions.logstats.LogStats": None,  # our progress says more
}
LOG_LEVEL = "INFO"
STATS_DUMP = False  # the run summary has them
DOWNLOADER_STATS = False  # the recorder counts what was received, to the byte
QUIET = False  # what `scrapy crawl --quiet` sets: no bar on a terminal
METRICS_DIR = ""  # folder of the node exporter's textfile collector (docs/status.md)
LOGSTATS_INTERVAL = 60.0  # seconds between two lines of progress where there is no terminal

# Speed. No Twisted reactor: plain asyncio carries aiohttp faster (docs/decisions/http-client.md).
# One item a response: Scrapy would start a hundred tasks for it.

TWISTED_REACTOR_ENABLED = False
CONCURRENT_ITEMS = 1
SCHEDULER_PRIORITY_QUEUE = "mirror.politeness.queue.PoliteQueue"  # holds back host by host

# Parts of Scrapy that a crawl of one mirror's own pages has no use for, or that do not belong on
# an unattended machine.

REMOTE_CONTROL_ENABLED = False  # a server that executes code
TELNETCONSOLE_ENABLED = False
COOKIES_ENABLED = False  # would fetch the public suffix list
METAREFRESH_ENABLED = False
REFERER_ENABLED = False
URLLENGTH_LIMIT = 0  # percent-encoded Chinese file names are long; the frontier bounds the rest
DUPEFILTER_CLASS = "scrapy.dupefilters.BaseDupeFilter"  # the ledger remembers, on disk
MEMUSAGE_ENABLED = False
WARN_ON_GENERATOR_RETURN_VALUE = False
SPIDER_MIDDLEWARES = {
    "scrapy.spidermiddlewares.depth.DepthMiddleware": None,  # the oldest page is 108 hops down
    "scrapy.spidermiddlewares.referer.RefererMiddleware": None,
    "scrapy.spidermiddlewares.urllength.UrlLengthMiddleware": None,
    "scrapy.spidermiddlewares.metacopy.MetaCopyDetectionMiddleware": None,
    "scrapy.spidermiddlewares.httperror.HttpErrorMiddleware": None,  # every status is a page's end
}
DOWNLOADER_MIDDLEWARES = {
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,  # allows all on a 5xx
    "mirror.politeness.robots.RobotsMiddleware": 100,
    "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,  # knows no wait, no Retry-After
    "mirror.politeness.middleware.PolitenessMiddleware": 550,
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,  # the spider asks for the
    #                                                 mirror's own pages only; see address.py
    "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,
    "scrapy.downloadermiddlewares.cookies.CookiesMiddleware": None,
}
