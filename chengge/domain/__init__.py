"""Pure Python: the rules of the trade, without Django and without input or output."""
