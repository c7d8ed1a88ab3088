"""Random draws (双随机抽查) that anybody can perform again. Pure: standard library only, integers only, no clock.

What is drawn from is one document of plain values (`frozen`, docs/decisions/0041-provable-draws.md); its canonical
text is hashed and published first. `perform` and the hash are all that decides. scripts/verify_draw.py says the same
in its own words, and a test compares the two.
"""

from campaigns.draw_rules.layering import LAYERS, Five, Layered, layered
from campaigns.draw_rules.performing import Result, eligible_counts, perform, results_digest
from campaigns.draw_rules.public import MARGIN, example, published_after, spelt, told
from campaigns.draw_rules.sampling import WHOLE, Stream, percent, quota, weighted_sample
from campaigns.draw_rules.sealing import FORMAT, HEX, canonical, commitment, digest_of, sealed, seed_of
from campaigns.draw_rules.weighing import WEIGHTS, Standing, grounds, weight

__all__ = [
    "FORMAT",
    "HEX",
    "LAYERS",
    "MARGIN",
    "WEIGHTS",
    "WHOLE",
    "Five",
    "Layered",
    "Result",
    "Standing",
    "Stream",
    "canonical",
    "commitment",
    "digest_of",
    "eligible_counts",
    "example",
    "grounds",
    "layered",
    "percent",
    "perform",
    "published_after",
    "quota",
    "results_digest",
    "sealed",
    "seed_of",
    "spelt",
    "told",
    "weight",
    "weighted_sample",
]
