"""The shell's door: ``fund COMMAND``; results on standard output, everything else on standard error.

Exit status: 0 done, 1 refused by the data or the rules (with the reason), 2 wrong usage.
"""

from fund_service.cli import accounts, audit, demand, evaluation, learning, records, service
from fund_service.cli.door import main

__all__ = ["accounts", "audit", "demand", "evaluation", "learning", "main", "records", "service"]
