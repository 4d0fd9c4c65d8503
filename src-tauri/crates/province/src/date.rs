//! Moments as HTTP writes them (RFC 9110 §5.6.7, IMF-fixdate).

use package::Stamp;

/// `Sun, 06 Nov 1994 08:49:37 GMT`.
pub(crate) fn http_date(unix_s: i64) -> String {
    const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let stamp = Stamp::from_unix(unix_s, 0);
    let text = stamp.to_string();
    let weekday = DAYS[stamp.unix_s().div_euclid(86_400).rem_euclid(7) as usize];
    let month = text[5..7].parse::<usize>().unwrap_or(1);
    format!(
        "{weekday}, {} {} {} {} GMT",
        &text[8..10],
        MONTHS[(month - 1) % 12],
        &text[..4],
        &text[11..19]
    )
}

#[cfg(test)]
mod tests {
    use super::http_date;

    #[test]
    fn the_date_of_the_standard_is_written_as_there() {
        assert_eq!(http_date(784_111_777), "Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(http_date(0), "Thu, 01 Jan 1970 00:00:00 GMT");
    }
}
