"""The kinds of motion models that a recipe can name."""

from typing import Annotated, Any

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
from training.models.network import Network

DEFAULT = "transformer-mdn"

KINDS: dict[str, type[Network]] = {
    DEFAULT: transformer_mdn.TransformerMDN,
    "lstm-vae": lstm_vae.LSTMVAE,
    "latent-diffusion": latent_diffusion.LatentDiffusion,
    "text-transformer": text_transformer.TextTransformer,
    "space-time": space_time.SpaceTime,
    "duet": duet.Duet,
    "lstm-mdn": baseline_lstm.LSTMMDN,
    "lstm-mse": baseline_lstm.LSTMMSE,
    "transformer-mdn-per-dimension": baseline_transformer.TransformerMDNPerDimension,
    "transformer-mse": baseline_transformer.TransformerMSE,
}


def _kind_of(model: Any) -> str:
    return str(model.get("kind", DEFAULT) if isinstance(model, dict) else model.kind)


Config = Annotated[
    Annotated[transformer_mdn.Config, Tag(DEFAULT)]
    | Annotated[lstm_vae.Config, Tag("lstm-vae")]
    | Annotated[latent_diffusion.Config, Tag("latent-diffusion")]
    | Annotated[text_transformer.Config, Tag("text-transformer")]
    | Annotated[space_time.Config, Tag("space-time")]
    | Annotated[duet.Config, Tag("duet")]
    | Annotated[baseline_lstm.MDNConfig, Tag("lstm-mdn")]
    | Annotated[baseline_lstm.MSEConfig, Tag("lstm-mse")]
    | Annotated[baseline_transformer.MDNConfig, Tag("transformer-mdn-per-dimension")]
    | Annotated[baseline_transformer.MSEConfig, Tag("transformer-mse")],
    Discriminator(_kind_of),
]
"""The section `[model]` of a recipe: sizes of the kind that it names."""
