"""Where text comes from: a module for each kind of source, and one line here."""

from typing import Annotated

import pydantic

from lstmgallery.tasks.texts.sources.files import Files
from lstmgallery.tasks.texts.sources.stdlib import StandardLibrary
from lstmgallery.tasks.texts.sources.table import Table
from lstmgallery.tasks.texts.sources.unicode_names import UnicodeNames

AnySource = Annotated[Files | Table | StandardLibrary | UnicodeNames, pydantic.Field(discriminator="kind")]
