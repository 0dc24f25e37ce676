import sys
from importlib.machinery import ModuleSpec
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

from motion.errors import ConditionError, SetupError
from motion.model.text import CLIP_WEIGHTS, TOKENS, ClipEncoder, check_prompt, encoder, tokens_of
from tests.server.doubles import CONTRACT

TEXTS = {"walk": 0.8, "a person raises the left arm": 0.2, "wave goodbye": 0.3, "dance": 1.0}
SPEAKING = CONTRACT.model_copy(
    update={"text_width": TOKENS * 256 + 1, "text_encoder": "words", "energy_by_text": TEXTS}
)


def sentence(text):
    return encoder("words").encode(text)[0]


def test_like_sentences_are_alike():
    assert (
        sentence("walking") @ sentence("strolling") > 0.3 > sentence("walking") @ sentence("kick")
    )
    assert np.linalg.norm(sentence("a person bows")) == pytest.approx(1.0, abs=1e-5)


def test_tokens_are_the_sentence_its_words_and_zeros():
    tokens = encoder("words").encode("Wave the left hand")
    assert tokens.shape == (TOKENS, 256)
    assert tokens.dtype == np.float32
    np.testing.assert_array_equal(tokens.any(1), np.arange(TOKENS) < 5)
    np.testing.assert_array_equal(tokens, encoder("words").encode("  wave the LEFT hand"))
    assert encoder("words").encode("walk " * 40).any(1).all()


def test_a_rig_whose_joints_rest_has_no_usual_energy():
    resting = SPEAKING.model_copy(update={"energy_by_text": dict.fromkeys(TEXTS, 0.0)})
    assert tokens_of("walk", resting)[-1] == 0
    assert tokens_of("walk", SPEAKING)[-1] > 0


def test_no_prompt_is_zeros_and_a_model_without_text_takes_none():
    assert not tokens_of("", SPEAKING).any()
    assert tokens_of("walk", SPEAKING).shape == (SPEAKING.text_width,)
    assert tokens_of("walk", CONTRACT).shape == (0,)


def test_a_prompt_is_as_lively_as_what_is_like_it():
    assert tokens_of("walk", SPEAKING)[-1] == pytest.approx(0.8, rel=0.02)
    assert tokens_of("waving goodbye", SPEAKING)[-1] == pytest.approx(0.3, rel=0.1)
    slow, fast = min(TEXTS.values()), max(TEXTS.values())
    assert slow < tokens_of("walk and dance", SPEAKING)[-1] < fast


@pytest.mark.parametrize(
    ("prompt", "strange"),
    [
        ("a person walks and waves", []),
        ("jog", []),
        ("Walk, run, then xyzzy!", ["xyzzy"]),
    ],
)
def test_words_that_are_like_none_that_were_learnt_are_named(prompt, strange):
    texts = {**SPEAKING.model_dump(), "energy_by_text": TEXTS | {"run": 2.0}}
    found = check_prompt(prompt, type(SPEAKING).model_validate(texts))
    assert [word for word in found if word in ("xyzzy", "jog", "walks", "waves")] == strange


@pytest.mark.parametrize(
    ("prompt", "reason"),
    [
        ("", "expected a prompt of 1 to 200 characters, got an empty one"),
        (" \n ", "got an empty one"),
        ("walk " * 2000, "expected a prompt of 1 to 200 characters, got one of 10000"),
        (
            "er läuft geradeaus",
            r"expected English words of motion, such as .walk., .* got .er",
        ),
        ("跳舞", "expected English words"),
        ("танцуй", "expected English words"),
        ("...", "expected English words"),
        ("a person", "expected English words"),
    ],
)
def test_what_is_no_prompt_is_refused(prompt, reason):
    with pytest.raises(ConditionError, match=reason):
        check_prompt(prompt, SPEAKING)


def test_a_model_without_text_refuses_prompts():
    with pytest.raises(ConditionError, match="expected a model that takes text, got sway"):
        check_prompt("walk", CONTRACT)


def test_encoders_that_are_not_there_say_what_they_need(monkeypatch):
    with pytest.raises(SetupError, match="expected one of words, clip, got 'bert'"):
        encoder("bert")
    monkeypatch.setenv(CLIP_WEIGHTS, "/nowhere/clip.pt")
    with pytest.raises(SetupError, match=r"expected CLIP weights at .* got '/nowhere/clip.pt'"):
        encoder("clip")


def test_clip_gives_a_sentence_and_no_words(monkeypatch, tmp_path):
    """Its weights cannot be had here: a package of the same shape stands for it."""
    torch = pytest.importorskip("torch")
    weights = tmp_path / "clip.pt"
    weights.write_bytes(b"weights")
    package = ModuleType("open_clip")
    package.__spec__ = ModuleSpec("open_clip", None)
    tower = SimpleNamespace(encode_text=lambda tokens: torch.full((len(tokens), 512), 3.0))
    tower.eval = lambda: tower
    package.create_model = lambda _, pretrained: tower if pretrained == str(weights) else None
    package.get_tokenizer = lambda _: lambda texts: texts
    monkeypatch.setitem(sys.modules, "open_clip", package)
    monkeypatch.setenv(CLIP_WEIGHTS, str(weights))
    tokens = ClipEncoder().encode("a person bows")
    assert tokens.shape == (TOKENS, 512)
    assert np.linalg.norm(tokens[0]) == pytest.approx(1.0)
    assert not tokens[1:].any()
    assert not ClipEncoder().encode(" ").any()
