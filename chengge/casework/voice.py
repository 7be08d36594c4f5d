"""Voice notes: recorded by whatever browser, kept as clean AAC in MP4 under their SHA-256, beside the photos.

What is kept is encoded anew from the samples: no name of a device, no place, no cover picture. AAC in MP4 is the one form
that every browser plays. A voice note is evidence as a photo is: given with an action, its hash stands in the ledger.
"""

import io
import tempfile
from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256
from pathlib import Path

import av
import av.error
from django.conf import settings
from django.utils.translation import gettext as _

from chengge import clock
from chengge.casework.models import Evidence
from chengge.casework.photos import write_whole
from chengge.domain.errors import Refused
from chengge.organization.queries import Actor

MOST_BYTES = 8 * 2**20
MOST_SECONDS = 60
LEAST_SECONDS = 0.3
# A recorder that is told to stop after a minute stops a little later.
GRACE_SECONDS = 2
SAMPLES_PER_SECOND = 48_000
BITS_PER_SECOND = 48_000
CONTENT_TYPE = "audio/mp4"


@dataclass(frozen=True, slots=True)
class Recording:
    """A voice note encoded anew: AAC in MP4, mono; `milliseconds` is how long it plays."""

    data: bytes
    milliseconds: int

    @property
    def sha256(self) -> str:
        return sha256(self.data).hexdigest()


def store(data: bytes, actor: Actor) -> Evidence:
    """Take a voice note in: it belongs to nothing until an action is given its hash.

    Raises:
        Refused: too large, too long, or nothing that can be heard.
    """
    recording = recode(data)
    write_whole(path_of(recording.sha256), recording.data)
    return Evidence.objects.create(
        sha256=recording.sha256,
        media=Evidence.Media.VOICE,
        member_id=actor.member_id,
        width=0,
        height=0,
        duration_ms=recording.milliseconds,
        size_bytes=len(recording.data),
        created_at=clock.now(),
    )


def path_of(digest: str) -> Path:
    """Where the voice note with this SHA-256 lies."""
    return Path(settings.MEDIA_ROOT) / "voices" / digest[:2] / f"{digest}.m4a"


def recode(data: bytes) -> Recording:
    """Decode a voice note and encode it anew, at most a minute of it, without anything that is not sound. Raises Refused."""
    if len(data) > MOST_BYTES:
        raise _refused("voice_large", _("The voice note is larger than %(most)d MB.") % {"most": MOST_BYTES // 2**20})
    try:
        samples, encoded = _transcoded(data)
    except (av.error.FFmpegError, ValueError, IndexError, EOFError) as error:
        raise _refused("voice_unreadable", _("This file is no voice note that can be heard.")) from error
    if samples < LEAST_SECONDS * SAMPLES_PER_SECOND:
        raise _refused("voice_empty", _("Nothing can be heard in this voice note."))
    return Recording(encoded, round(samples * 1000 / SAMPLES_PER_SECOND))


def _transcoded(data: bytes) -> tuple[int, bytes]:
    """How many samples there were, and they as AAC in MP4."""
    # A player may begin before all has come only if the index stands in front, and to put it there a file is needed.
    with tempfile.NamedTemporaryFile(suffix=".m4a") as draft:
        with (
            av.open(io.BytesIO(data), "r", metadata_errors="ignore") as source,
            av.open(draft.name, "w", format="mp4", options={"movflags": "+faststart", "fflags": "+bitexact"}) as target,
        ):
            samples = _poured(source, target)
        return samples, Path(draft.name).read_bytes()


def _poured(source: av.container.InputContainer, target: av.container.OutputContainer) -> int:
    """Sound from one container into the other; how many samples. Raises Refused where it is too long."""
    kept = target.add_stream("aac", rate=SAMPLES_PER_SECOND, options={"flags": "+bitexact"})
    kept.bit_rate = BITS_PER_SECOND
    kept.layout = "mono"
    resampler = av.AudioResampler(format="fltp", layout="mono", rate=SAMPLES_PER_SECOND)
    samples = 0
    for frame in source.decode(source.streams.audio[0]):
        for piece in resampler.resample(frame):
            samples = _put(piece, samples, kept, target)
        if samples > (MOST_SECONDS + GRACE_SECONDS) * SAMPLES_PER_SECOND:
            raise _refused("voice_long", _("The voice note is longer than %(most)d seconds.") % {"most": MOST_SECONDS})
    for piece in resampler.resample(None):
        samples = _put(piece, samples, kept, target)
    target.mux(kept.encode(None))
    return samples


def _put(piece: av.AudioFrame, samples: int, kept: av.AudioStream, target: av.container.OutputContainer) -> int:
    """Encode one piece, placed behind what came before: recorders are careless with time stamps."""
    piece.pts = samples
    piece.time_base = Fraction(1, SAMPLES_PER_SECOND)
    target.mux(kept.encode(piece))
    return samples + piece.samples


def _refused(code: str, message: str) -> Refused:
    return Refused(code, message, _("Record it again, at most %(most)d seconds.") % {"most": MOST_SECONDS}, "voice")
