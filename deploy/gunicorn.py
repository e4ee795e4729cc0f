"""Gunicorn's settings, for `make run` and for a server alike."""

import os
import sys
from pathlib import Path

_host = os.environ.get("HOST") or "127.0.0.1"
bind = f"{f'[{_host}]' if ':' in _host else _host}:{os.environ.get('PORT') or 8000}"
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS", min(4, max(2, os.cpu_count() or 1))))
preload_app = True  # loaded once and shared by the workers, which also are there sooner
threads = int(os.environ.get("WEB_THREADS", 4))
timeout = 60
graceful_timeout = 20
keepalive = 5
# Where a leak in a library hides, a worker's life ends in time; the jitter keeps them from ending together.
max_requests = 10_000
max_requests_jitter = 1_000
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 a heartbeat must not wait for a disk
forwarded_allow_ips = os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1")
accesslog = None
loglevel = "warning"
# Its own lines (a request that failed, with its address) are masked like the platform's.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
logconfig_dict = {
    "formatters": {
        "generic": {
            "()": "governance.privacy.logs.MaskingFormatter",
            "format": "%(asctime)s [%(process)d] [%(levelname)s] %(message)s",
        }
    },
    "root": {"level": "WARNING", "handlers": ["error_console"]},
    "loggers": {"gunicorn.error": {"level": "WARNING", "handlers": ["error_console"], "propagate": False}},
}
control_socket_disable = True  # its default place is the home folder


def post_worker_init(worker):
    """Tell the person who ran `make run` where to go, once the first worker can answer."""
    if worker.age == 1 and os.environ.get("ANNOUNCE"):
        print(_announcement(bind), flush=True)  # noqa: T201


def _announcement(address):
    demo = "演示账号和口令列在登录页上。" if os.environ.get("DEMO") == "1" else "用您的账号登录。"
    return f"\n    平台已启动：http://{address}/\n    {demo}停止请按 Ctrl-C，数据会保留。\n"
