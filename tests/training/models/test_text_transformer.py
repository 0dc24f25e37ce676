from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.utils.data import default_collate

from motion.errors import BhavaError
from motion.model.engine import Conditions, Engine, Noise
from motion.model.text import TOKENS, tokens_of
from motion.partner.partner import Partner
from tests.training.tiny import QUIET, TINY, clips, tiny_text
from training.fit.export import TOLERANCE, export, largest_difference, step_of
from training.fit.train import Training, load_checkpoint, train
from training.fit.windows import Windows, windows_of
from training.models.mixture import Mixture
from training.models.text_transformer import TEXT_GUIDANCE, TextTransformer, TokenConditions, guided
from training.models.window import NO_TEXT

SILENT = {
    "neutral": {"dataset": "made", "emotion": "neutral"},
    "happy": {"dataset": "made", "emotion": "happy"},
    "dance": {"dataset": "made", "style": "dance"},
}
SAID = {"neutral": "walk to the left", "happy": "jump", "dance": "dance"}


def clips_with_texts():
    said = [replace(clip, labels=clip.labels | {"text": SAID[clip.name]}) for clip in clips()]
    bare = {"dataset": "made", "text": "bow\nbend down"}
    return [*said, replace(said[0], name="bare", labels=bare)]


@pytest.fixture(scope="module")
def windows() -> Windows:
    return Windows(tiny_text(), clips_with_texts(), clips_with_texts())


@pytest.fixture(scope="module")
def network(windows) -> TextTransformer:
    """An untrained network with a fitted codec and conditions that matter."""
    torch.manual_seed(0)
    module = Training(tiny_text().model_dump())
    module.prepare_from(windows.pools, windows.to_fit())
    module.network.learn_texts(windows.text_tokens())
    for block in module.network.blocks:
        torch.nn.init.normal_(block.modulation.weight, std=0.3)
    return module.network.eval()


def batch_of(windows, count=4):
    drawn = windows.to_fit()
    return default_collate([drawn.window(np.random.default_rng(seed)) for seed in range(count)])


def random_conditions(network, batch: int, tokens: int) -> TokenConditions:
    labels, energy = torch.rand(batch, tokens, 3), torch.rand(batch, tokens, 1) + 0.1
    number = torch.randint(0, len(network.texts), (batch, tokens))
    return TokenConditions(labels, energy, network.texts, number)


def test_texts_go_with_their_clips_and_left_is_right_in_the_mirror(windows):
    assert set(windows.texts) == {
        "walk to the left", "walk to the right", "jump", "dance", "bow", "bend down",
    }  # fmt: skip
    longer = tiny_text()
    longer = longer.model_copy(update={"data": longer.data.model_copy(update={"tokens": 30})})
    drawn, rng = windows_of(windows.pools, longer, 3), np.random.default_rng(0)
    found = [drawn.window(rng) for _ in range(60)]
    labels = torch.cat([window.labels for window in found])
    text = torch.cat([window.text for window in found])
    said = ["", *windows.texts]
    happy = {said[n] for n in text[labels[:, 1] == 1].unique()}
    assert happy == {"", "jump"}
    neutral = {said[n] for n in text[labels[:, 0] == 1].unique()}
    assert neutral == {"", "walk to the left", "walk to the right"}
    assert {said[n] for n in text.unique()} == {"", *windows.texts}
    assert 0.05 < (text == NO_TEXT).float().mean() < 0.3
    assert 0.5 < torch.cat([window.real for window in found]).mean() < 1


def test_windows_of_other_kinds_hold_no_text():
    windows = Windows(TINY, clips_with_texts(), clips_with_texts())
    assert windows.texts == []
    assert not batch_of(windows).text.any()


def test_a_corpus_without_texts_is_refused():
    with pytest.raises(BhavaError, match="expected clips with texts for text-transformer"):
        Windows(tiny_text(), [replace(clip, labels=SILENT[clip.name]) for clip in clips()], [])


@torch.no_grad()
def test_cached_steps_equal_the_full_forward_beyond_the_context(network):
    frames, conditions = (
        torch.randn(2, 11, 4, network.codec.mean.numel()),
        random_conditions(network, 2, 11),
    )
    full = network(frames, conditions, torch.full((2, 11), 11))
    keys = values = torch.zeros(2, 2, 2, 4, 16)
    for token in range(11):
        now = TokenConditions(
            conditions.labels[:, token], conditions.energy[:, token],
            network.texts, conditions.number[:, token],
        )  # fmt: skip
        filled = torch.full((2,), min(token + 1, 4))
        step, keys, values = network.step(frames[:, token], now, keys, values, filled)
        for a, b in zip(step, full, strict=True):
            torch.testing.assert_close(a, b[:, token], atol=1e-5, rtol=1e-4)


