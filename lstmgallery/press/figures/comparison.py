"""Two figures side by side."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

import pandas as pd
import pydantic

from lstmgallery.desk.subjects import Subject
from lstmgallery.frontmatter import Document, KeyPath
from lstmgallery.press.figures.block import Block, Checker, Strict
from lstmgallery.press.figures.drawing import Drawing, Studio
from lstmgallery.press.figures.plain import PlainBlock


class Side(Strict):
    """One half of a comparison: a figure under a title."""

    title: str = pydantic.Field(min_length=1, max_length=80)
    figure: PlainBlock


class ComparisonBlock(Block):
    """Two figures side by side."""

    kind: Literal["comparison"]
    left: Side
    right: Side

    @property
    def blocks(self) -> tuple[Block, ...]:
        return (self.left.figure, self.right.figure)

    @property
    def claims(self) -> tuple[str, ...]:
        return tuple(claim for block in self.blocks for claim in block.claims)

    def check(self, checker: Checker, document: Document, path: KeyPath) -> None:
        for name, side in (("left", self.left), ("right", self.right)):
            side.figure.check(checker, document, (*path, name, "figure"))

    def draw(self, studio: Studio, subjects: Mapping[str, Subject]) -> Drawing:
        columns, tables = [], []
        for side in (self.left, self.right):
            drawn = side.figure.draw(studio, subjects)
            first, *others = (part for column in drawn.columns for part in column)
            columns.append((replace(first, title=side.title), *others))
            tables.append(drawn.data.assign(side=side.title))
        data = pd.concat(tables, ignore_index=True)
        return Drawing(tuple(columns), data[["side", *(name for name in data.columns if name != "side")]])
