"""Settings of the demo project: everything that differs from one machine to the next comes from the environment.

docs/reference/environment.md explains each variable.
"""

from __future__ import annotations

from os import environ
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from project import databases

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"


def words(name: str, default: str = "") -> list[str]:
    """The comma-separated variable as a list."""
    return [word.strip() for word in environ.get(name, default).split(",") if word.strip()]


ATTIO_API_KEY = environ.get("ATTIO_API_KEY", "")
REDIS_URL = environ.get("REDIS_URL", "")

DEBUG = environ.get("DEBUG", "1").lower() in {"1", "true", "yes", "on"}
SECRET_KEY = environ.get("SECRET_KEY", "")
if not SECRET_KEY and not DEBUG:
    msg = "Set SECRET_KEY in the environment: with DEBUG=0 the demo project has no key of its own."
    raise ImproperlyConfigured(msg)
SECRET_KEY = SECRET_KEY or "the demo project's key, known to everybody, for this machine only"
ALLOWED_HOSTS = words("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "django_q",
    "attio_mirror",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "project.policy.StrictPolicy",
]
ROOT_URLCONF = "project.urls"
WSGI_APPLICATION = "project.wsgi.application"
ASGI_APPLICATION = "project.asgi.application"
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
            ]
        },
    }
]

# A mirror of the sandbox and one of a real workspace never share a file: rows of one must not be pushed to the other.
DATABASE_URL = environ.get("DATABASE_URL") or f"sqlite:///{'mirror' if ATTIO_API_KEY else 'demo'}.sqlite3"
DATABASES = {"default": databases.from_url(DATABASE_URL, base=BASE_DIR)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Shared by all processes (the task cluster reports its state here), so never the per-process default.
CACHES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.filebased.FileBasedCache", "LOCATION": VAR_DIR / "cache"}
}

# docs/howto/queue.md gives the reason for every line.
Q_CLUSTER: dict[str, Any] = {
    "name": "attio",
    "workers": 2,
    "queue_limit": 2,
    "bulk": 1,
    "timeout": 60,
    "retry": 180,
    "ack_failures": True,
    "max_attempts": 1,
    "poll": 0.05,
    "guard_cycle": 0.5,
    "save_limit": -1,
    "catch_up": False,
    "recycle": 500,
    "max_rss": 400_000,
} | ({"redis": REDIS_URL} if REDIS_URL else {"orm": "default"})

ATTIO_MIRROR: dict[str, Any] = {
    "CONNECTIONS": {
        "default": {
            "TOKEN": ATTIO_API_KEY,
            "BASE_URL": environ.get("ATTIO_BASE_URL") or "https://api.attio.com",
            "WEBHOOK_SECRETS": words("ATTIO_WEBHOOK_SECRET"),
        }
    },
    "PUSH": environ.get("ATTIO_PUSH") or "queued",
}

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LANGUAGE_CODE = "en"
TIME_ZONE = environ.get("TZ") or "UTC"
USE_TZ = True
STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "attio_mirror": {"level": environ.get("LOG_LEVEL", "INFO")},
        "django": {"handlers": ["console"], "level": "INFO", "propagate": False},
    },
}
