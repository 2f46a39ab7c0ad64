"""Shapes, and what is known of them."""
from __future__ import annotations
import math, os.path as path
from dataclasses import dataclass

LIMIT = 10
names, sizes = [], {}

@dataclass(frozen=True)
class Shape:
    """A shape."""
    name: str = "none"
    sides: int = 0

    def __init__(self, name, *rest, **options):
        self.name = name
        self.rest, self.options = rest, options

    @property
    def area(self) -> float:
        return 0.0

    async def draw(self, canvas):
        async with canvas as c:
            await c.line(f"{self.name!r:>{10}} {'x' if self.sides else 'é'}")

class Circle(Shape):
    def area(self):
        def squared(x): return x ** 2
        return math.pi * squared(self.radius)

if LIMIT > 5:
    def helper(a, b=(1, 2), *, c: int = 3) -> None:
        try:
            with open(path.join("a", "b")) as file:
                return [x for x in file if x.strip()]
        except (OSError, ValueError) as error:
            raise RuntimeError('''several
lines''') from error
        finally:
            pass
else:
    helper = lambda *a: None

match names:
    case [first, *_] if first: print(first)
    case _: pass
