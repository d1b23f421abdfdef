"""Civil time: the clock, weekdays and holidays by which people live, in each hour of local standard time."""

from __future__ import annotations

import datetime as dt
import math
from functools import lru_cache
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from buem.clock import hour_stamps
from buem.errors import OptionError, problem
from buem.profiles import FloatArray, Period

IntArray = NDArray[np.int64]

#: Days as schedules tell them apart.
DAYS: Final = ("weekday", "saturday", "sunday")

#: ISO 3166 code -> time zone of its capital, of the IANA time zone database. Where a country has several zones whose
#: clocks change alike, one stands for all: only the change counts here, the weather keeps its own standard time.
ZONES: Final[dict[str, str]] = {
    "AD": "Europe/Andorra", "AL": "Europe/Tirane", "AT": "Europe/Vienna", "BA": "Europe/Sarajevo",
    "BE": "Europe/Brussels", "BG": "Europe/Sofia", "BY": "Europe/Minsk", "CH": "Europe/Zurich", "CY": "Asia/Nicosia",
    "CZ": "Europe/Prague", "DE": "Europe/Berlin", "DK": "Europe/Copenhagen", "EE": "Europe/Tallinn",
    "ES": "Europe/Madrid", "FI": "Europe/Helsinki", "FR": "Europe/Paris", "GB": "Europe/London", "GR": "Europe/Athens",
    "HR": "Europe/Zagreb", "HU": "Europe/Budapest", "IE": "Europe/Dublin", "IS": "Atlantic/Reykjavik",
    "IT": "Europe/Rome", "LI": "Europe/Vaduz", "LT": "Europe/Vilnius", "LU": "Europe/Luxembourg", "LV": "Europe/Riga",
    "MC": "Europe/Monaco", "MD": "Europe/Chisinau", "ME": "Europe/Podgorica", "MK": "Europe/Skopje",
    "MT": "Europe/Malta", "NL": "Europe/Amsterdam", "NO": "Europe/Oslo", "PL": "Europe/Warsaw", "PT": "Europe/Lisbon",
    "RO": "Europe/Bucharest", "RS": "Europe/Belgrade", "RU": "Europe/Moscow", "SE": "Europe/Stockholm",
    "SI": "Europe/Ljubljana", "SK": "Europe/Bratislava", "SM": "Europe/San_Marino", "TR": "Europe/Istanbul",
    "UA": "Europe/Kyiv", "VA": "Europe/Vatican", "XK": "Europe/Belgrade",
    "AE": "Asia/Dubai", "AR": "America/Argentina/Buenos_Aires", "AU": "Australia/Sydney", "BO": "America/La_Paz",
    "BR": "America/Sao_Paulo", "CA": "America/Toronto", "CL": "America/Santiago", "CN": "Asia/Shanghai",
    "CO": "America/Bogota", "DZ": "Africa/Algiers", "EG": "Africa/Cairo", "GE": "Asia/Tbilisi", "HK": "Asia/Hong_Kong",
    "ID": "Asia/Jakarta", "IL": "Asia/Jerusalem", "IN": "Asia/Kolkata", "IR": "Asia/Tehran", "JP": "Asia/Tokyo",
    "KE": "Africa/Nairobi", "KR": "Asia/Seoul", "KZ": "Asia/Almaty", "MX": "America/Mexico_City",
    "MY": "Asia/Kuala_Lumpur", "NG": "Africa/Lagos", "NZ": "Pacific/Auckland", "PE": "America/Lima",
    "PY": "America/Asuncion", "SA": "Asia/Riyadh", "SG": "Asia/Singapore", "TH": "Asia/Bangkok", "TN": "Africa/Tunis",
    "TW": "Asia/Taipei", "US": "America/New_York", "UY": "America/Montevideo", "VN": "Asia/Ho_Chi_Minh",
    "ZA": "Africa/Johannesburg",
}


class CivilYear(NamedTuple):
    """What the clock on the wall says in each of the 8760 hours of local standard time."""

    #: Hour of the day, 0 to 23, shape (8760,). [h]
    hour: IntArray
    #: Index into `DAYS`, holidays as Sundays, shape (8760,).
    day: IntArray
    #: Day of the year on the wall, from 0, shape (8760,).
    date: IntArray


