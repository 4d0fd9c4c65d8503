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
    /// Whose packages are taken.
    pub trust: Trust,
    /// What goes wrong, and when.
    pub faults: Script,
    /// The time.
    pub clock: Clock,
    /// Most bytes of one upload (`Tus-Max-Size`).
    pub upload_bytes_max: u64,
    /// Most uploads that are begun and not finished. One more is refused with 503.
    pub uploads_open_max: usize,
    /// Seconds without a byte after which an unfinished upload is forgotten.
    pub upload_lifetime_s: u64,
}

impl Config {
    /// A province on a free loopback port that takes packages from any key: the training default.
    #[must_use]
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            folder: folder.into(),
            name: "Tỉnh thử nghiệm".to_owned(),
            trust: Trust::anyone(),
            faults: Script::default(),
            clock: Arc::new(system_clock),
            upload_bytes_max: package::limits::PACKAGE_BYTES_MAX,
            uploads_open_max: 64,
            upload_lifetime_s: 24 * 3_600,
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
