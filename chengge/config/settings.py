"""Django's settings. Every environment variable the product reads is read here, and described in docs/operations.md."""

from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONCE, NONE, SELF
from django.utils.translation import gettext_lazy as _

from chengge.config.database import database_from_url, private_database
from chengge.config.environment import Environment
from chengge.config.postgres import PrivatePostgres
from chengge.config.secrets import kept_secret
from chengge.config.static_version import static_version

PACKAGE_DIR = Path(__file__).resolve().parent.parent
BASE_DIR = PACKAGE_DIR.parent
ENVIRONMENT = Environment()

# --- Where run-time data lies -----------------------------------------------------------------------------------------------------------
VAR_DIR = ENVIRONMENT.path("CHENGGE_VAR", BASE_DIR / "var")
MEDIA_ROOT = VAR_DIR / "media"
MEDIA_URL = "media/"

# --- Safety -----------------------------------------------------------------------------------------------------------------------------
DEBUG = ENVIRONMENT.yes("CHENGGE_DEBUG", False)
SECRET_KEY = ENVIRONMENT.text("CHENGGE_SECRET_KEY") or kept_secret(VAR_DIR / "secrets" / "secret_key")
# What is kept of people outside the house, declared by each subsystem (`chengge.personal`): names its rooms of that kind.
PERSONAL_DATA_ROOMS = (
    "chengge.casework.personal",
    "chengge.intake.personal",
    "chengge.notices.personal",
    "chengge.coordination.personal",
)
# Which room says the figures of people to rooms that may not know the evaluation (`chengge.figures`).
FIGURES_ROOM = "chengge.evaluation.member_figures"
# So many months after the end of a case its reporters lose name and contact; 0: never by age.
ANONYMISE_MONTHS = ENVIRONMENT.number("CHENGGE_ANONYMISE_MONTHS", 24)
# So many months after they have left, what is kept of seconded staff as persons goes; 0: never.
SECONDED_MONTHS = ENVIRONMENT.number("CHENGGE_SECONDED_MONTHS", 12)
# Contacts are sealed with the newest key and opened with any: those named here, the newest first, parted by commas; else those in files.
CONTACT_KEY = ENVIRONMENT.text("CHENGGE_CONTACT_KEY")
CONTACT_KEY_FILE = VAR_DIR / "secrets" / "contact_key"
if not CONTACT_KEY:
    kept_secret(CONTACT_KEY_FILE)
CONTACT_MARK_KEY = ENVIRONMENT.text("CHENGGE_CONTACT_MARK_KEY") or kept_secret(VAR_DIR / "secrets" / "contact_mark_key")
HTTPS = ENVIRONMENT.yes("CHENGGE_HTTPS", False)
ALLOWED_HOSTS = ENVIRONMENT.listed("CHENGGE_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = ENVIRONMENT.listed("CHENGGE_ORIGINS")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_NAME = "chengge_session"
CSRF_COOKIE_NAME = "chengge_csrf"
LANGUAGE_COOKIE_NAME = "chengge_language"
# Sessions are rows in the database: one look-up by primary key a request, and signing out or dismissing a member ends them for certain.
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 12 * 3600
DATA_UPLOAD_MAX_MEMORY_SIZE = 25 * 2**20
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 2**20

# A tile service (for example 天地图) for the base map; without it our own imported roads, water and buildings are drawn.
TILES_URL = ENVIRONMENT.text("CHENGGE_TILES_URL")
TILES_ATTRIBUTION = ENVIRONMENT.text("CHENGGE_TILES_ATTRIBUTION")
_tile_hosts = [f"{urlsplit(TILES_URL).scheme}://{urlsplit(TILES_URL).netloc}"] if TILES_URL else []

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],  # The nonce is for the import map, which must stand in the page itself.
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:", *_tile_hosts],
        "font-src": [SELF, "data:"],
        "media-src": [SELF, "blob:"],  # A voice note is heard before it is sent.
        "connect-src": [SELF, *_tile_hosts],
        "worker-src": [SELF],
        "manifest-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# --- Applications -----------------------------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "chengge.config.apps.ConfigConfig",
    "chengge.organization",
    "chengge.notices",
    "chengge.foundation",
    "chengge.casework",
    "chengge.intake",
    "chengge.field",
    "chengge.screen",
    "chengge.exchange",
    "chengge.coordination",
    "chengge.evaluation",
    "chengge.lab",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "chengge.config.apps.StaticFiles",
    "django.contrib.humanize",
    "axes",
    "csp",
    "procrastinate.contrib.django",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "chengge.rest.problems.ProblemDetails",
    "csp.middleware.CSPMiddleware",
    "chengge.config.middleware.BrowserPermissions",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "chengge.organization.refusals.RefusalPages",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "chengge.config.urls"
WSGI_APPLICATION = "chengge.config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
            ],
        },
    },
]

# --- Members and signing in -------------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "organization.Member"
LOGIN_URL = "sign_in"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "sign_in"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
AXES_FAILURE_LIMIT = ENVIRONMENT.number("CHENGGE_SIGN_IN_TRIES", 5, least=1)
AXES_COOLOFF_TIME = ENVIRONMENT.number("CHENGGE_SIGN_IN_PAUSE_MINUTES", 15, least=1) / 60
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "429.html"
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False

