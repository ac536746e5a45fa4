"""Sections of a network's page, in reading order: one module and one line each."""

from lstmgallery.press.pages.sections import chosen, files, frontier, gates, held_out, layers, roles, seeds, training
from lstmgallery.press.pages.sections.section import Section

SECTIONS: tuple[Section, ...] = tuple(
    module.SECTION for module in (layers, roles, frontier, seeds, chosen, gates, training, held_out, files)
)
