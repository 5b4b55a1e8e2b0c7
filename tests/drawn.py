"""Pictures that are drawn for tests, and saved as files of each kind."""

from __future__ import annotations

import random
from io import BytesIO

from PIL import Image, ImageDraw, ImageFilter


def scene(seed: int) -> Image.Image:
    """Draw a picture of shapes, soft as a photograph is."""
    rng = random.Random(seed)
    picture = Image.new("RGB", (640, 480), tuple(rng.randrange(256) for _ in range(3)))
    draw = ImageDraw.Draw(picture)
    for _ in range(25):
        x, y, wide = rng.randrange(640), rng.randrange(480), rng.randrange(40, 260)
        color = tuple(rng.randrange(256) for _ in range(3))
        draw.ellipse((x, y, x + wide, y + wide * rng.uniform(0.4, 1.4)), fill=color)
    return picture.filter(ImageFilter.GaussianBlur(3))


def saved(picture: Image.Image, kind: str, **options: int) -> bytes:
    out = BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()
