//! What can be typed. Help speaks the language of the locale.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args as ClapArgs, Parser, Subcommand};

use crate::words::l;

/// The whole command line.
#[derive(Parser)]
#[command(
    name = "loa",
    version,
    about = l("Loa Studio từ dòng lệnh: đo, chuẩn âm lượng, dựng, vẽ bảng, lưu kho, đóng gói, gửi tỉnh.",
              "Loa Studio from the terminal: measure, normalise, mix, draw boards, archive, package, send."),
    after_help = l("Mã thoát: 0 xong, 1 bị từ chối hoặc hỏng (lý do ở stderr), 2 gõ sai. Xem kỹ: loa LỆNH --help",
                   "Exit codes: 0 done, 1 refused or failed (reason on stderr), 2 wrong usage. More: loa COMMAND --help"),
)]
pub struct Args {
    #[arg(long, global = true, help = l("Trả kết quả dạng JSON", "Answer in JSON"))]
    pub json: bool,
    #[command(subcommand)]
    pub task: Task,
}

/// Longest recording asked for, in seconds: a day.
const SECONDS_MAX: f64 = 86_400.0;

fn seconds(text: &str) -> Result<f64, String> {
    let seconds: f64 = text.parse().map_err(|_| l("không phải số", "no number"))?;
    if seconds > 0.0 && seconds <= SECONDS_MAX {
        Ok(seconds)
    } else {
        Err(l(
            "phải trên 0 và không quá 86400",
            "more than 0, at most 86400",
        )
        .to_owned())
    }
}

/// What to do.
#[derive(Subcommand)]
pub enum Task {
    #[command(about = l("Đo âm lượng và đỉnh thực (ITU-R BS.1770-5, EBU R 128)", "Measures loudness and true peak (ITU-R BS.1770-5, EBU R 128)"))]
    Measure(Measure),
    #[command(about = l("Đưa về âm lượng chuẩn rồi đo lại tệp đã ghi", "Brings to a loudness and measures what was written"))]
    Normalize(Normalize),
    #[command(about = l("Đổi định dạng", "Converts between formats"))]
    Convert(Convert),
    #[command(about = l("Ghi dạng sóng (.dat của BBC audiowaveform, bản 2)", "Writes the waveform (BBC audiowaveform .dat, version 2)"))]
    Peaks(InOut),
    #[command(about = l("Trộn một chương trình thành tệp âm thanh", "Mixes a programme into a sound file"))]
    Mix(Mix),
    #[command(about = l("Vẽ các trang thành PNG đúng cỡ bảng", "Draws slides as PNG of the board's exact size"))]
    Render(Render),
    #[command(about = l("Kiểm tra bảng có đọc được từ ngoài đường không", "Checks whether a deck can be read from the street"))]
    Check(Check),
    #[command(about = l("Liệt kê micro và loa", "Lists microphones and loudspeakers"))]
    Devices,
    #[command(about = l("Thu từ micro vào tệp BWF chịu được mất điện", "Records into a BWF file that survives a crash"))]
    Record(Record),
    #[command(subcommand, about = l("Kho lưu trữ", "The archive"))]
    Archive(Archive),
    #[command(subcommand, about = l("Đóng gói và kiểm tra gói", "Seals and verifies packages"))]
    Package(Package),
    #[command(about = l("Gửi một gói; chạy lại thì gửi tiếp", "Sends a package; run again, it resumes"))]
    Send(Send),
    #[command(about = l("Chạy tỉnh giả lập để tập và thử", "Runs the sandbox province, for training and tests"))]
    Province(Province),
    #[command(about = l("Mở giao diện trong trình duyệt của máy này", "Serves the window to a browser of this machine"))]
    Serve(Serve),
    #[command(about = l("Làm trọn một việc từ thu đến biên nhận, có hai lần đứt mạng", "The main job from recording to receipt, with two cut lines"))]
    Demo(Demo),
}

#[derive(ClapArgs)]
pub struct Measure {
    #[arg(value_name = "FILE", help = l("Tệp âm thanh", "Sound file"))]
    pub file: PathBuf,
    #[arg(long, help = l("Đọc tệp một kênh đúng là một kênh, không coi như hai kênh giống nhau", "Read one channel as one, not as two equal ones"))]
    pub plain_mono: bool,
}

