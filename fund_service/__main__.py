"""Run the command line as ``python -m fund_service``."""

from fund_service.cli import main

main()
