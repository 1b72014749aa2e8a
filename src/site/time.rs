//! Times for readers.

/// `2026-03-01 09:05 UTC`, of seconds since 1970-01-01 UTC.
///
/// # Source
/// The calendar repeats after 400 years of 146 097 days; years are counted from 1 March, so that the
/// leap day is a year's last.
pub(crate) fn utc(unix_seconds: u64) -> String {
    let minutes = unix_seconds / 60;
    let (day, minute) = (minutes / 1440 + 719_468, minutes % 1440);
    let (era, day) = (day / 146_097, day % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (year, month) = if month < 10 { (year, month + 3) } else { (year + 1, month - 9) };
    let (hour, minute) = (minute / 60, minute % 60);
    format!("{:04}-{month:02}-{day:02} {hour:02}:{minute:02} UTC", year + 400 * era)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leap_days_and_ends_of_years_are_where_they_belong() {
        for (seconds, expected) in [
            (0, "1970-01-01 00:00 UTC"),
            (951_782_399, "2000-02-28 23:59 UTC"),
            (951_782_400, "2000-02-29 00:00 UTC"),
            (1_709_251_199, "2024-02-29 23:59 UTC"),
            (1_767_225_599, "2025-12-31 23:59 UTC"),
            (4_107_542_400, "2100-03-01 00:00 UTC"),
        ] {
            assert_eq!(utc(seconds), expected);
        }
    }
}