#[derive(ClapArgs)]
pub struct InOut {
    #[arg(value_name = "IN", help = l("Tệp vào", "Input file"))]
    pub input: PathBuf,
    #[arg(value_name = "OUT", help = l("Tệp ra; đuôi tên cho biết định dạng", "Output file; its ending says the format"))]
    pub output: PathBuf,
}

#[derive(ClapArgs)]
pub struct Aim {
    #[arg(long, value_name = "NAME", help = l("Chuẩn: broadcast (mặc định), loudspeaker, web, low-bandwidth", "Profile: broadcast (default), loudspeaker, web, low-bandwidth"))]
    pub profile: Option<String>,
    #[arg(long, value_name = "LUFS", allow_negative_numbers = true, requires = "ceiling", conflicts_with = "profile", help = l("Âm lượng đích", "Target loudness"))]
    pub target: Option<f64>,
    #[arg(long, value_name = "DBTP", allow_negative_numbers = true, requires = "target", help = l("Đỉnh thực cao nhất", "Highest true peak"))]
    pub ceiling: Option<f64>,
}

#[derive(ClapArgs)]
pub struct Normalize {
    #[command(flatten)]
    pub files: InOut,
    #[command(flatten)]
    pub aim: Aim,
}

#[derive(ClapArgs)]
pub struct Convert {
    #[command(flatten)]
    pub files: InOut,
    #[arg(long, value_name = "KBPS", help = l("Tốc độ bit của MP3", "Bit rate of MP3"))]
    pub bitrate: Option<u32>,
    #[arg(long, value_name = "HZ", help = l("Tần số lấy mẫu", "Sample rate"))]
    pub rate: Option<u32>,
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=2), help = l("Số kênh, 1 hoặc 2", "Channels, 1 or 2"))]
    pub channels: Option<u8>,
}

#[derive(ClapArgs)]
pub struct Mix {
    #[arg(value_name = "PROGRAMME", help = l("Tệp chương trình (JSON)", "Programme file (JSON)"))]
    pub programme: PathBuf,
    #[arg(value_name = "OUT", help = l("Tệp ra", "Output file"))]
    pub output: PathBuf,
    #[arg(long, value_name = "DIR", help = l("Nơi tìm thêm tệp nguồn (tìm theo mã băm)", "Where else to look for media (found by digest)"))]
    pub media: Vec<PathBuf>,
    #[arg(long, value_name = "NAME", help = l("Chuẩn âm lượng; bỏ trống thì giữ nguyên mức", "Loudness profile; left out, levels stay"))]
    pub profile: Option<String>,
}

#[derive(ClapArgs)]
pub struct Render {
    #[arg(value_name = "DECK", help = l("Tệp bảng tin (JSON)", "Deck file (JSON)"))]
    pub deck: PathBuf,
    #[arg(long, value_name = "DIR", help = l("Thư mục ra", "Output folder"))]
    pub out: PathBuf,
    #[arg(long, value_name = "NAME", help = l("Chỉ bảng này", "Only this board"))]
    pub board: Option<String>,
}

#[derive(ClapArgs)]
pub struct Check {
    #[arg(value_name = "DECK", help = l("Tệp bảng tin (JSON)", "Deck file (JSON)"))]
    pub deck: PathBuf,
    #[arg(long, value_name = "NAME", help = l("Chỉ bảng này", "Only this board"))]
    pub board: Option<String>,
}

#[derive(ClapArgs)]
pub struct Record {
    #[arg(value_name = "OUT.wav", help = l("Tệp thu; không ghi đè tệp đã có", "File to make; an existing one is not overwritten"))]
    pub output: PathBuf,
    #[arg(long, value_name = "NAME", help = l("Micro, theo tên mà `loa devices` in ra", "Microphone, as `loa devices` names it"))]
    pub device: Option<String>,
    #[arg(long, value_name = "N", value_parser = seconds, help = l("Tự dừng sau chừng này giây", "Stop after so many seconds"))]
    pub seconds: Option<f64>,
}

