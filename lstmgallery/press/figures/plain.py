"""The kinds of figures: one line each. A comparison holds two of them."""

from typing import TYPE_CHECKING, Annotated, Union

import pydantic

from lstmgallery.press.figures.block import Block
from lstmgallery.press.figures.cell import CellBlock
from lstmgallery.press.figures.dose import DoseBlock
from lstmgallery.press.figures.frontier import FrontierBlock
from lstmgallery.press.figures.frontiers import FrontiersBlock
from lstmgallery.press.figures.generated import GeneratedBlock
from lstmgallery.press.figures.histogram import HistogramBlock
from lstmgallery.press.figures.line import LineBlock
from lstmgallery.press.figures.overview import OverviewBlock
from lstmgallery.press.figures.passage import PassageBlock
from lstmgallery.press.figures.saturation import SaturationBlock
from lstmgallery.press.figures.search import SearchBlock
from lstmgallery.press.figures.seeds import SeedsBlock
from lstmgallery.press.figures.strip import StripBlock
from lstmgallery.press.figures.table import TableBlock
from lstmgallery.press.figures.together import TogetherBlock
from lstmgallery.press.figures.values import ValuesBlock
from lstmgallery.press.figures.which import WhichBlock
from lstmgallery.press.figures.written import WrittenBlock

PLAIN: tuple[type[Block], ...] = (
    *(StripBlock, OverviewBlock, LineBlock, ValuesBlock, FrontierBlock, DoseBlock),
    *(TogetherBlock, SaturationBlock, CellBlock, GeneratedBlock, SeedsBlock, SearchBlock),
    *(FrontiersBlock, TableBlock),
    *(PassageBlock, HistogramBlock, WrittenBlock, WhichBlock),
)

if TYPE_CHECKING:
    PlainBlock = Block
else:
    PlainBlock = Annotated[Union.__getitem__(PLAIN), pydantic.Field(discriminator="kind")]
