"""Networks with their variants, as lists of networks show them, and the comparisons that are about them.

A variant is listed below the network that it is a variant of, so that lists keep to the principal networks. A
variant whose principal network is not on the site is listed by itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from lstmgallery.press.pages.articles import Article
from lstmgallery.press.pages.views import NetworkView


@dataclass(frozen=True)
class Family:
    """A network, its variants in the order of the index, and the comparisons of any of them."""

    view: NetworkView
    variants: tuple[NetworkView, ...]
    comparisons: tuple[Article, ...]

    @property
    def named(self) -> list[tuple[str, NetworkView]]:
        """The variants, each with the name that tells it from the others: that of its cell, or else its title."""
        cells = [view.network.cell for view in self.views]
        return [
            (view.network.kind.heading if cells.count(view.network.cell) == 1 else view.network.title, view)
            for view in self.variants
        ]

    @property
    def views(self) -> tuple[NetworkView, ...]:
        return (self.view, *self.variants)


def families(views: Sequence[NetworkView], articles: Sequence[Article]) -> list[Family]:
    """Return the networks in the order of the index, each with its variants; `articles` may be of any kind."""
    names = {view.network.name for view in views}
    principals = [view for view in views if view.network.variant_of not in names]
    found = []
    for principal in principals:
        variants = tuple(view for view in views if view.network.variant_of == principal.network.name)
        of_family = {view.network.name for view in (principal, *variants)}
        about = (each for each in articles if each.writeup.is_comparison and each.writeup.networks & of_family)
        found.append(Family(principal, variants, tuple(about)))
    return found


def family_of(name: str, views: Sequence[NetworkView], articles: Sequence[Article]) -> Family:
    """Return the family that a network belongs to."""
    found = families(views, articles)
    return next(each for each in found if name in {view.network.name for view in each.views})
