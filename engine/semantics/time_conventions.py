"""What a house may settle about its calendar, and which day it is for an asker somewhere in the world."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

import holidays
from pydantic import Field, field_validator

from chat2sql.config.errors import InvalidInput
from chat2sql.config.vocabulary import Frozen

MONDAY = 0


class FiscalNaming(StrEnum):
    """Which calendar year gives a fiscal year its number, where it runs through two."""

    ENDS_IN = "ends_in"
    STARTS_IN = "starts_in"


class TimeConventions(Frozen):
    """How a house reads its calendar.

    ``fiscal_year_start_month``: the month a fiscal year begins in, 1 to 12; with 1 it is the calendar year.
    ``fiscal_year_named``: FY2025 that begins in April 2024 is named by the year it ends in, as most companies do.
    ``week_start``: 0 Monday, with the week numbers of ISO 8601, to 6 Sunday; where it is not Monday, week 1 is the one
    that holds 1 January.
    ``country``: whose public holidays count, in two letters (ISO 3166-1).
    """

    fiscal_year_start_month: int = Field(default=1, ge=1, le=12)
    fiscal_year_named: FiscalNaming = FiscalNaming.ENDS_IN
    week_start: int = Field(default=MONDAY, ge=0, le=6)
    country: str = "CN"

    @field_validator("country")
    @classmethod
    def _known(cls, country: str) -> str:
        try:
            holidays.country_holidays(country)
        except NotImplementedError as unknown:
            raise ValueError(
                "no country whose holidays are known; use two letters such as CN or US"
            ) from unknown
        return country


def local_today(instant: datetime, time_zone: str) -> date:
    """The day it is at ``instant`` in a time zone of the IANA database, such as Asia/Shanghai.

    Raises:
        InvalidInput: there is no such zone, or ``instant`` does not say its own.
    """
    if instant.tzinfo is None:
        raise InvalidInput(
            zh="时刻没有时区，无法判断是哪一天。请给出带时区的时刻，例如 2025-06-30T08:00:00+08:00。",
            en="The instant has no time zone, so its day is not known. Give one such as 2025-06-30T08:00:00+08:00.",
        )
    try:
        zone = ZoneInfo(time_zone)
    except (ValueError, OSError, KeyError) as unknown:
        raise InvalidInput(
            zh="没有这个时区。请使用 IANA 名称，例如 Asia/Shanghai 或 UTC。",
            en="There is no such time zone. Use an IANA name, for example Asia/Shanghai or UTC.",
        ) from unknown
    return instant.astimezone(zone).date()
