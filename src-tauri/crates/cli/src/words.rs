//! Words of the terminal in both languages, by the locale of the machine.

use std::sync::OnceLock;

use studio::wire::{Code, Problem};

/// Whether this terminal speaks English; Vietnamese otherwise where the locale says so.
fn is_english() -> bool {
    static ENGLISH: OnceLock<bool> = OnceLock::new();
    *ENGLISH.get_or_init(|| {
        let named = ["LC_ALL", "LC_MESSAGES", "LANG"]
            .iter()
            .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
        let locale = named.or_else(sys_locale::get_locale).unwrap_or_default();
        !locale.to_ascii_lowercase().starts_with("vi")
    })
}

/// One of two wordings.
#[must_use]
pub fn l(vi: &'static str, en: &'static str) -> &'static str {
    if is_english() { en } else { vi }
}

/// Says on standard error why a command failed.
#[allow(clippy::print_stderr)] // what the terminal is for
pub fn complain(error: &anyhow::Error) {
    match error.downcast_ref::<Problem>() {
        Some(problem) => eprintln!("loa: {} ({})", sentence(problem.code), problem.detail),
        None => eprintln!("loa: {error:#}"),
    }
}

/// What a problem means and what can be done.
#[must_use]
pub fn sentence(code: Code) -> &'static str {
    match code {
        Code::BadRequest => l("Yêu cầu không hợp lệ.", "The request makes no sense."),
        Code::NotFound => l("Không tìm thấy.", "Not found."),
        Code::UnknownFormat => l(
            "Tệp không thuộc định dạng âm thanh hay ảnh nào đọc được.",
            "The file is in no format that can be read.",
        ),
        Code::Damaged => l(
            "Tệp bị hỏng; hãy lấy lại bản gốc.",
            "The file is damaged; get the original again.",
        ),
        Code::TooLarge => l("Vượt quá giới hạn.", "Beyond a limit."),
        Code::Silence => l(
            "Không có tiếng để đo: im lặng, hoặc ngắn hơn 400 ms. Hãy kiểm tra micro.",
            "No sound to measure: silence, or under 400 ms. Check the microphone.",
        ),
        Code::UnsupportedTarget => l(
            "Không ghi được định dạng này.",
            "This format cannot be written.",
        ),
        Code::BadEdit => l(
            "Thao tác không hợp với tài liệu.",
            "The edit does not fit the document.",
        ),
        Code::NothingToUndo => l("Không còn gì để hoàn tác.", "There is nothing to undo."),
        Code::Empty => l("Chưa có nội dung.", "There is nothing in it yet."),
        Code::NoDevice => l("Không có thiết bị âm thanh.", "There is no sound device."),
        Code::DeviceGone => l(
            "Thiết bị âm thanh không còn; hãy cắm lại hoặc chọn thiết bị khác.",
            "The device is gone; plug it in again or choose another.",
        ),
        Code::DeviceBusy => l(
            "Thiết bị đang bị chương trình khác dùng.",
            "Another program holds the device.",
        ),
        Code::PermissionDenied => l("Không có quyền.", "Permission denied."),
        Code::RecordingRuns => l("Đang thu một bản khác.", "A recording is running."),
        Code::NoRecording => l(
            "Không có bản thu nào đang chạy.",
            "No recording is running.",
        ),
        Code::DiskFull => l(
            "Ổ đĩa đã đầy; hãy giải phóng chỗ rồi làm lại.",
            "The disk is full; free some space and try again.",
        ),
        Code::StoreLocked => l(
            "Kho đang được chương trình khác dùng.",
            "Another program holds the archive.",
        ),
        Code::NewerStore => l(
            "Kho do phiên bản mới hơn tạo; hãy cập nhật.",
            "Made by a newer version; update the program.",
        ),
        Code::StoreDamaged => l("Kho bị hỏng.", "The archive is damaged."),
        Code::TextOverflow => l(
            "Chữ không vừa; hãy tách thành hai trang.",
            "The text does not fit; split it into two slides.",
        ),
        Code::PackageInvalid => l("Gói không hợp lệ.", "The package is not valid."),
        Code::BadDestination => l(
            "Địa chỉ nơi nhận không đúng.",
            "The destination is no address.",
        ),
        Code::Unreachable => l(
            "Không nối được tới nơi nhận.",
            "The destination cannot be reached.",
        ),
        Code::Refused => l(
            "Nơi nhận từ chối gói.",
            "The destination refused the package.",
        ),
        Code::WrongSignature => l("Chữ ký thiếu hoặc sai.", "A signature is missing or wrong."),
        Code::NoDialog => l("Không có cửa sổ để hỏi.", "There is no window to ask in."),
        Code::NothingChosen => l("Chưa chọn gì.", "Nothing was chosen."),
        Code::Cancelled => l("Đã dừng theo yêu cầu.", "Stopped on request."),
        Code::Io => l(
            "Đọc hoặc ghi không thành công.",
            "Reading or writing failed.",
        ),
        Code::Internal => l(
            "Lỗi của chương trình; dữ liệu vẫn an toàn.",
            "A defect of this program; your data are safe.",
        ),
    }
}
