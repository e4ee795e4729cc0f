"""Settings: all that differs between installations comes from the environment.

`docs/operations.md` lists every variable. Without DATABASE_URL and REDIS_URL the
project uses the servers that `governance.embedded` starts under `var/`.
"""

from __future__ import annotations

import os
from pathlib import Path

from celery.schedules import crontab
from csp.constants import NONCE, NONE, SELF

from governance.embedded import addresses, secrets

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(os.environ.get("VAR_DIR", BASE_DIR / "var"))


def flag(name: str, default: bool = False) -> bool:
    """An environment variable as yes or no."""
    return os.environ.get(name, str(int(default))).lower() in {"1", "true", "yes", "on"}


DEBUG = flag("DEBUG")
DEMO = flag("DEMO")
SECRET_KEY = secrets.from_environment("SECRET_KEY", VAR_DIR)
# "key-id:base64 of 32 bytes", newest first; older keys only open what they sealed.
PRIVACY_KEYS = secrets.from_environment("PRIVACY_KEYS", VAR_DIR).split(",")
PRIVACY_INDEX_KEY = secrets.from_environment("PRIVACY_INDEX_KEY", VAR_DIR)

ALLOWED_HOSTS = os.environ.get("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1],testserver").split(",")
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("CSRF_TRUSTED_ORIGINS", "").split(",") if o]

INSTALLED_APPS = [
    "governance.ui",
    "governance.audit",
    "governance.privacy",
    "governance.calendars",
    "governance.deadlines",
    "governance.outbox",
    "governance.files",
    "governance.jobs",
    "governance.sheets",
    "grids",
    "accounts",
    "members",
    "points",
    "appeals",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "django_filters",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "axes",
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "governance.ui.problems.CleanInputMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.middleware.ActorMiddleware",
    "accounts.middleware.RouteRightsMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "governance.urls"
WSGI_APPLICATION = "governance.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "governance.ui.context.shell",
            ],
            "builtins": ["governance.ui.templatetags.ui"],
        },
    }
]
CSRF_FAILURE_VIEW = "governance.ui.problems.csrf_failure"
FORM_RENDERER = "governance.ui.forms.Renderer"

DATABASES = {"default": addresses.database(os.environ.get("DATABASE_URL", ""), VAR_DIR)}
REDIS_URL = addresses.redis(os.environ.get("REDIS_URL", ""), VAR_DIR)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "governance",
    }
}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
LOGIN_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = "home"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "accounts.passwords.PolicyValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
# 0 days: a password never grows too old.
PASSWORD_VALID_DAYS = int(os.environ.get("PASSWORD_VALID_DAYS", "0" if DEMO else "90"))
PASSWORD_HISTORY = 5
SESSION_IDLE_SECONDS = int(os.environ.get("SESSION_IDLE_MINUTES", "60")) * 60
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
HTTPS = flag("HTTPS")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
BEHIND_PROXY = flag("BEHIND_PROXY")
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.5  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_CALLABLE = "accounts.lockout.response"
AXES_RESET_ON_SUCCESS = True
# The page says when the lock-out ends: trying again meanwhile must not move that moment.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_CLIENT_IP_CALLABLE = "accounts.addresses.client_ip"
AXES_USERNAME_CALLABLE = "accounts.lockout.username_of"
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:", "blob:", *filter(None, [os.environ.get("MAP_TILE_ORIGIN")])],
        "connect-src": [SELF],
        "worker-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
MAP_TILE_URL = os.environ.get("MAP_TILE_URL", "")

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = os.environ.get("TIME_ZONE", "Asia/Shanghai")
# A clock so far ahead of the last sweep cannot be right, see governance.deadlines.guard.
CLOCK_LEAP_DAYS = int(os.environ.get("CLOCK_LEAP_DAYS", "30"))
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "governance.ui.static.StaticStorage"},
}
MEDIA_ROOT = VAR_DIR / "media"
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
UPLOAD_MAX_BYTES = 20 * 1024 * 1024
SPREADSHEET_MAX_BYTES = 200 * 1024 * 1024

