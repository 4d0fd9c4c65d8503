//! Words of the terminal in both languages, by the locale of the machine.

use std::io;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use studio::wire::{Code, Problem};

static VIETNAMESE_ONLY: AtomicBool = AtomicBool::new(false);

/// For commands whose words are Vietnamese wherever they run.
pub fn speak_vietnamese() {
    VIETNAMESE_ONLY.store(true, Ordering::Relaxed);
}

/// Whether this terminal speaks English; Vietnamese otherwise where the locale says so.
#[must_use]
pub fn is_english() -> bool {
    static ENGLISH: OnceLock<bool> = OnceLock::new();
    #[cfg(test)]
    if let Some(english) = tests::ENGLISH.get() {
        return english;
    }
    if VIETNAMESE_ONLY.load(Ordering::Relaxed) {
        return false;
    }
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
pub fn complain(error: &anyhow::Error) {
    crate::out::say(&complaint(error));
}

fn complaint(error: &anyhow::Error) -> String {
    let said = |sentence: &str, detail: &str| {
        if detail.is_empty() {
            format!("loa: {sentence}")
        } else {
            format!("loa: {sentence} ({detail})")
        }
    };
    if let Some(problem) = error.downcast_ref::<Problem>() {
        return said(sentence(problem.code), &problem.detail);
    }
    if let Some(why) = error.downcast_ref::<province::Error>() {
        return said(province_sentence(why), &format!("{error:#}"));
    }
    let system = error.chain().find_map(|it| it.downcast_ref::<io::Error>());
    match system {
        Some(system) => {
            let code = Problem::from(io::Error::from(system.kind())).code;
            said(sentence(code), &format!("{error:#}"))
        }
        None => format!("loa: {error:#}"),
    }
}

/// Why a sandbox province does not start, and what can be done.
fn province_sentence(error: &province::Error) -> &'static str {
    match error {
        province::Error::InUse { .. } => l(
            "Thư mục này đang có một tỉnh giả lập khác dùng. Hãy dừng tỉnh kia, hoặc chọn thư mục khác bằng --dir.",
            "Another sandbox province is using this folder. Stop that one, or choose another folder with --dir.",
        ),
        province::Error::Foreign { .. } => l(
            "Thư mục này đã có thứ khác, không phải của tỉnh giả lập. Hãy chọn một thư mục trống bằng --dir.",
            "This folder holds other things and is not that of a sandbox province. Choose an empty one with --dir.",
        ),
        _ => l(
            "Tỉnh giả lập không mở được.",
            "The sandbox province does not start.",
        ),
    }
}

