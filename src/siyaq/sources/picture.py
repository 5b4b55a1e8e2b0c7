"""A picture's perceptual hash. Runs inside the sandbox, as decoders may do anything.

The hash is PDQ (Meta 2019): 256 bits that stay nearly the same when a picture is resized,
compressed anew or slightly changed. Two pictures at most 31 bits apart are taken for the same;
below a quality of 50 a picture has too little in it to be told from others.
"""

from __future__ import annotations

from io import BytesIO
from typing import Final

import numpy as np
import pdqhash
from PIL import Image, UnidentifiedImageError

FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF")
PIXELS_AT_MOST: Final = 40_000_000
_SIDE: Final = 512


def hash_picture(document: bytes) -> dict[str, object]:
    """Return the `hash` (64 hex digits) and the `quality` of a picture. May raise anything."""
    try:
        opened = Image.open(BytesIO(document), formats=FORMATS)
    except UnidentifiedImageError:  # names an object of ours in place of a reason
        raise ValueError(f"none of {', '.join(FORMATS)}") from None
    with opened as picture:
        width, height = picture.size
        if width * height > PIXELS_AT_MOST:
            raise ValueError(f"{width} by {height} pixels, limit {PIXELS_AT_MOST}")
        picture.draft("RGB", (_SIDE, _SIDE))
        small = picture.convert("RGB")
    small.thumbnail((_SIDE, _SIDE))
    bits, quality = pdqhash.compute(np.asarray(small, dtype=np.uint8))
    packed = np.packbits(bits.astype(np.uint8)).tobytes()
    return {"hash": packed.hex(), "quality": int(quality)}