class Calendar(NamedTuple):
    """A year on a place's wall: the arguments of `civil_year`, as a key under which schedules are kept."""

    year: int
    #: From `zone_of`.
    zone: str = ""
    #: Country whose national holidays count as Sundays; empty for none.
    holidays_of: str = ""

    def civil(self) -> CivilYear:
        """Its hours and kinds of day. [h]"""
        return civil_year(self.year, self.zone, self.holidays_of)


def zone_of(country: str, latitude: float = math.nan, longitude: float = math.nan) -> str:
    """Time zone whose changes of the clock hold at a place.

    Parameters
    ----------
    country : str
        ISO 3166, two letters; empty for an unknown one.
    latitude, longitude : float
        For countries of which only parts change the clock: Australia, the United States, Brazil's and Canada's
        zones change alike. [°]

    Returns
    -------
    str
        A name of the IANA time zone database, or "" for a country that `ZONES` does not have: no change of the clock.
    """
    if country == "AU" and latitude == latitude:
        # Queensland, the Northern Territory and Western Australia do not change.
        stays = longitude < 129.0 or (latitude > -26.0 if longitude < 141.0 else latitude > -28.5)
        return "Australia/Brisbane" if stays else "Australia/Sydney"
    if country == "US" and latitude == latitude:
        arizona = 31.3 <= latitude <= 37.0 and -114.8 <= longitude <= -109.05
        return "America/Phoenix" if arizona else "Pacific/Honolulu" if latitude < 23.0 else ZONES["US"]
    return ZONES.get(country, "")


@lru_cache(maxsize=64)
def civil_year(year: int, zone: str = "", holidays_of: str = "") -> CivilYear:
    """Civil time over a year of local standard time.

    Parameters
    ----------
    year : int
        Calendar year. 29 February has no hours.
    zone : str
        From `zone_of`; empty for a clock that never changes.
    holidays_of : str
        Country whose national holidays count as Sundays; empty for none. Needs the package `holidays`.

    Returns
    -------
    CivilYear
        Hours on the wall and kinds of day. [h]

    Raises
    ------
    OptionError
        When `holidays` is not installed or does not have the country.
    """
    stamps = hour_stamps(Period(year=year))
    civil = stamps + (_shift(year, zone) * 3600.0).astype(np.int64).astype("timedelta64[s]")
    days = civil.astype("datetime64[D]")
    # 1 January 1970 was a Thursday, 3 with Monday as 0.
    weekday = (days.astype(np.int64) + 3) % 7
    kind = np.maximum(weekday - 4, 0)
    if holidays_of:
        kind = np.where(np.isin(days, _holidays(year, holidays_of)), 2, kind)
    seconds = (civil - days).astype(np.int64)
    date = np.clip((days - np.datetime64(f"{year:04d}-01-01")).astype(np.int64), 0, None)
    return CivilYear(hour=seconds // 3600, day=kind, date=date)


def _shift(year: int, zone: str) -> FloatArray:
    """Civil less standard time of each hour. [h]"""
    stamps = hour_stamps(Period(year=year))
    if not zone:
        return np.zeros(stamps.size)
    place = ZoneInfo(zone)

    def offset(stamp: dt.datetime) -> float:
        moment = stamp.replace(tzinfo=dt.UTC).astimezone(place).utcoffset() or dt.timedelta()
        return moment.total_seconds() / 3600.0

    # Where the database calls winter the exception, as for Ireland, its own split into standard and summer time
    # does not help: standard time is the smaller offset of the year.
    standard = min(offset(dt.datetime(year, month, 15)) for month in range(1, 13))
    utc = stamps - np.timedelta64(round(standard * 3600), "s")
    return np.array([offset(stamp) for stamp in utc.tolist()]) - standard


def _holidays(year: int, country: str) -> NDArray[np.datetime64]:
    try:
        import holidays
    except ImportError:
        raise OptionError([problem("holidays", country, "the package holidays: pip install 'buem-engine[holidays]'")]
                          ) from None
    try:
        days = holidays.country_holidays(country, years=year)
    except NotImplementedError:
        raise OptionError([problem("holidays", country, "a country that the package holidays has")]) from None
    return np.array(sorted(days), dtype="datetime64[D]")
