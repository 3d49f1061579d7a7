"""Django settings. What an installation may choose is read from the environment, with safe defaults.

``RESKONTRA_HOME``      folder for database, keys, archive and files (default ``var``)
``DATABASE_URL``        any PostgreSQL from version 15; without it an embedded one is used
``RESKONTRA_DATABASE``  name of the database (default ``reskontra``)
``RESKONTRA_HOSTS``     host names the desk answers to, separated by commas
``RESKONTRA_HTTPS``     ``1`` where the desk is reached by https only: cookies are then marked secure
``RESKONTRA_OUT``       folder that the invoice operator fetches batches from (default ``out`` in the home folder)
``RESKONTRA_SCHEMAS``   folder with public XSD files to validate outgoing files against as well
"""

import os
import secrets
from pathlib import Path

from reskontra.database.server import home

HOME = home()


def _secret() -> str:
    """The signing key of sessions: made at first use, kept readable for this user only."""
    if given := os.environ.get("RESKONTRA_SECRET_KEY"):
        return given
    kept = HOME / "keys" / "secret"
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            descriptor = os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            pass
        else:
            with os.fdopen(descriptor, "w") as file:
                file.write(secrets.token_urlsafe(50))
    return kept.read_text()


# Only the desk signs anything; commands and checks must not write a key for it.
SECRET_KEY = _secret() if os.environ.get("RESKONTRA_SERVING") else "no session is signed by this process"

DEBUG = False
ALLOWED_HOSTS = [*filter(None, os.environ.get("RESKONTRA_HOSTS", "").split(",")), "localhost", "127.0.0.1"]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "reskontra.registers",
    "reskontra.runs",
    "reskontra.ledger",
    "reskontra.exchange",
    "reskontra.bank",
    "reskontra.sales",
    "reskontra.claims",
    "reskontra.purchases",
    "reskontra.desk",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "reskontra.desk.middleware.LargestRequestMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "reskontra.desk.middleware.LanguageMiddleware",
    "reskontra.desk.middleware.ContentSecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "reskontra.addresses"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "reskontra.desk.context.desk",
            ],
            "builtins": ["reskontra.desk.templatetags.texts"],
        },
    }
]
WSGI_APPLICATION = "reskontra.desk.wsgi.application"

# The addresses are set by reskontra.database.connect before the first query; these name the engine only.
DATABASES = {
    "default": {"ENGINE": "django.db.backends.postgresql", "NAME": "", "CONN_MAX_AGE": 0},
    "owner": {"ENGINE": "django.db.backends.postgresql", "NAME": "", "CONN_MAX_AGE": 0},
}
DATABASE_NAME = os.environ.get("RESKONTRA_DATABASE", "reskontra")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "registers.Person"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = os.environ.get("RESKONTRA_HTTPS") == "1"
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
LOGIN_URL = "/sign-in"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/sign-in"

USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Helsinki"
LANGUAGE_CODE = "sv"
LANGUAGES = [("sv", "svenska"), ("fi", "suomi"), ("en", "English")]

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
DATA_UPLOAD_MAX_MEMORY_SIZE = 20 * 1024 * 1024
# Bytes of a whole request: a file of the size that an interface takes, with what lies beside it.
LARGEST_REQUEST = 250 * 1000 * 1000
SILENCED_SYSTEM_CHECKS = ["models.W042"]

# A demo database lets its invented people sign in by a button; set by the serve command, never by hand.
DEMO = os.environ.get("RESKONTRA_DEMO") == "1"
DEMO_DAY = os.environ.get("RESKONTRA_DEMO_DAY", "")  # on which the clock of a demonstration stands

# The folder that the operator fetches batches from.
OUT = Path(os.environ.get("RESKONTRA_OUT", HOME / "out"))
SCHEMAS = Path(given) if (given := os.environ.get("RESKONTRA_SCHEMAS")) else None