#[derive(Subcommand)]
pub enum Archive {
    #[command(about = l("Đưa tệp vào kho thành một mục", "Puts files in as one item"))]
    Add(ArchiveAdd),
    #[command(about = l("Tìm; không cần gõ dấu", "Searches, with or without marks"))]
    Search(ArchiveSearch),
    #[command(about = l("Xem một mục", "Shows an item"))]
    Show(ArchiveItem),
    #[command(about = l("Chép các tệp của một mục ra thư mục", "Copies the files of an item into a folder"))]
    Export(ArchiveExport),
    #[command(about = l("Đọc lại toàn kho và so mã băm", "Reads the archive again and compares digests"))]
    Audit(Store),
    #[command(about = l("Khôi phục tài liệu đang làm bị hỏng trên đĩa", "Recovers documents under work that are damaged on disk"))]
    Recover(ArchiveRecover),
}

#[derive(ClapArgs)]
pub struct Store {
    #[arg(long, value_name = "DIR", help = l("Thư mục kho", "Folder of the archive"))]
    pub store: PathBuf,
}

#[derive(ClapArgs)]
pub struct ArchiveAdd {
    #[arg(required = true, value_name = "FILE", help = l("Các tệp", "Files"))]
    pub files: Vec<PathBuf>,
    #[command(flatten)]
    pub store: Store,
    #[arg(long, value_name = "TITLE", help = l("Tên mục", "Title of the item"))]
    pub title: Option<String>,
    #[arg(
        long,
        value_name = "KIND",
        default_value = "document",
        hide_default_value = true,
        hide_possible_values = true,
        value_parser = PossibleValuesParser::new(archive::Kind::ALL.iter().map(|kind| kind.code())),
        help = l("Loại: programme, segment, jingle, deck, slide, article, photo, video, document (mặc định)",
                 "Kind: programme, segment, jingle, deck, slide, article, photo, video, document (default)")
    )]
    pub kind: String,
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true, help = l("Nội dung chữ, để tìm", "Text, to be found by"))]
    pub body: String,
    #[arg(long, value_name = "TAG", help = l("Nhãn; lặp lại được", "Tag; may be repeated"))]
    pub tag: Vec<String>,
    #[arg(long, value_name = "NAME", help = l("Nơi nói tới", "Place it is about"))]
    pub place: Option<String>,
    #[arg(long, value_name = "CODE", default_value = "", hide_default_value = true, requires = "place", help = l("Mã của nơi ấy", "Code of that place"))]
    pub place_code: String,
    #[arg(long, value_name = "NAME:ROLE", help = l("Người tham gia và việc đã làm; lặp lại được", "Person and what they did; may be repeated"))]
    pub person: Vec<String>,
    #[arg(long, value_name = "YYYY-MM-DD", help = l("Ngày của nội dung", "Day it is of or about"))]
    pub date: Option<String>,
}

#[derive(ClapArgs)]
pub struct ArchiveSearch {
    #[arg(value_name = "TEXT", help = l("Từ cần tìm", "Words"))]
    pub text: Vec<String>,
    #[command(flatten)]
    pub store: Store,
    #[arg(long, value_name = "N", default_value_t = 20, hide_default_value = true, help = l("Nhiều nhất bao nhiêu mục (20)", "How many at the most (20)"))]
    pub limit: usize,
}

#[derive(ClapArgs)]
pub struct ArchiveItem {
    #[arg(value_name = "ITEM", help = l("Mã của mục", "Id of the item"))]
    pub item: String,
    #[command(flatten)]
    pub store: Store,
}

#[derive(ClapArgs)]
pub struct ArchiveRecover {
    #[arg(value_name = "DOCUMENT", help = l("Mã của tài liệu; bỏ trống thì mọi tài liệu bị hỏng", "Id of the document; left out, all that are damaged"))]
    pub document: Option<String>,
    #[command(flatten)]
    pub store: Store,
}

#[derive(ClapArgs)]
pub struct ArchiveExport {
    #[command(flatten)]
    pub item: ArchiveItem,
    #[arg(long, value_name = "DIR", help = l("Thư mục ra", "Output folder"))]
    pub out: PathBuf,
}

#[derive(Subcommand)]
pub enum Package {
    #[command(about = l("Niêm phong mục hoặc tệp thành gói có chữ ký", "Seals items or files into a signed package"))]
    Seal(Seal),
    #[command(about = l("Kiểm tra gói (.tar hoặc thư mục BagIt)", "Verifies a package (.tar or BagIt folder)"))]
    Verify(Verify),
}