# The sign-in page offers the demo city's members. `chengge up` sets it where the database holds the demo city.
DEMO = ENVIRONMENT.yes("CHENGGE_DEMO", False)

# --- Database ---------------------------------------------------------------------------------------------------------------------------
DATABASE_URL = ENVIRONMENT.text("DATABASE_URL")
DATABASE_NAME = ENVIRONMENT.text("CHENGGE_DATABASE", "chengge")
TEST_DATABASE_NAME = ENVIRONMENT.text("CHENGGE_TEST_DATABASE", "test_chengge")
PRIVATE_POSTGRES = None if DATABASE_URL else PrivatePostgres(VAR_DIR / "postgres")
DATABASES = {
    "default": (private_database(PRIVATE_POSTGRES, DATABASE_NAME) if PRIVATE_POSTGRES else database_from_url(DATABASE_URL))
    | {"TEST": {"NAME": TEST_DATABASE_NAME}},
}

# --- Jobs -------------------------------------------------------------------------------------------------------------------------------
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"
WORKER_CONCURRENCY = ENVIRONMENT.number("CHENGGE_WORKER_CONCURRENCY", 4, least=1)

# --- Tracks -----------------------------------------------------------------------------------------------------------------------------
TRACK_MONTHS = ENVIRONMENT.number("CHENGGE_TRACK_MONTHS", 6, least=1)

# --- Notices ----------------------------------------------------------------------------------------------------------------------------
NOTICE_ROUTES = ENVIRONMENT.named("CHENGGE_NOTICE_URLS")  # topic or kind of recipient -> the way out (chengge/notices/gateways.py)

# --- Channels ---------------------------------------------------------------------------------------------------------------------------
MAIL_URL = ENVIRONMENT.text("CHENGGE_MAIL_URL")  # imaps://user:word@host/INBOX or maildir:///path; empty: no mailbox is looked into
MQTT_URL = ENVIRONMENT.text("CHENGGE_MQTT_URL")  # mqtt://user:word@host:1883 or mqtts://…; empty: no broker is listened to
MQTT_TOPIC = ENVIRONMENT.text("CHENGGE_MQTT_TOPIC", "chengge/sensors/#")
MESSAGE_DAYS = ENVIRONMENT.number("CHENGGE_MESSAGE_DAYS", 30, least=1)

# --- Serving ----------------------------------------------------------------------------------------------------------------------------
BIND_ADDRESS = ENVIRONMENT.text("CHENGGE_BIND", "127.0.0.1")
PORT = ENVIRONMENT.number("CHENGGE_PORT", 8000, least=1)
WEB_WORKERS = ENVIRONMENT.number("CHENGGE_WEB_WORKERS", 2, least=1)
WEB_THREADS = ENVIRONMENT.number("CHENGGE_WEB_THREADS", 4, least=1)

# How people outside reach these pages: what links in messages begin with.
PUBLIC_ADDRESS = ENVIRONMENT.text("CHENGGE_ADDRESS", f"http://127.0.0.1:{PORT}").rstrip("/")

# --- Files that pages are made of -------------------------------------------------------------------------------------------------------
NODE_MODULES_DIR = BASE_DIR / "node_modules"
STATIC_VERSION = static_version(PACKAGE_DIR / "static", BASE_DIR / "package-lock.json")
STATIC_URL = f"/static/{STATIC_VERSION}/"  # The version stands in the path, so every file below it may be kept for ever, ES modules too.
STATIC_ROOT = VAR_DIR / "static" / STATIC_VERSION
STATICFILES_DIRS = [
    PACKAGE_DIR / "static",
    ("vendor/tabler", NODE_MODULES_DIR / "@tabler" / "core" / "dist"),
    ("vendor/tabler-icons", NODE_MODULES_DIR / "@tabler" / "icons-webfont" / "dist"),
    ("vendor/maplibre-gl", NODE_MODULES_DIR / "maplibre-gl" / "dist"),
    ("vendor/terra-draw", NODE_MODULES_DIR / "terra-draw" / "dist"),
    ("vendor/terra-draw-maplibre-gl-adapter", NODE_MODULES_DIR / "terra-draw-maplibre-gl-adapter" / "dist"),
    ("vendor/htmx", NODE_MODULES_DIR / "htmx.org" / "dist"),
    ("vendor/echarts", NODE_MODULES_DIR / "echarts" / "dist"),
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/static/"

# --- Open311 ----------------------------------------------------------------------------------------------------------------------------
OPEN311_CONTACT = ENVIRONMENT.text("CHENGGE_API_CONTACT")  # how programmers reach the city; told at discovery

# --- Language and time ------------------------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Chinese")), ("en", _("English"))]
LOCALE_PATHS = [PACKAGE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = ENVIRONMENT.text("CHENGGE_TIME_ZONE", "Asia/Shanghai")

# --- Log --------------------------------------------------------------------------------------------------------------------------------
LOG_LEVEL = ENVIRONMENT.text("CHENGGE_LOG_LEVEL", "INFO").upper()
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "chengge": {"level": LOG_LEVEL},
        "django": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        "procrastinate": {"level": "WARNING"},
    },
}
