"""Today, for whatever writes a date."""

import os
from datetime import UTC, date, datetime

from lstmgallery.errors import GalleryError, Problem

EPOCH = "SOURCE_DATE_EPOCH"


def today() -> date:
    """Return today's date, or the one that `SOURCE_DATE_EPOCH` gives, in seconds since 1970 (UTC).

    So whoever sets it gets the same bytes on another day: https://reproducible-builds.org/specs/source-date-epoch/
    """
    given = os.environ.get(EPOCH)
    if not given:
        return date.today()
    try:
        return datetime.fromtimestamp(int(given), UTC).date()
    except (ValueError, OverflowError, OSError):
        message = f"expected whole seconds since 1970, found {given!r}"
        raise GalleryError(Problem(EPOCH, message, hint="unset it, or set it to the output of: date +%s")) from None
