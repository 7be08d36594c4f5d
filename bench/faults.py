"""What stops a measurement."""


class BenchFailed(RuntimeError):
    """Something that is measured, or measured with, did not do its part; the message says what."""
