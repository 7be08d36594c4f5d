from django.apps import AppConfig
from django.contrib.staticfiles.apps import StaticFilesConfig


class ConfigConfig(AppConfig):
    name = "chengge.config"
    label = "config"


class StaticFiles(StaticFilesConfig):
    """Collects what pages load, and leaves out of the npm packages what no page ever asks for."""

    ignore_patterns = [
        *StaticFilesConfig.ignore_patterns,
        "*.map",
        "*.scss",
        "*.d.ts",
        "*.html",
        "*.gz",
        "*-dev.mjs",
        "vendor/tabler/libs",
        "vendor/tabler/types",
        "vendor/tabler/img",
    ]
