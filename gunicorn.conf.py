"""How gunicorn serves the application; `gunicorn -c gunicorn.conf.py` needs nothing more."""

import os
import resource
from pathlib import Path

from adapter.web import metric_files
from adapter.web.server import Log, answer_plainly

wsgi_app = "wsgi:app"
# wsgi.py stands beside this file, wherever the command was given.
pythonpath = str(Path(__file__).resolve().parent)

bind = os.environ.get("ADAPTER_BIND", "127.0.0.1:8000")
# Threads, as gunicorn's "gthread" has them, that never wait for a slow client.
worker_class = "adapter.web.worker.Worker"
workers = int(os.environ.get("WEB_CONCURRENCY") or 2)
threads = int(os.environ.get("ADAPTER_THREADS") or 8)
# Each worker makes its own application: connections to the database do not survive a fork.
preload_app = False

# A worker that is silent for so long is replaced. A request ends well before, by the time-outs of
# the database.
timeout = 30
# On SIGTERM requests under way may finish within this time; new ones are refused.
graceful_timeout = 20
keepalive = 5

# So many connections a worker holds; for one more it cuts off whoever has been silent longest.
worker_connections = 1000
# The system's custom of 1024 files a process would leave none for the database.
_soft, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
if 0 <= _soft < 4096:
    _more = 4096 if _hard == resource.RLIM_INFINITY else min(4096, _hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (_more, _hard))
# A burst waits here until a worker's loop comes to it, which takes no thread.
backlog = 2048

# No header says where a request goes or how it came. By default gunicorn takes SCRIPT_NAME and
# X-Forwarded-Proto from whoever calls from this machine, where a proxy passes on what it is sent.
forwarded_allow_ips = ""
forwarder_headers = ""

limit_request_line = 8190
limit_request_fields = 64
limit_request_field_size = 8190

# The application writes one line per request, with secrets masked; gunicorn would write the path.
accesslog = None
errorlog = "-"
logger_class = Log
# What cannot be read as a request is answered here, and gunicorn would do so with a page.
post_fork = answer_plainly
loglevel = os.environ.get("ADAPTER_LOG_LEVEL", "info").lower()
# The workers count together for /metrics: in PROMETHEUS_MULTIPROC_DIR, or a folder in memory.
on_starting = metric_files.prepare
child_exit = metric_files.forget
on_exit = metric_files.clean
# Nobody steers us through a socket; signals are enough.
control_socket_disable = True
# The heartbeat file must not wait for a busy disk.
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # nosec B108
