"""Pictures for simulated cases: drawn beside the simulation, each stored once through `casework.photos`, and shown again and again."""

from concurrent.futures import Future, ThreadPoolExecutor
from random import Random

from django.db import connection

from chengge import clock
from chengge.casework import photos
from chengge.casework.models import Evidence
from chengge.lab.people import Life
from chengge.lab.pictures import SCENES, VARIANTS, VIEWS, picture
from chengge.organization.queries import Actor

# What `photos.again` does, without the detour: a month shows ten thousands of pictures.
ONCE_MORE = """
INSERT INTO casework_evidence (sha256, phase, member_id, width, height, size_bytes, created_at) VALUES (%s, '', %s, %s, %s, %s, %s)
"""


class PhotoBox:
    """Gives each case its pictures: the same scene before and after."""

    def __init__(self) -> None:
        self._drawing = ThreadPoolExecutor(1, thread_name_prefix="pictures")
        self._drawn: dict[tuple[str, int, str], Future[bytes]] = {}
        self._kept: dict[tuple[str, int, str], Evidence] = {}

    def draw_ahead(self) -> None:
        """Begin to draw all pictures, the commonest scenes first."""
        for variant in range(VARIANTS):
            for scene in SCENES:
                for view in VIEWS:
                    self._draw((scene, variant, view))

    def take(self, life: Life, views: tuple[str, ...], actor: Actor) -> tuple[str, ...]:
        """Have this member upload these views of the place; returns their hashes."""
        variant = Random(life.key).randrange(VARIANTS)  # noqa: S311 (play, not secrets)
        return tuple(self._one((life.scene, variant, view), actor) for view in views)

    def close(self) -> None:
        self._drawing.shutdown(cancel_futures=True)

    def _draw(self, key: tuple[str, int, str]) -> Future[bytes]:
        if key not in self._drawn:
            self._drawn[key] = self._drawing.submit(picture, *key)
        return self._drawn[key]

    def _one(self, key: tuple[str, int, str], actor: Actor) -> str:
        kept = self._kept.get(key)
        if kept is None:
            self._kept[key] = photos.store(self._draw(key).result(), actor)
            return self._kept[key].sha256
        with connection.cursor() as cursor:
            cursor.execute(ONCE_MORE, [kept.sha256, actor.member_id, kept.width, kept.height, kept.size_bytes, clock.now()])
        return kept.sha256
