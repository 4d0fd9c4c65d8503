//! What a province is told when it starts.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use package::{Stamp, Trust};

use crate::faults::Script;

/// Where the province reads the time. Tests hand in their own.
pub type Clock = Arc<dyn Fn() -> Stamp + Send + Sync>;

/// What a province is told when it starts.
#[derive(Clone)]
pub struct Config {
    /// Where to listen. Port 0 takes a free one.
    pub address: SocketAddr,
    /// Where everything is kept. Made if it is not there.
    pub folder: PathBuf,
    /// The name on receipts and on the page.
    pub name: String,
    /// Whether it only serves to practise. It then says so on its page, in what it tells of itself,
    /// and, by [`Config::training`], in its name, which stands in each receipt it signs.
    pub training: bool,
    /// Whose packages are taken.
    pub trust: Trust,
    /// What goes wrong, and when.
    pub faults: Script,
    /// The time.
    pub clock: Clock,
    /// Most bytes of one upload (`Tus-Max-Size`).
    pub upload_bytes_max: u64,
    /// Names besides those of this machine that a request may call the province by, with their port
    /// where that is not 80: what a proxy in front of it passes on. Any other is refused, for it may
    /// be some page that has had its name point here.
    pub hosts: Vec<String>,
    /// Most uploads that are begun and not finished. For one more the longest idle makes room; where
    /// none is idle, it is refused with 503.
    pub uploads_open_max: usize,
    /// The same for one sender, refused with 429: nobody alone fills the place of all.
    pub uploads_per_sender_max: usize,
    /// Seconds without a byte after which an unfinished upload may have to make room.
    pub upload_idle_s: u64,
    /// Seconds without a byte after which an unfinished upload is forgotten.
    pub upload_lifetime_s: u64,
    /// The same where no byte ever came.
    pub upload_empty_lifetime_s: u64,
    /// Seconds for which it is known what became of a finished upload. Its receipt stays for ever.
    pub upload_settled_lifetime_s: u64,
    /// Most bytes kept, all in all. What would be more is refused with 507, or 413 where it never fits.
    pub kept_bytes_max: u64,
    /// Bytes of the disk that are left free for others.
    pub free_bytes_min: u64,
}

impl Config {
    /// A province on a free loopback port that takes packages from any key: the training default.
    #[must_use]
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            folder: folder.into(),
            name: "Tỉnh thử nghiệm".to_owned(),
            training: false,
            trust: Trust::anyone(),
            faults: Script::default(),
            clock: Arc::new(system_clock),
            upload_bytes_max: package::limits::PACKAGE_BYTES_MAX,
            hosts: Vec::new(),
            uploads_open_max: 64,
            uploads_per_sender_max: 16,
            upload_idle_s: 10 * 60,
            upload_lifetime_s: 12 * 3_600,
            upload_empty_lifetime_s: 15 * 60,
            upload_settled_lifetime_s: 24 * 3_600,
            kept_bytes_max: package::limits::PACKAGE_BYTES_MAX,
            free_bytes_min: 64 << 20,
        }
    }

    /// As [`Config::new`], for people who practise: nothing it receives or signs is a delivery.
    #[must_use]
    pub fn training(folder: impl Into<PathBuf>) -> Self {
        Self {
            name: "Tỉnh giả lập (TẬP)".to_owned(),
            training: true,
            ..Self::new(folder)
        }
    }
}

/// Minutes by which the clock on the wall is ahead of UTC: one zone and no summer time in all of
/// Vietnam.
const WALL_MINUTES: i16 = 7 * 60;

fn system_clock() -> Stamp {
    let unix_s = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |past| i64::try_from(past.as_secs()).unwrap_or(i64::MAX));
    Stamp::from_unix(unix_s, WALL_MINUTES)
}
