"""Shares as people read and type them: percent with two decimals, kept as basis points."""


def percent(share_bp: int) -> str:
    """Write a share in percent as a form takes it back: 1250 as ``12.5``, 2000 as ``20``."""
    whole, rest = divmod(share_bp, 100)
    return f"{whole}.{rest:02d}".rstrip("0").rstrip(".") if rest else str(whole)
