"""Settings of the test suite: quick, offline, SQLite unless DATABASE_URL says otherwise."""

from __future__ import annotations

import os
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from project import databases

BASE_DIR = Path(__file__).resolve().parent.parent
SECRET_KEY = "the key of the tests"
DEBUG = False
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
USE_TZ = True
TIME_ZONE = "UTC"

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
    *(["tests.host"] if find_spec("tests.host") else []),
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
ROOT_URLCONF = "project.urls"
STATIC_URL = "static/"
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

DATABASES = {"default": databases.from_url(os.environ.get("DATABASE_URL") or "sqlite:///tests.sqlite3", base=BASE_DIR)}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, as in production: threads and the live server get connections of their own. One per process, so that
    # several runs can share a machine.
    _name = Path(tempfile.gettempdir()) / f"attio_mirror_tests_{os.getpid()}.sqlite3"
    DATABASES["default"]["TEST"] = {"NAME": str(_name)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
Q_CLUSTER = {"name": "attio-tests", "orm": "default", "workers": 1, "timeout": 60, "retry": 180, "save_limit": -1}

ATTIO_MIRROR: dict[str, Any] = {
    "CONNECTIONS": {
        "default": {
            "TOKEN": "token-of-the-tests",
            "WEBHOOK_SECRETS": ["secret-of-the-tests"],
            "BASE_URL": "https://api.attio.com",
        }
    },
    "PUSH": "off",
    "READS_PER_SECOND": 1e6,
    "WRITES_PER_SECOND": 1e6,
}
