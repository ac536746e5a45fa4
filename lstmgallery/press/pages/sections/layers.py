"""All neurons of each layer, at every step of one sequence."""

from lstmgallery.press.pages.sections.section import Section

SECTION = Section("layers")
