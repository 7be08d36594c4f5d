"""Voice notes: taken in from whatever browser, kept clean, heard by whoever may see the case."""

import io
from fractions import Fraction

import av
import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from chengge.casework import voice
from chengge.casework.models import Case, Evidence
from chengge.domain.errors import Refused
from tests.browsing import client_of
from tests.casework.lives import picture
from tests.factories import City, build_city

RATE = 48_000


def spoken(seconds: float = 1.0, container: str = "webm", codec: str = "libopus") -> bytes:
    """A hum as a browser records it, with words about the phone in its head."""
    out = io.BytesIO()
    wave = (np.sin(np.arange(int(RATE * seconds)) * 2 * np.pi * 300 / RATE) * 0.3).astype(np.float32)
    with av.open(out, "w", format=container) as target:
        target.metadata["title"] = "a phone's owner"
        stream = target.add_stream(codec, rate=RATE)
        stream.layout = "mono"
        frame = av.AudioFrame.from_ndarray(wave[None, :], format="fltp", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = RATE, 0, Fraction(1, RATE)
        fitting = av.AudioResampler(format=stream.codec_context.format, layout="mono", rate=RATE, frame_size=960)
        for piece in (*fitting.resample(frame), *fitting.resample(None)):
            target.mux(stream.encode(piece))
        target.mux(stream.encode(None))
    return out.getvalue()


@pytest.mark.parametrize(("container", "codec"), [("webm", "libopus"), ("ogg", "libopus"), ("mp4", "aac")])
def test_what_any_browser_records_is_kept_as_aac_and_says_nothing_of_the_phone(container: str, codec: str) -> None:
    kept = voice.recode(spoken(1.0, container, codec))
    with av.open(io.BytesIO(kept.data)) as heard:
        assert (heard.streams.audio[0].codec.name, heard.streams.audio[0].channels) == ("aac", 1)
    assert 900 < kept.milliseconds < 1100
    assert b"owner" not in kept.data
    assert voice.recode(spoken(1.0, container, codec)).sha256 == kept.sha256 or container == "webm"


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"no sound", "voice_unreadable"), (picture(), "voice_unreadable"), (spoken(0.1), "voice_empty"), (spoken(64), "voice_long")],
    ids=["words", "photo", "a click", "a speech"],
)
def test_what_is_no_voice_note_is_refused_with_what_to_do(data: bytes, code: str) -> None:
    with pytest.raises(Refused) as refused:
        voice.recode(data)
    assert refused.value.code == code
    assert "60" in str(refused.value.hint)


@pytest.fixture
def city(db: None) -> City:
    return build_city()


def test_a_voice_note_goes_with_a_report_but_stands_for_no_photo(city: City) -> None:
    phone = client_of(city, "inspector")
    note = phone.post("/phone/voices", {"voice": SimpleUploadedFile("v", spoken()), "key": "v1"}).json()["sha256"]
    lon, lat = city.places[1]
    said = {"problem_class": city.garbage.pk, "lon": lon, "lat": lat, "key": "k1"}
    for lacking in ({"voice": note}, {"photos": note}):
        assert phone.post("/phone/report/", said | lacking).status_code == 400
    photo = phone.post("/phone/photos", {"photo": SimpleUploadedFile("p.jpg", picture()), "key": "p1"}).json()["sha256"]
    assert phone.post("/phone/report/", said | {"photos": photo, "voice": note}).status_code == 201
    case = Case.objects.get()
    assert set(case.evidence.values_list("media", "sha256")) == {("photo", photo), ("voice", note)}
    assert note in case.entries.get().body

    desk = client_of(city, "operator")
    assert f"/voices/{note}" in desk.get(f"/cases/{case.number}/").content.decode()
    heard = desk.get(f"/voices/{note}", headers={"range": "bytes=0-9"})
    assert (heard.status_code, heard["Content-Type"], len(heard.content)) == (206, "audio/mp4", 10)
    assert desk.get(f"/voices/{'0' * 64}").status_code == 404


def test_a_voice_note_is_not_heard_by_who_may_not_see_its_case(city: City) -> None:
    phone = client_of(city, "inspector")
    note = phone.post("/phone/voices", {"voice": SimpleUploadedFile("v", spoken())}).json()["sha256"]
    assert phone.get(f"/voices/{note}").status_code == 200
    assert client_of(city, "department").get(f"/voices/{note}").status_code == 404
    assert Evidence.objects.get().media == "voice"