@torch.no_grad()
def test_every_word_of_a_prompt_counts_and_zeros_do_not(network):
    frames, conditions = (
        torch.randn(1, 3, 4, network.codec.mean.numel()),
        random_conditions(network, 1, 3),
    )
    texts, said = network.texts.clone(), int((network.texts != 0).any(-1).sum(1).argmax())
    conditions = conditions._replace(number=torch.full((1, 3), said))
    before = network(frames, conditions, torch.full((1, 3), 3)).means
    for word in (0, 1, 2):
        texts = network.texts.clone()
        texts[said, word] += 0.5
        changed = network(frames, conditions._replace(text=texts), torch.full((1, 3), 3)).means
        assert (changed - before).abs().amax() > 1e-4
    longer = torch.nn.functional.pad(network.texts[:, :-1], (0, 0, 0, 1))
    same = network(frames, conditions._replace(text=longer), torch.full((1, 3), 3)).means
    torch.testing.assert_close(same, before)


@torch.no_grad()
def test_tokens_in_which_clips_are_blended_are_masked_in_the_loss(network, windows):
    batch = batch_of(windows)
    masked = batch._replace(real=torch.zeros_like(batch.real))
    masked.real[:, 1:3] = 1
    frames = batch.frames.clone()
    frames[:, -4:] += 1.0  # of the last token, which nobody predicts from
    spoilt = masked._replace(frames=frames)
    assert network.loss(spoilt, 0.0) == network.loss(masked, 0.0)
    assert network.loss(batch._replace(frames=frames), 0.0) > network.loss(batch, 0.0)


def test_it_learns_what_texts_mean(windows):
    torch.manual_seed(0)
    module = Training(tiny_text().model_dump())
    module.prepare_from(windows.pools, windows.to_fit())
    network, batch = module.network, batch_of(windows, 8)
    network.learn_texts(windows.text_tokens())
    optimiser = torch.optim.AdamW(network.parameters(), 1e-2)
    losses = []
    for _ in range(20):
        loss = network.loss(batch, 0.25)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    assert losses[-1] < 0.8 * losses[0]
    assert network.blocks[0].keys_values.weight.grad.abs().max() > 0


def test_prompt_and_emotion_are_guided_by_themselves():
    parts = torch.tensor([[3.0], [2.0], [1.5]])
    guesses = Mixture(parts, parts.unsqueeze(-1), parts.unsqueeze(-1))
    both = guided(guesses, torch.tensor([[0.0]]))
    assert both.logits.item() == pytest.approx(3.0 + TEXT_GUIDANCE * 0.5)
    unfelt = guided(guesses, torch.tensor([[-1.0]]))
    assert unfelt.means.item() == pytest.approx(2.0 + TEXT_GUIDANCE * 0.5)


class TestExported:
    """A model that takes text is trained, exported and danced with as others are."""

    pytestmark = QUIET

    @pytest.fixture(scope="class")
    def run(self, tmp_path_factory):
        folder = tmp_path_factory.mktemp("speaking")
        checkpoint = train(
            tiny_text(), clips_with_texts(), clips_with_texts(), folder, resume=False
        )
        export(checkpoint, folder / "model", licence="none")
        return checkpoint, Engine.load(folder / "model")

    def test_the_graph_computes_what_torch_does(self, run):
        checkpoint, engine = run
        assert largest_difference(step_of(load_checkpoint(checkpoint)), engine) < TOLERANCE

    def test_the_contract_tells_what_it_reads(self, run):
        contract = run[1].contract
        assert contract.text_width == TOKENS * 256 + 1
        assert contract.text_encoder == "words"
        assert contract.energy_by_text["jump"] > 0

    def test_a_batch_computes_what_singles_do_with_prompts_or_without(self, run):
        engine = run[1]
        contract, rng = engine.contract, np.random.default_rng(0)
        drawn = {
            name: rng.random((3, *shape), np.float32) for name, shape in contract.inputs.items()
        }
        drawn["text"][1] = 0.0
        drawn["filled"] = np.array([[0.0], [2.0], [4.0]], np.float32)

        def step(rows: slice):
            conditions = ("emotion", "energy", "temperature", "guidance", "text")
            return engine.step(
                drawn["frames"][rows],
                Conditions(*(drawn[name][rows] for name in conditions)),
                {state.name: drawn[state.name][rows] for state in contract.states},
                Noise(drawn["uniform"][rows], drawn["normal"][rows]),
            )[0]

        whole = step(slice(None))
        for i in range(3):
            np.testing.assert_allclose(whole[i], step(slice(i, i + 1))[0], atol=1e-4)

    def test_a_new_prompt_is_noticed_while_a_partner_dances(self, run):
        engine = run[1]
        partners = [Partner(engine, seed=1) for _ in range(2)]
        happy = np.array([0.0, 1.0])
        for partner in partners:
            partner.take_up(clips()[0])
            partner.text[:] = tokens_of("jump", engine.contract)
            for _ in range(10):
                partner.advance(happy)
        partners[1].text[:] = tokens_of("walk", engine.contract)
        a, b = (partner.advance(happy).pose.rotations for partner in partners)
        assert np.abs(a - b).max() > 0
        assert np.isfinite(b).all()