/// Why a package is not delivered yet, by the code of [`delivery::WaitReason`], and what follows.
#[must_use]
pub fn reason(code: &str) -> Option<&'static str> {
    Some(match code {
        "paused" => l(
            "Đã tạm dừng; chạy lại lệnh này để gửi tiếp.",
            "Paused; run the command again to go on.",
        ),
        "line" => l(
            "Đường truyền bị cắt hoặc không có ai nghe.",
            "The line is down, or nobody listens there.",
        ),
        "stalled" => l(
            "Đường truyền đứng yên quá lâu.",
            "The line stood still for too long.",
        ),
        "certificate" => l(
            "Chứng thư của nơi nhận không đúng nên chưa gửi gì.",
            "The destination's certificate is wrong, so nothing was sent.",
        ),
        "conflict" => l(
            "Nơi nhận giữ số byte khác.",
            "The destination holds another number of bytes.",
        ),
        "locked" => l(
            "Nơi nhận còn giữ phiên gửi trước.",
            "The destination still holds the earlier session.",
        ),
        "damaged" => l("Một đoạn tới nơi bị hỏng.", "A piece arrived damaged."),
        "altered" => l(
            "Gói tới nơi không còn nguyên vẹn, đã gửi lại mấy lần vẫn vậy. Hãy kiểm tra đường truyền rồi chạy lại lệnh này.",
            "The package did not arrive as it was sent, several times in a row. Check the line, then run the command again.",
        ),
        "gone" => l(
            "Nơi nhận đã bỏ phần gửi dở; lần sau gửi lại từ đầu.",
            "The destination dropped the unfinished part; it is sent from the start next time.",
        ),
        "not-allowed" => l(
            "Nơi nhận không cho phép gửi; hãy xem lại địa chỉ và quyền.",
            "The destination does not allow it; check address and rights.",
        ),
        "too-large" => l(
            "Nơi nhận không nhận gói lớn như vậy.",
            "The destination takes no package as large as this.",
        ),
        "version" => l(
            "Nơi nhận dùng phiên bản giao thức khác.",
            "The destination speaks another version of the protocol.",
        ),
        "redirected" => l(
            "Nơi nhận chỉ sang địa chỉ khác; gói không tự đi theo.",
            "The destination points elsewhere; packages do not follow.",
        ),
        "busy" => l("Nơi nhận đang bận.", "The destination is busy."),
        "status" => l(
            "Nơi nhận trả lời lạ.",
            "The destination gave an odd answer.",
        ),
        "not-tus" => l(
            "Địa chỉ này không phải nơi nhận gói.",
            "This address takes no packages.",
        ),
        "offset-unreadable" | "offset-beyond" | "offset-behind" | "other-length" | "address"
        | "too-long" | "unreadable" => l(
            "Nơi nhận trả lời điều không thể đúng nên không tin.",
            "The destination said what cannot be true and is not believed.",
        ),
        "source" => l(
            "Không đọc được tệp gói trên máy này.",
            "The package file cannot be read on this machine.",
        ),
        "changed" => l(
            "Tệp gói trên máy này không còn như lúc niêm phong nên không gửi nữa. Hãy lấy lại từ bản sao, hoặc đóng gói lại.",
            "The package file on this machine is no longer what was sealed, so it is not sent. Bring it back from a copy, or seal it again.",
        ),
        "receipt-unreadable" => l(
            "Không đọc được biên nhận; chưa coi là đã nhận.",
            "The receipt cannot be read; not counted as delivered.",
        ),
        "receipt-unknown-key" => l(
            "Biên nhận ký bằng khoá lạ; chưa coi là đã nhận. Hãy đối chiếu khoá của tỉnh.",
            "The receipt is signed with an unknown key; not counted as delivered. Compare the province's key.",
        ),
        "receipt-bad-signature" => l(
            "Chữ ký trên biên nhận không đúng; chưa coi là đã nhận.",
            "The receipt's signature is wrong; not counted as delivered.",
        ),
        "receipt-other-package" => l(
            "Biên nhận là của gói khác; chưa coi là đã nhận.",
            "The receipt is for another package; not counted as delivered.",
        ),
        "receipt-other-length" => l(
            "Biên nhận ghi số byte khác; chưa coi là đã nhận.",
            "The receipt names another number of bytes; not counted as delivered.",
        ),
        _ => return None,
    })
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
        Code::OverScale => l(
            "Tệp có mẫu không phải là số hoặc lớn gấp hơn 1.000 lần mức tối đa, không phải tiếng; hãy xuất lại tệp từ phần mềm đã làm ra nó, dạng 24 bit.",
            "The file has samples that are no numbers or over a thousand times full scale, which is no sound; export it again from the program that made it, as 24 bit.",
        ),
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
            "Kho đang mở ở chương trình khác; hãy đóng chương trình ấy rồi mở lại.",
            "Another program has the archive open; close it and try again.",
        ),
        Code::NewerStore => l(
            "Kho do phiên bản mới hơn tạo; hãy cập nhật.",
            "Made by a newer version; update the program.",
        ),
        Code::NewerFile => l(
            "Tệp do phiên bản mới hơn tạo; hãy cập nhật chương trình.",
            "A newer version made this file; update the program.",
        ),
        Code::StoreDamaged => l("Kho bị hỏng.", "The archive is damaged."),
        Code::ProgramFile => l(
            "Một tệp của chính chương trình bị thiếu hoặc hỏng; hãy cài lại.",
            "A file of the program itself is missing or broken; install it again.",
        ),
        Code::StoreUnsound => l(
            "Chỉ mục của kho đọc ra không đúng: ổ đĩa đang lỗi hoặc chỉ mục bị hỏng. Hãy chép kho ra nơi khác rồi chạy `loa archive audit`.",
            "The archive's index cannot be made sense of: its disk fails or it is damaged. Copy the archive elsewhere, then run `loa archive audit`.",
        ),
        Code::NotAStore => l(
            "Thư mục này không phải kho của Loa Studio mà đã có tệp khác; hãy chọn thư mục trống hoặc một kho có sẵn. Chưa có gì bị đổi.",
            "This folder is no archive and holds other files; choose an empty folder or an archive. Nothing was touched.",
        ),
        Code::StoreReadOnly => l(
            "Kho chỉ đọc được: ổ đĩa bị khoá hoặc thiếu quyền ghi. Vẫn tìm, xem và xuất được; muốn thêm thì mở khoá, hoặc chép kho sang ổ khác.",
            "The archive can only be read: its disk is locked or may not be written to. Search, show and export work; to add, unlock it or copy the archive to another disk.",
        ),
        Code::NoLocks => l(
            "Ổ chứa kho không khoá được tệp nên ở đó kho chỉ đọc được; hãy chép kho vào ổ của máy này.",
            "The archive's drive knows no file locks, so it can only be read there; copy the archive to a disk of this machine.",
        ),
        Code::DocumentDamaged => l(
            "Tài liệu bị hỏng trên đĩa; hãy khôi phục: loa archive recover.",
            "The document is damaged on disk; recover it: loa archive recover.",
        ),
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;
    use std::path::Path;

    thread_local! {
        /// The language a test asks for, in place of the locale's.
        pub static ENGLISH: Cell<Option<bool>> = const { Cell::new(None) };
    }

    fn both<T>(say: impl Fn() -> T) -> [T; 2] {
        [false, true].map(|english| {
            ENGLISH.set(Some(english));
            say()
        })
    }

    fn of_the_window(file: &str) -> String {
        let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../ui/src");
        std::fs::read_to_string(place.join(file)).unwrap()
    }

    /// All codes, as generated for the window from [`Code`]; a unit test of `studio` keeps that true.
    fn codes() -> Vec<String> {
        let text = of_the_window("wire/Code.ts");
        let quoted = text.split('"').skip(1).step_by(2);
        quoted.map(str::to_owned).collect()
    }

    /// The sentence for `code` in a table of the window's words; empty where there is none.
    fn sentence_of_the_window(words: &str, table: &str, code: &str) -> String {
        let begin = [
            format!("const {table}: Record<"),
            format!("\n  {table}: {{"),
        ]
        .iter()
        .find_map(|begin| words.find(begin.as_str()))
        .unwrap_or_else(|| panic!("there is no table {table}"));
        let rest = &words[begin..];
        let rest = &rest[..rest
            .find("\n}")
            .into_iter()
            .chain(rest.find("\n  },"))
            .min()
            .unwrap()];
        let keys = [format!("'{code}': '"), format!(" {code}: '")];
        let found = keys.iter().find_map(|key| {
            let at = rest.find(key.as_str())? + key.len();
            rest[at..].split('\'').next()
        });
        found.unwrap_or_default().to_owned()
    }

    #[test]
    fn every_problem_has_a_sentence_in_both_languages_here_and_in_the_window() {
        let (vi, en) = (of_the_window("text/vi.ts"), of_the_window("text/en.ts"));
        let codes = codes();
        assert!(codes.len() > 30, "{codes:?}");
        for name in codes {
            let code: Code = serde_json::from_value(name.clone().into()).unwrap();
            let [here_vi, here_en] = both(|| sentence(code));
            assert!(
                here_vi.len() > 5 && here_en.len() > 5 && here_vi != here_en,
                "{name}"
            );
            for words in [&vi, &en] {
                let there = sentence_of_the_window(words, "problems", &name);
                assert!(there.len() > 5, "{name}: {there:?}");
            }
        }
    }

    #[test]
    fn every_reason_to_wait_has_a_sentence_in_both_languages_here_and_in_the_window() {
        let (vi, en) = (of_the_window("text/vi.ts"), of_the_window("text/en.ts"));
        for code in delivery::WaitReason::codes() {
            let [here_vi, here_en] = both(|| reason(code).unwrap_or_default());
            assert!(
                here_vi.len() > 5 && here_en.len() > 5 && here_vi != here_en,
                "{code}"
            );
            for words in [&vi, &en] {
                let there = sentence_of_the_window(words, "waits", code);
                assert!(there.len() > 5, "{code}: {there:?}");
            }
        }
    }

    #[test]
    fn what_the_system_says_is_told_with_a_sentence_as_well() {
        let error = anyhow::Error::new(io::Error::from(io::ErrorKind::NotFound)).context("a.toml");
        let [vi, en] = both(|| complaint(&error));
        assert!(vi.starts_with("loa: Không tìm thấy. (a.toml: "), "{vi}");
        assert!(en.starts_with("loa: Not found. (a.toml: "), "{en}");
    }
}