# Outside channels; one without an address is off. The adapters are in governance/outbox/channels.py.
OUTBOX_CHANNELS = {
    "wecom": {"adapter": "governance.outbox.channels.WeComRobot", "url": os.environ.get("WECOM_ROBOT_URL", "")},
    "sms": {
        "adapter": "governance.outbox.channels.SmsGateway",
        "url": os.environ.get("SMS_GATEWAY_URL", ""),
        "token": os.environ.get("SMS_GATEWAY_TOKEN", ""),
    },
    "hotline": {
        "adapter": "governance.outbox.channels.Hotline",
        "url": os.environ.get("HOTLINE_URL", ""),
        "secret": os.environ.get("HOTLINE_SECRET", ""),
    },
}
# A path that the web server in front answers itself (nginx: `internal`), e.g. "/protected/"; empty: Django sends files.
FILES_ACCEL_PREFIX = os.environ.get("FILES_ACCEL_PREFIX", "")

CELERY_BROKER_URL = addresses.broker(REDIS_URL)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TIMEZONE = TIME_ZONE
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    # Nothing depends on a message: a request waits half a second for a broker that is away, not six.
    "socket_connect_timeout": 3,
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0.2,
    "interval_max": 0.2,
}
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat-schedule")
CELERY_TASK_DEFAULT_QUEUE = "default"
# Long work (imports, exports) must not stand in front of a clock.
CELERY_TASK_ROUTES = {"*.long_*": {"queue": "long"}}
CELERY_BEAT_SCHEDULE = {
    "sweep-clocks": {"task": "governance.deadlines.tasks.sweep", "schedule": 5.0, "options": {"expires": 5}},
    "seal-audit": {"task": "governance.audit.tasks.seal", "schedule": 60.0, "options": {"expires": 60}},
    "deliver-outbox": {"task": "governance.outbox.tasks.deliver", "schedule": 10.0, "options": {"expires": 10}},
    "gather-reminders": {"task": "governance.outbox.tasks.gather", "schedule": 20.0, "options": {"expires": 20}},
    "purge-drafts": {"task": "governance.files.tasks.purge_drafts", "schedule": 3600.0, "options": {"expires": 3600}},
    "forget-idempotency-keys": {
        "task": "governance.ui.tasks.forget_idempotency_keys",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "recover-jobs": {"task": "governance.jobs.tasks.recover", "schedule": 60.0, "options": {"expires": 60}},
    "purge-sheets": {"task": "governance.sheets.tasks.purge", "schedule": 1800.0, "options": {"expires": 1800}},
    "sweep-points-orders": {"task": "points.shop.tasks.sweep", "schedule": 60.0, "options": {"expires": 60}},
    "apply-unit-changes": {"task": "grids.tasks.apply_due_changes", "schedule": 300.0, "options": {"expires": 300}},
    # Hourly, so that a night without a worker is made up for; what is done already is not done again.
    "expire-points": {"task": "points.tasks.expire_points", "schedule": 3600.0, "options": {"expires": 3600}},
    "verify-ledger": {"task": "points.tasks.long_verify_ledger", "schedule": crontab(hour=2, minute=40)},
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.api.authentication.TokenAuthentication",
        "accounts.api.authentication.ActingSessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["accounts.api.permissions.RouteRight"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "EXCEPTION_HANDLER": "governance.ui.problems.api_exception_handler",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "PAGE_SIZE": 50,
}
# PAGE_SIZE is the size for the views that name a paging; there is no default paging on purpose.
SILENCED_SYSTEM_CHECKS = ["rest_framework.W001"]
SPECTACULAR_SETTINGS = {
    "TITLE": "网格治理平台 API",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "governance.privacy.logs.MaskingFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": os.environ.get("LOG_LEVEL", "INFO")},
}
