"""Avatars of visitors, from file and address, in a real browser on a real stage."""

import base64
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser

from tests.end_to_end.avatar_files import file_server, write_avatars
from tests.end_to_end.running_server import RunningServer
from tests.end_to_end.stage_page import StagePage, visit

MOVING = 0.005
UPRIGHT = 0.5
"""Metres above the floor where a head is, of a dancer who bends deeply as well."""
"""Metres a second of wrists: one who stands still breathes faster, one who hangs does not move."""

FEET = ("leftFoot", "rightFoot", "leftToes", "rightToes")
ON_THE_FLOOR = 0.1
"""Metres below which the lowest joint of a standing figure is; its sole is below that."""

LONGER_THAN_A_HOP = 3.0
"""Seconds: a dancer's feet may be off the floor for most of one."""

DRAG = """({ name, content, type }) => {
  const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([bytes], name));
  const event = new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true });
  document.querySelector("#stage").dispatchEvent(event);
}"""


@pytest.fixture(scope="module")
def avatars(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("avatars")
    write_avatars(folder)
    return folder


@pytest.fixture(scope="module")
def stage(browser: Browser, demo: RunningServer) -> Iterator[StagePage]:
    """One page, on which one avatar after the other dances."""
    with visit(browser, demo.address, "?quality=low") as stage:
        yield stage


def _choose(stage: StagePage, file: Path) -> None:
    stage.page.set_input_files("#actions input[type=file]", file)


def _await_avatar(stage: StagePage) -> None:
    stage.page.wait_for_selector("#avatar[aria-pressed=true]")


def _drag(stage: StagePage, file: Path, kind: str) -> None:
    content = base64.b64encode(file.read_bytes()).decode()
    stage.page.evaluate(DRAG, {"name": file.name, "content": content, "type": kind})


@pytest.mark.parametrize(
    "name", ["one.vrm", "zero.vrm", "chibi.vrm", "mixamo.glb", "rigify.glb", "dressed.glb"]
)
def test_an_avatar_dances_on_the_floor(stage: StagePage, avatars: Path, name: str) -> None:
    _choose(stage, avatars / name)
    stage.page.wait_for_selector("#avatar:disabled", state="detached")
    _await_avatar(stage)
    _, places = stage.record(LONGER_THAN_A_HOP, *FEET, "head")
    lowest = places[:, :-1, 1].min(axis=1)
    assert np.all(lowest > 0)
    assert np.median(lowest) < ON_THE_FLOOR
    assert np.median(places[:, -1, 1]) > UPRIGHT
    stage.await_dancing(MOVING)
    stage.picture(f"avatar-{name}")


def test_a_file_is_dropped_and_sent_away_again(stage: StagePage, avatars: Path) -> None:
    _drag(stage, avatars / "ready.glb", "dragover")
    assert stage.page.is_visible("#avatar-hint")
    stage.picture("avatar-hint")
    _drag(stage, avatars / "ready.glb", "drop")
    assert stage.page.is_hidden("#avatar-hint")
    _await_avatar(stage)
    stage.choose("happy")
    stage.record(1.0, "hips")
    stage.picture("avatar-happy")
    stage.page.focus("#avatar")
    stage.page.keyboard.press("Enter")
    stage.page.wait_for_selector("#avatar[aria-pressed=false]")
    stage.await_dancing(MOVING)


def test_an_avatar_comes_by_its_address_and_stays_in_the_pages(
    browser: Browser, demo: RunningServer, avatars: Path
) -> None:
    with file_server(avatars, shared=True) as strangers:
        query = f"?avatar={strangers}/one.vrm"
        with visit(browser, demo.address, query) as stage:
            _await_avatar(stage)
            assert stage.page.url.endswith(query)
            _choose(stage, avatars / "zero.vrm")
            stage.page.wait_for_url(lambda address: "avatar" not in address)


DROP_LINK = """(address) => {
  const dataTransfer = new DataTransfer();
  dataTransfer.setData("text/uri-list", address);
  const event = new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true });
  document.querySelector("#stage").dispatchEvent(event);
}"""


def test_an_address_that_fails_gets_a_sentence(
    browser: Browser, demo: RunningServer, avatars: Path
) -> None:
    with (
        file_server(avatars, shared=False) as strangers,
        visit(browser, demo.address, "?quality=low&avatar=http://[") as stage,
    ):
        _await_notice(stage, "not a valid address")
        for link, words in {
            f"{strangers}/one.vrm": "CORS",
            "nowhere.vrm": "answered 404",
            "ftp://example.com/one.vrm": "web address",
        }.items():
            stage.page.evaluate(DROP_LINK, link)
            _await_notice(stage, words)
        stage.await_dancing(0)


def _await_notice(stage: StagePage, words: str) -> None:
    stage.page.wait_for_selector(f"#notice:visible :text('{words}')")


def test_a_wrong_file_gets_a_sentence_and_the_old_look_stays(
    stage: StagePage, avatars: Path
) -> None:
    huge = avatars / "huge.vrm"
    with huge.open("wb") as file:
        file.truncate(312_000_000)
    wrong = {
        "fox.glb": "lower arm",
        "motion.vrma": "no body to be seen",
        "torn.glb": "textures",
        huge.name: "312 MB",
    }
    _choose(stage, avatars / "one.vrm")
    _await_avatar(stage)
    for name, words in wrong.items():
        _choose(stage, avatars / name)
        _await_notice(stage, words)
        assert name in stage.page.inner_text("#notice")
        stage.picture(f"avatar-{name}")
        _await_avatar(stage)
    stage.await_dancing(MOVING)
