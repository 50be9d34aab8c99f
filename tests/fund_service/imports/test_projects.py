"""Projects come in whole, once, and with every bad line named."""

from datetime import UTC, date, datetime
from decimal import Decimal

import openpyxl
import pytest
from fund_service_imports import USD, write_csv, write_json_lines  # placeholder
