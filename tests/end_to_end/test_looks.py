"""Every look as it is drawn: where the figure is, unlike the others, true to each emotion.

Pictures in `pictures/` are what was looked at and found good. To accept new ones:
`cp build/screenshots/look-*.png tests/end_to_end/pictures/`.
"""

from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import cv2
import numpy as np
import pytest
from jaxtyping import Bool, Float, UInt8
from playwright.sync_api import Browser

from tests.end_to_end.gallery_page import GalleryPage, picture_path, run_gallery, visit_gallery
from tests.end_to_end.running_server import RunningServer
from tests.end_to_end.stage_page import visit

PICTURES = Path(__file__).parent / "pictures"
LOOKS = ("dancer", "light", "motes", "ribbons", "ink", "echoes", "ghost")
EMOTIONS = ("sad", "angry")
VISIBLE = 12.0
"""Difference of brightness, of 255, at which a figure stands out from what is behind it."""
TOLERANCE = 4.0
"""Mean difference of small pictures, of 255, that drivers and rounding may make."""
COVERED = {"motes": 0.4, "ghost": 0.04, "ink": 0.6}
"""Share of the dancer's area that a look covers at least, where it is not nearly all."""


@pytest.fixture(scope="module")
def gallery(browser: Browser) -> Iterator[GalleryPage]:
    with run_gallery() as address, visit_gallery(browser, address) as page:
        yield page


def test_the_catalogue_is_what_is_tested(gallery: GalleryPage) -> None:
    assert set(gallery.looks) >= set(LOOKS)


@pytest.mark.parametrize("look", LOOKS)
def test_a_look_covers_the_figure_and_shows_each_emotion(gallery: GalleryPage, look: str) -> None:
    figure = _figure_area(gallery)
    pictures = {emotion: gallery.exhibit(look, emotion=emotion) for emotion in EMOTIONS}
    for emotion, picture in pictures.items():
        covered = _stands_out(picture, _backdrop(gallery, look, picture, emotion))[figure].mean()
        assert covered > COVERED.get(look, 0.75), f"{emotion}: covers {covered:.2f} of the figure"
        known = cv2.imread(str(picture_path(PICTURES, [look], emotion)))
        assert known is not None, "expected a picture to compare with, got none"
        assert _difference(picture, known) < TOLERANCE
    assert _difference(*pictures.values()) > 2 * TOLERANCE


def test_no_two_looks_are_alike(gallery: GalleryPage) -> None:
    pictures = {look: gallery.exhibit(look, emotion="happy") for look in LOOKS}
    figure = _figure_area(gallery)
    for one, other in combinations(LOOKS, 2):
        apart = cv2.absdiff(pictures[one], pictures[other])[figure].mean()
        assert apart > 5 * TOLERANCE, f"{one} and {other} differ by {apart:.1f}"


def test_several_figures_and_a_ghost_share_the_stage(gallery: GalleryPage) -> None:
    company = gallery.exhibit("light", "dancer", "ribbons", "motes", "ghost", emotion="happy")
    empty = gallery.exhibit(emotion="happy")
    columns = _stands_out(company, empty)[: company.shape[0] // 2].any(axis=0)
    assert columns.mean() > 0.4


@pytest.mark.parametrize("quality", ["medium", "high"])
def test_better_tiers_draw_reflections_and_glow(gallery: GalleryPage, quality: str) -> None:
    plain = gallery.exhibit("light", emotion="proud")
    picture = gallery.exhibit("light", emotion="proud", quality=quality)
    floor = slice(int(0.85 * len(plain)), None)
    assert _difference(picture[floor], plain[floor]) > 1
    assert gallery.errors == []


def test_looks_leave_nothing_behind(gallery: GalleryPage) -> None:
    def round_of_all() -> float:
        for look in LOOKS:
            gallery.exhibit(look, emotion="excited", time=2.0)
            gallery.dance(1)
        return gallery.heap()

    before = round_of_all()
    assert round_of_all() < 1.05 * before


def test_a_look_dances_on_without_growing(gallery: GalleryPage) -> None:
    gallery.exhibit(*LOOKS, emotion="excited", time=2.0)
    gallery.skip(600)
    gallery.dance(5)
    before = gallery.heap()
    gallery.skip(1800)
    gallery.dance(5)
    assert gallery.heap() < 1.02 * before


@pytest.mark.parametrize("look", ["ink", "unheard-of"])
def test_the_address_chooses_the_look(browser: Browser, demo: RunningServer, look: str) -> None:
    query = f"?kiosk&quality=low&look={look}"
    with visit(browser, demo.address, query, (320, 240)) as stage:
        stage.record(0.5, "hips")
        picture = stage.picture(f"stage-{look}")
        paper = stage.page.get_attribute("html", "data-room") == "paper"
        assert paper == (look == "ink")
        assert (np.median(picture) > 128) == paper


def _figure_area(gallery: GalleryPage) -> Bool[np.ndarray, "H W"]:
    """Where the dancer's body is drawn, its edges and the floor left out."""
    body = _stands_out(gallery.exhibit("dancer"), gallery.exhibit())
    body[int(0.8 * len(body)) :] = False
    return cv2.erode(body.astype(np.uint8), np.ones((2, 2))).astype(bool)


def _backdrop(
    gallery: GalleryPage, look: str, picture: UInt8[np.ndarray, "H W 3"], emotion: str
) -> UInt8[np.ndarray, "H W 3"]:
    """The stage without the figure; of the ink's paper, what its corner shows."""
    if look == "ink":
        return np.broadcast_to(picture[2, 2], picture.shape).astype(np.uint8)
    return gallery.exhibit(emotion=emotion)


def _stands_out(
    picture: UInt8[np.ndarray, "H W 3"], backdrop: UInt8[np.ndarray, "H W 3"]
) -> Bool[np.ndarray, "H W"]:
    return cv2.absdiff(picture, backdrop).max(axis=-1) > VISIBLE


def _difference(one: UInt8[np.ndarray, "..."], other: UInt8[np.ndarray, "..."]) -> float:
    """Mean difference when seen from afar, of 255."""
    return float(np.abs(_small(one) - _small(other)).mean())


def _small(picture: UInt8[np.ndarray, "H W 3"]) -> Float[np.ndarray, "h w 3"]:
    height, width = picture.shape[:2]
    size = (max(1, width // 4), max(1, height // 4))
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA).astype(np.float32)
