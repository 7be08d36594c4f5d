"""How reporters can be reached; kept where notices find it too."""

from chengge.contacts import mark, mask, normalised, seal, unseal

__all__ = ["mark", "mask", "normalised", "seal", "unseal"]
