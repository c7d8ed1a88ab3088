"""Numbers from a seed, and a weighted sample without replacement. Exact: no float, no modulo bias."""

import hmac
from collections.abc import Sequence

WORD = 1 << 256
WHOLE = 10_000  # a ratio is written in ten-thousandths: 10 % is 1000, 12.5 % is 1250


def quota(size: int, ratio: int) -> int:
    """How many of `size` a ratio takes, rounded up (不低于): 10 % of 7 is 1."""
    return -(-size * ratio // WHOLE)


def percent(ratio: int) -> str:
    """Ten-thousandths as people write them: 1250 is 12.5."""
    whole, part = divmod(ratio, 100)
    return f"{whole}.{part:02d}".rstrip("0") if part else str(whole)


class Stream:
    """Whole numbers from HMAC-SHA256(seed, "label|0"), "label|1", …; each label is a stream of its own."""

    def __init__(self, seed: str, label: str) -> None:
        self.key = bytes.fromhex(seed)
        self.label = label
        self.counter = 0

    def word(self) -> int:
        text = f"{self.label}|{self.counter}"
        self.counter += 1
        return int.from_bytes(hmac.digest(self.key, text.encode(), "sha256"), "big")

    def below(self, bound: int) -> int:
        """A number from 0 to bound - 1, each as likely: what lies beyond the last whole multiple is thrown away."""
        limit = WORD - WORD % bound
        while (word := self.word()) >= limit:
            pass
        return word % bound


class Weights:
    """Integer weights with their running sums (a binary indexed tree): find and take away in log n steps."""

    def __init__(self, weights: Sequence[int]) -> None:
        self.weights = list(weights)
        self.total = sum(self.weights)
        self.sums = [0, *self.weights]
        for place in range(1, len(self.sums)):
            above = place + (place & -place)
            if above < len(self.sums):
                self.sums[above] += self.sums[place]
        self.top = 1 << max(len(self.weights).bit_length() - 1, 0)

    def find(self, number: int) -> int:
        """The place whose span of the running sum holds `number` (0 ≤ number < total)."""
        place, step = 0, self.top
        while step:
            if place + step < len(self.sums) and self.sums[place + step] <= number:
                place += step
                number -= self.sums[place]
            step >>= 1
        return place

    def remove(self, place: int) -> None:
        weight, node = self.weights[place], place + 1
        self.weights[place] = 0
        self.total -= weight
        while node < len(self.sums):
            self.sums[node] -= weight
            node += node & -node


def weighted_sample(weights: Sequence[int], count: int, stream: Stream) -> list[int]:
    """Places drawn one after another without replacement, each time in proportion to the weights that are left."""
    left = Weights(weights)
    drawn = []
    for _ in range(count):
        place = left.find(stream.below(left.total))
        left.remove(place)
        drawn.append(place)
    return drawn
