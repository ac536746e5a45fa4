"""Figures of write-ups: a module for each kind, with its block's model, its checks and its drawing.

`plain` lists the kinds; in addition, a comparison shows two of them. `beside` and `curve` draw plots for pages alone.
"""

from typing import cast, get_args

import pydantic

from lstmgallery.press.figures.block import Block
from lstmgallery.press.figures.comparison import ComparisonBlock
from lstmgallery.press.figures.plain import PLAIN


class Captioned(Block):
    """A block that is a figure of its own, with a stable id, a caption, and a text alternative."""

    id: str
    caption: str = pydantic.Field(min_length=1, max_length=1_000)
    alt: str = pydantic.Field(min_length=1, max_length=1_000)


_MODELS: tuple[type[Block], ...] = (*PLAIN, ComparisonBlock)
KINDS: dict[str, type[Block]] = {get_args(model.model_fields["kind"].annotation)[0]: model for model in _MODELS}
FIGURES: dict[str, type[Captioned]] = {  # by kind, with the fields of every figure
    kind: cast(
        type[Captioned],
        pydantic.create_model(f"Figure{model.__name__}", __base__=(model, Captioned), __module__=__name__),
    )
    for kind, model in KINDS.items()
}
globals().update({model.__name__: model for model in FIGURES.values()})  # kept figures name the classes of their blocks
