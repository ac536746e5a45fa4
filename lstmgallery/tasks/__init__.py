"""What the networks learn: one module per family of tasks, one union of them all for the front matter.

A task names its tokens, its sequences, what its language determines, and the ground truth of every step. To add one,
write its class beside the others and list it in `Task`.
"""

from typing import Annotated

import pydantic

from lstmgallery.tasks.copying import Copying
from lstmgallery.tasks.counting import Counting, SelectiveCounting
from lstmgallery.tasks.language import END, START, Feature, Language, Split
from lstmgallery.tasks.state_memory import StateMemory

Task = Annotated[
    Counting | SelectiveCounting | StateMemory | Copying,
    pydantic.Field(discriminator="kind"),
]

__all__ = ["END", "START", "Feature", "Language", "Split", "Task"]
