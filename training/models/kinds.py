"""The kinds of motion models that a recipe can name."""

from typing import TYPE_CHECKING, Annotated, Any, Union

from pydantic import Discriminator, Tag

from training.models import (
    baseline_lstm,
    baseline_transformer,
    duet,
    latent_diffusion,
    lstm_vae,
    space_time,
    text_transformer,
    transformer_mdn,
)
from training.models.network import Network, Sizes

DEFAULT = "transformer-mdn"

_KINDS: tuple[tuple[str, type[Network], type[Sizes]], ...] = (
    (DEFAULT, transformer_mdn.TransformerMDN, transformer_mdn.Config),
    ("lstm-vae", lstm_vae.LSTMVAE, lstm_vae.Config),
    ("latent-diffusion", latent_diffusion.LatentDiffusion, latent_diffusion.Config),
    ("text-transformer", text_transformer.TextTransformer, text_transformer.Config),
    ("space-time", space_time.SpaceTime, space_time.Config),
    ("duet", duet.Duet, duet.Config),
    ("lstm-mdn", baseline_lstm.LSTMMDN, baseline_lstm.MDNConfig),
    ("lstm-mse", baseline_lstm.LSTMMSE, baseline_lstm.MSEConfig),
    (
        "transformer-mdn-per-dimension",
        baseline_transformer.TransformerMDNPerDimension,
        baseline_transformer.MDNConfig,
    ),
    ("transformer-mse", baseline_transformer.TransformerMSE, baseline_transformer.MSEConfig),
)
"""Name, network and sizes of each kind."""

KINDS: dict[str, type[Network]] = {name: network for name, network, _ in _KINDS}


def _kind_of(model: Any) -> str:
    return str(model.get("kind", DEFAULT) if isinstance(model, dict) else model.kind)


if TYPE_CHECKING:
    Config = Sizes
else:
    Config = Annotated[
        Union[tuple(Annotated[config, Tag(name)] for name, _, config in _KINDS)],  # noqa: UP007
        Discriminator(_kind_of),
    ]
    """The section `[model]` of a recipe: sizes of the kind that it names."""
