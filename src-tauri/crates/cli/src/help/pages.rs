//! The texts. Both languages say the same.

mod sending;
mod sound;
mod store;

use super::Page;

/// The page of a command, by its words after `loa`.
pub(super) fn of(path: &str) -> Option<&'static Page> {
    let found = all().find(|(name, _)| *name == path);
    found.map(|(_, page)| page)
}

/// The commands that have one.
#[cfg(test)]
pub(super) fn paths() -> impl Iterator<Item = &'static str> {
    all().map(|(name, _)| *name)
}

fn all() -> impl Iterator<Item = &'static (&'static str, Page)> {
    [PAGES, sound::PAGES, store::PAGES, sending::PAGES]
        .into_iter()
        .flatten()
}

const PAGES: &[(&str, Page)] = &[
    (
        "",
        Page {
            vi: (
                "Mỗi lệnh làm một việc trên tệp hay trên kho. Kết quả in ra stdout, bằng chữ hoặc bằng JSON \
                 với --json; lý do hỏng in ra stderr; thanh tiến độ chỉ hiện trên màn hình. Không lệnh nào \
                 sửa hay xoá tệp nguồn. Tệp ra được ghi dưới tên tạm rồi mới đổi tên, nên hỏng giữa chừng \
                 thì không để lại tệp dở; tệp cùng tên đã có sẽ được thay.",
                "Ví dụ:\n  \
                   loa measure ban-tin.wav\n  \
                   loa normalize ban-tin.wav phat.mp3 --profile loudspeaker\n  \
                   loa package seal --out goi.tar phat.mp3\n  \
                   loa send goi.tar --to https://tinh.example\n\n\
                 Tệp và thư mục:\n  \
                   ~/Loa Studio          kho dùng khi không có --store; khoá ký nằm ở keys/desk.key\n  \
                   ~/Loa Studio/outbox   việc gửi còn dở, và khoá của nơi nhận\n\n\
                 Biến môi trường:\n  \
                   LC_ALL, LC_MESSAGES, LANG   tiếng Việt khi bắt đầu bằng vi, ngoài ra tiếng Anh\n  \
                   LOA_ASSETS                  nơi để chuẩn âm lượng, cỡ bảng, mẫu\n\n\
                 Mã thoát: 0 xong (việc đã làm mà không in được kết quả vẫn là xong); 1 bị từ chối, bị dừng \
                 hoặc hỏng, lý do ở stderr; 2 gõ sai.",
            ),
            en: (
                "Each command does one job on files or on an archive. The answer goes to standard output, in \
                 words or, with --json, as JSON; the reason of a failure goes to standard error; progress is \
                 shown on a terminal only. No command changes or deletes a source file. Output is written \
                 under a temporary name and then renamed, so a failure leaves no half file; an existing file \
                 of that name is replaced.",
                "Examples:\n  \
                   loa measure bulletin.wav\n  \
                   loa normalize bulletin.wav air.mp3 --profile loudspeaker\n  \
                   loa package seal --out package.tar air.mp3\n  \
                   loa send package.tar --to https://province.example\n\n\
                 Files:\n  \
                   ~/Loa Studio          the archive used without --store; the signing key is keys/desk.key\n  \
                   ~/Loa Studio/outbox   half-done sending, and the keys of destinations\n\n\
                 Environment:\n  \
                   LC_ALL, LC_MESSAGES, LANG   Vietnamese where they begin with vi, else English\n  \
                   LOA_ASSETS                  where loudness profiles, board sizes and templates lie\n\n\
                 Exit codes: 0 done (work whose result could not be printed is done); 1 refused, stopped or \
                 failed, the reason on stderr; 2 wrong usage.",
            ),
        },
    ),
    (
        "render",
        Page {
            vi: (
                "Vẽ mỗi trang cho mỗi cỡ bảng trong tệp, đúng số điểm ảnh, tên NN-BẢNG.png. Chỉ dùng phông đi \
                 kèm, nên máy nào cũng ra đúng từng điểm ảnh. Ảnh được tìm theo nội dung trong thư mục của tệp.",
                "Ví dụ:\n  \
                   loa render bang-tin.json --out anh\n  \
                   loa render bang-tin.json --out anh --board \"LED P5 320×160\"\n\n\
                 JSON: files[].",
            ),
            en: (
                "Draws each slide for each board of the deck at its exact pixel size, named NN-BOARD.png. Only \
                 the bundled fonts are used, so every machine draws the same pixels. Pictures are found by \
                 content in the folder of the deck.",
                "Examples:\n  \
                   loa render deck.json --out pictures\n  \
                   loa render deck.json --out pictures --board \"LED P5 320×160\"\n\n\
                 JSON: files[].",
            ),
        },
    ),
    (
        "check",
        Page {
            vi: (
                "Cỡ chữ, tầm đọc ngày và đêm, tương phản, thời gian đọc, vùng an toàn, chữ không vừa. Mỗi điều \
                 kèm số đo được và số cần có. Có điều phải sửa vẫn thoát với mã 0: đây là kết quả, không phải hỏng.",
                "Ví dụ:\n  \
                   loa check bang-tin.json\n  \
                   loa check bang-tin.json --json | jq '.findings[] | select(.severity == \"error\")'\n\n\
                 JSON: findings[] gồm board, code, severity (notice, warning, error), slide (đếm từ 1), \
                 element, measured, needed, unit, detail.",
            ),
            en: (
                "Text size, distance by day and by night, contrast, time to read, safe area, text that does not \
                 fit. Each with what was measured and what is needed. Findings are an answer, not a failure: the \
                 exit code is 0.",
                "Examples:\n  \
                   loa check deck.json\n  \
                   loa check deck.json --json | jq '.findings[] | select(.severity == \"error\")'\n\n\
                 JSON: findings[] with board, code, severity (notice, warning, error), slide (from 1), element, \
                 measured, needed, unit, detail.",
            ),
        },
    ),
];
