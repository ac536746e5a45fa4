"""The tasks of the networks: one module for each kind, one union of them all for the front matter.

A task gives its tokens, its sequences, and the ground truth of every step; `facets` describe everything else it offers.
To add one, write its class beside the others and list it in `TASKS`. The task of real text has files beside its front
matter.
"""

from typing import TYPE_CHECKING, Annotated, Union

import pydantic

from lstmgallery.tasks.languages.copying import Copying
from lstmgallery.tasks.languages.counting import Counting, SelectiveCounting
from lstmgallery.tasks.languages.state_memory import StateMemory
from lstmgallery.tasks.task import Task
from lstmgallery.tasks.texts.task import Text

TASKS: dict[str, type[Task]] = {
    "counting": Counting,
    "selective-counting": SelectiveCounting,
    "state-memory": StateMemory,
    "copying": Copying,
}

if TYPE_CHECKING:
    AnyTask = Task  # outside this folder, nobody knows which kind of task it is
else:
    AnyTask = Annotated[Union[(*TASKS.values(), Text)], pydantic.Field(discriminator="kind")]