#[derive(ClapArgs)]
pub struct Seal {
    #[arg(required = true, value_name = "ITEM|FILE", help = l("Mã mục, hoặc tệp", "Item ids, or files"))]
    pub what: Vec<OsString>,
    #[arg(long, value_name = "FILE.tar", help = l("Tệp gói", "Package file"))]
    pub out: PathBuf,
    #[arg(long, value_name = "DIR", help = l("Kho chứa các mục; bỏ trống thì niêm phong tệp", "Archive with the items; left out, files are sealed"))]
    pub store: Option<PathBuf>,
    #[arg(long, value_name = "TITLE", help = l("Tên gói", "Title of the package"))]
    pub title: Option<String>,
    #[arg(long, value_name = "FILE", help = l("Khoá ký dạng minisign, chưa có thì tạo; bỏ trống thì dùng khoá của kho", "Signing key in minisign form, made where there is none; left out, the archive's"))]
    pub key: Option<PathBuf>,
}

#[derive(ClapArgs)]
pub struct Verify {
    #[arg(value_name = "PATH", help = l("Gói", "Package"))]
    pub path: PathBuf,
    #[arg(long, value_name = "FILE", help = l("Khoá công khai được tin; bỏ trống thì khoá nào cũng chỉ bị nhắc", "Trusted public key; left out, unknown keys only bring a warning"))]
    pub trust: Vec<PathBuf>,
}

#[derive(ClapArgs)]
pub struct Send {
    #[arg(value_name = "PACKAGE", help = l("Tệp gói", "Package file"))]
    pub package: PathBuf,
    #[arg(long, value_name = "URL", help = l("Nơi nhận", "Destination"))]
    pub to: String,
    #[arg(long, value_name = "KBPS", help = l("Không nhanh hơn chừng này kB/s", "No faster than this many kB/s"))]
    pub limit: Option<u64>,
    #[arg(long, value_name = "FILE", help = l("Khoá công khai của tỉnh; bỏ trống thì lấy khoá ở lần gửi đầu và giữ", "Public key of the province; left out, the one of the first sending is kept"))]
    pub trust: Option<PathBuf>,
    #[arg(long, value_name = "DIR", help = l("Nơi nhớ việc đang gửi dở", "Where half-done sending is remembered"))]
    pub state: Option<PathBuf>,
}

#[derive(ClapArgs)]
pub struct Province {
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true, help = l("Cổng; bỏ trống hoặc 0 là cổng còn trống", "Port; left out or 0, a free one"))]
    pub port: u16,
    #[arg(long, value_name = "DIR", help = l("Nơi giữ mọi thứ", "Where everything is kept"))]
    pub dir: Option<PathBuf>,
    #[arg(long, value_name = "FILE", help = l("Kịch bản sự cố (TOML)", "Script of faults (TOML)"))]
    pub faults: Option<PathBuf>,
}

#[derive(ClapArgs)]
pub struct Serve {
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true, help = l("Cổng; bỏ trống hoặc 0 là cổng còn trống", "Port; left out or 0, a free one"))]
    pub port: u16,
    #[arg(long, value_name = "DIR", help = l("Thư mục kho", "Folder of the archive"))]
    pub store: Option<PathBuf>,
    #[arg(long, value_name = "DIR", help = l("Giao diện đã dựng (ui/dist)", "The built window (ui/dist)"))]
    pub ui: Option<PathBuf>,
    #[arg(long, help = l("Dùng micro và loa giả, cho máy không có âm thanh", "Pretend microphone and loudspeaker, for machines without sound"))]
    pub no_sound: bool,
}

#[derive(ClapArgs)]
pub struct Demo {
    #[arg(long, value_name = "FILE", help = l("Bản thu của bạn", "A recording of your own"))]
    pub audio: Option<PathBuf>,
    #[arg(long, value_name = "FILE", help = l("Bảng tin của bạn", "A deck of your own"))]
    pub deck: Option<PathBuf>,
    #[arg(long, value_name = "DIR", help = l("Nơi để kết quả", "Where the results go"))]
    pub out: Option<PathBuf>,
}
