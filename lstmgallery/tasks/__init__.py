"""The tasks of the networks: one folder for each kind, one union of them all for the front matter.

A task gives its tokens, its sequences, and the ground truth of every step; `facets` describe everything else it offers.
To add one, write its class beside the others and list it in `AnyTask`.
"""

from typing import Annotated

import pydantic

from lstmgallery.tasks.languages.copying import Copying
from lstmgallery.tasks.languages.counting import Counting, SelectiveCounting
from lstmgallery.tasks.languages.state_memory import StateMemory

AnyTask = Annotated[
    Counting | SelectiveCounting | StateMemory | Copying,
    pydantic.Field(discriminator="kind"),
]
