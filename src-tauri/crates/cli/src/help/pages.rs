//! The texts. Both languages say the same.

use super::Page;

/// The page of a command, by its words after `loa`.
pub(super) fn of(path: &str) -> Option<&'static Page> {
    let found = PAGES.iter().find(|(name, _)| *name == path);
    found.map(|(_, page)| page)
}

/// The commands that have one.
#[cfg(test)]
pub(super) fn paths() -> impl Iterator<Item = &'static str> {
    PAGES.iter().map(|(name, _)| *name)
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
                 Mã thoát: 0 xong; 1 bị từ chối hoặc hỏng, lý do ở stderr; 2 gõ sai.",
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
                 Exit codes: 0 done; 1 refused or failed, the reason on stderr; 2 wrong usage.",
            ),
        },
    ),
    (
        "measure",
        Page {
            vi: (
                "Đọc WAV, AIFF, FLAC, MP3, M4A/MP4, AAC, Ogg Vorbis, Opus, ALAC; nhiều kênh được gộp về mono \
                 hoặc stereo. Tệp một kênh được đo như hai kênh giống nhau, đúng như khi nghe qua hai loa; \
                 thêm --plain-mono để đo đúng một kênh (thấp hơn 3,01 LU).",
                "Ví dụ:\n  \
                   loa measure ban-tin.wav\n  \
                   loa measure --json thu.m4a\n\n\
                 JSON: integrated_lufs, range_lu, true_peak_dbtp, max_momentary_lufs, max_short_term_lufs \
                 (null khi im lặng), duration_s, sample_rate_hz, channels, dual_mono.",
            ),
            en: (
                "Reads WAV, AIFF, FLAC, MP3, M4A/MP4, AAC, Ogg Vorbis, Opus, ALAC; several channels are folded \
                 to mono or stereo. A file with one channel is read as two equal ones, as it sounds from two \
                 loudspeakers; --plain-mono reads it as one (3.01 LU lower).",
                "Examples:\n  \
                   loa measure bulletin.wav\n  \
                   loa measure --json take.m4a\n\n\
                 JSON: integrated_lufs, range_lu, true_peak_dbtp, max_momentary_lufs, max_short_term_lufs \
                 (null for silence), duration_s, sample_rate_hz, channels, dual_mono.",
            ),
        },
    ),
    (
        "normalize",
        Page {
            vi: (
                "Đo, khuếch đại, hạn đỉnh thực, ghi, rồi đo lại chính tệp đã ghi (tệp nén được giải nén ra để \
                 đo) và chỉnh tới khi đúng. Đuôi tên tệp ra quyết định định dạng: .wav (24 bit), .flac, .mp3. \
                 Số kênh giữ như tệp vào, trừ khi chuẩn nói khác. Im lặng hoặc ngắn hơn 0,4 giây thì từ chối.\n\n\
                 Chuẩn: broadcast −23 LUFS, −1 dBTP (mặc định) · loudspeaker −16, −1,5, mono · web −16, −1 · \
                 low-bandwidth −16, −2, mono 24 kHz, MP3 48 kbit/s.",
                "Ví dụ:\n  \
                   loa normalize ban-tin.wav phat.mp3 --profile loudspeaker\n  \
                   loa normalize ban-tin.wav rieng.wav --target -20 --ceiling -3\n\n\
                 JSON: before{…}, after{…} (như của measure), gain_db, limited_db_max, warnings[] với các mã \
                 heavy-limiting (phải hạn quá 6 dB), off-target, over-ceiling.",
            ),
            en: (
                "Measures, applies gain, limits the true peak, writes, then measures the very file written \
                 (lossy ones decoded again) and corrects until it is right. The ending of the output's name \
                 says the format: .wav (24-bit), .flac, .mp3. Channels stay as the input's unless the profile \
                 says otherwise. Silence, or less than 0.4 s, is refused.\n\n\
                 Profiles: broadcast −23 LUFS, −1 dBTP (default) · loudspeaker −16, −1.5, mono · web −16, −1 · \
                 low-bandwidth −16, −2, mono 24 kHz, MP3 48 kbit/s.",
                "Examples:\n  \
                   loa normalize bulletin.wav air.mp3 --profile loudspeaker\n  \
                   loa normalize bulletin.wav own.wav --target -20 --ceiling -3\n\n\
                 JSON: before{…}, after{…} (as of measure), gain_db, limited_db_max, warnings[] with the codes \
                 heavy-limiting (more than 6 dB of it), off-target, over-ceiling.",
            ),
        },
    ),
    (
        "convert",
        Page {
            vi: (
                "Đổi định dạng mà không đụng tới mức âm thanh. Đuôi tên tệp ra quyết định: .wav (24 bit), \
                 .flac, .mp3. Không nói gì thì giữ tần số lấy mẫu và số kênh của tệp vào (nhiều hơn hai kênh \
                 thì gộp về hai).",
                "Ví dụ:\n  \
                   loa convert thu.m4a thu.wav\n  \
                   loa convert thu.wav thu.mp3 --bitrate 64 --rate 24000 --channels 1\n\n\
                 JSON: path, bytes.",
            ),
            en: (
                "Changes the format and leaves the level alone. The ending of the output's name decides: .wav \
                 (24-bit), .flac, .mp3. Without options the sample rate and the channels stay as the input's \
                 (more than two are folded to two).",
                "Examples:\n  \
                   loa convert take.m4a take.wav\n  \
                   loa convert take.wav take.mp3 --bitrate 64 --rate 24000 --channels 1\n\n\
                 JSON: path, bytes.",
            ),
        },
    ),
    (
        "peaks",
        Page {
            vi: (
                "Ghi giá trị nhỏ nhất và lớn nhất của mỗi 256 mẫu, theo định dạng .dat bản 2 của BBC \
                 audiowaveform, để vẽ dạng sóng trên trang web hay trong chương trình khác.",
                "Ví dụ:\n  loa peaks ban-tin.wav ban-tin.dat\n\nJSON: path, bytes.",
            ),
            en: (
                "Writes the smallest and the largest value of every 256 samples, in the .dat form of BBC \
                 audiowaveform, version 2, for drawing a waveform on a page or in another program.",
                "Examples:\n  loa peaks bulletin.wav bulletin.dat\n\nJSON: path, bytes.",
            ),
        },
    ),
    (
        "mix",
        Page {
            vi: (
                "Trộn các đoạn của tệp chương trình. Nguồn tiếng được tìm theo nội dung (SHA-256) trong thư mục \
                 của tệp chương trình và trong các thư mục --media; tên tệp không quan trọng. Không có \
                 --profile thì giữ nguyên mức.",
                "Ví dụ:\n  \
                   loa mix ban-tin.json ban-tin.wav\n  \
                   loa mix ban-tin.json phat.mp3 --media ~/thu --profile loudspeaker\n\n\
                 JSON: như của normalize.",
            ),
            en: (
                "Mixes the clips of a programme file. Sources are found by content (SHA-256) in the folder of \
                 the programme file and in the folders given by --media; names do not matter. Without \
                 --profile levels stay as they are.",
                "Examples:\n  \
                   loa mix bulletin.json bulletin.wav\n  \
                   loa mix bulletin.json air.mp3 --media ~/takes --profile loudspeaker\n\n\
                 JSON: as of normalize.",
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
                 element, measured, needed, unit.",
            ),
            en: (
                "Text size, distance by day and by night, contrast, time to read, safe area, text that does not \
                 fit. Each with what was measured and what is needed. Findings are an answer, not a failure: the \
                 exit code is 0.",
                "Examples:\n  \
                   loa check deck.json\n  \
                   loa check deck.json --json | jq '.findings[] | select(.severity == \"error\")'\n\n\
                 JSON: findings[] with board, code, severity (notice, warning, error), slide (from 1), element, \
                 measured, needed, unit.",
            ),
        },
    ),
    (
        "devices",
        Page {
            vi: (
                "Dấu * đứng trước thiết bị mặc định. Cả tên lẫn mã trong ngoặc đều dùng được cho loa record \
                 --device; mã không đổi khi hai thiết bị trùng tên.",
                "Ví dụ:\n  loa devices\n\nJSON: inputs[], outputs[] gồm id, name, system, is_default.",
            ),
            en: (
                "A * stands before the default device. Both the name and the id in brackets are taken by loa \
                 record --device; the id tells two devices of one name apart.",
                "Examples:\n  loa devices\n\nJSON: inputs[], outputs[] with id, name, system, is_default.",
            ),
        },
    ),
    (
        "record",
        Page {
            vi: (
                "Thu 24 bit vào tệp BWF. Đầu tệp được sửa và dữ liệu được ghi xuống đĩa mỗi giây, nên mất điện \
                 chỉ mất giây cuối. Không có --seconds thì thu tới khi bấm Ctrl-C. Tệp đã có thì không ghi đè. \
                 Thiết bị bị rút hay đĩa đầy thì thoát với mã 1, và phần đã thu vẫn còn.",
                "Ví dụ:\n  \
                   loa record thu.wav\n  \
                   loa record --device \"USB Audio\" --seconds 30 thu.wav\n\n\
                 JSON: path, seconds, sample_rate_hz, channels, xruns, end (stopped, device-gone, disk-full, \
                 hoặc một câu).",
            ),
            en: (
                "Records 24-bit into a BWF file. The header is mended and the data are put on disk every second, \
                 so a power cut costs the last second only. Without --seconds it records until Ctrl-C. An \
                 existing file is not overwritten. Where the device goes away or the disk is full, the exit \
                 code is 1, and what was recorded is kept.",
                "Examples:\n  \
                   loa record take.wav\n  \
                   loa record --device \"USB Audio\" --seconds 30 take.wav\n\n\
                 JSON: path, seconds, sample_rate_hz, channels, xruns, end (stopped, device-gone, disk-full, or \
                 a sentence).",
            ),
        },
    ),
    (
        "archive",
        Page {
            vi: (
                "Một thư mục chép đi được: loa.db (mục lục) và objects/ (tệp, theo SHA-256, không bao giờ ghi \
                 lại). Cùng một nội dung chỉ lưu một lần.",
                "Ví dụ:\n  \
                   loa archive add --store kho --title \"Lịch tiêm chủng\" --kind segment tiem.wav\n  \
                   loa archive search --store kho tiem chung",
            ),
            en: (
                "One folder that can be copied: loa.db (the index) and objects/ (media by SHA-256, never \
                 rewritten). The same content is stored once.",
                "Examples:\n  \
                   loa archive add --store archive --title \"Vaccination\" --kind segment vaccination.wav\n  \
                   loa archive search --store archive vaccination",
            ),
        },
    ),
    (
        "archive add",
        Page {
            vi: (
                "Chép các tệp vào kho thành một mục mới. Tệp gốc không bị đụng tới. Kho chưa có thì được tạo. \
                 Không có --title thì lấy tên tệp đầu tiên. Tệp âm thanh được đo.",
                "Ví dụ:\n  \
                   loa archive add --store kho --title \"Lịch tiêm chủng\" --kind segment --tag \"y tế\" tiem.wav\n\n\
                 JSON: id, kind, status, title, body, tags[], place, people[], date, created_ms, updated_ms, \
                 duration_ms, integrated_lufs, true_peak_dbtp, versions[].",
            ),
            en: (
                "Copies the files into the archive as one new item. The originals are not touched. An archive \
                 that is not there is made. Without --title the name of the first file is taken. Sounds are measured.",
                "Examples:\n  \
                   loa archive add --store archive --title \"Vaccination\" --kind segment --tag health take.wav\n\n\
                 JSON: id, kind, status, title, body, tags[], place, people[], date, created_ms, updated_ms, \
                 duration_ms, integrated_lufs, true_peak_dbtp, versions[].",
            ),
        },
    ),
    (
        "archive search",
        Page {
            vi: (
                "Tìm trong tên, nội dung, nhãn, người, nơi. Không cần gõ dấu, không phân biệt hoa thường, từ cuối có thể gõ \
                 dở: tiem chung, tiêm chủng, TIÊM CHỦ đều ra một kết quả. Không có từ nào thì liệt kê tất cả.",
                "Ví dụ:\n  \
                   loa archive search --store kho \"tiem chung\"\n  \
                   loa archive search --store kho --limit 5\n\n\
                 JSON: total, total_is_exact, hits[] gồm id, kind, title, snippet (chỗ trúng trong ngoặc vuông).",
            ),
            en: (
                "Searches titles, texts, tags, people and places. Marks and capitals do not matter, and the last word may be \
                 half typed: tiem chung, tiêm chủng and TIÊM CHỦ find the same. Without words all is listed.",
                "Examples:\n  \
                   loa archive search --store archive \"tiem chung\"\n  \
                   loa archive search --store archive --limit 5\n\n\
                 JSON: total, total_is_exact, hits[] with id, kind, title, snippet (hits in square brackets).",
            ),
        },
    ),
    (
        "archive show",
        Page {
            vi: (
                "In một mục cùng mọi phiên bản và tệp của nó: tên, loại, trạng thái, nhãn, mã băm, dung lượng.",
                "Ví dụ:\n  loa archive show --store kho 01J9ZC3V5M8Q2W4X6Y8Z0A1B2C\n\n\
                 JSON: như của archive add.",
            ),
            en: (
                "Prints an item with all its versions and files: title, kind, status, tags, digests, sizes.",
                "Examples:\n  loa archive show --store archive 01J9ZC3V5M8Q2W4X6Y8Z0A1B2C\n\n\
                 JSON: as of archive add.",
            ),
        },
    ),
    (
        "archive export",
        Page {
            vi: (
                "Chép các tệp của phiên bản mới nhất ra thư mục, đúng tên cũ. Tệp cùng tên đã có thì dừng, \
                 không ghi đè.",
                "Ví dụ:\n  loa archive export --store kho 01J9ZC3V5M8Q2W4X6Y8Z0A1B2C --out ra\n\nJSON: files[].",
            ),
            en: (
                "Copies the files of the newest version into a folder under their own names. Where a file of \
                 that name is there already it stops and overwrites nothing.",
                "Examples:\n  loa archive export --store archive 01J9ZC3V5M8Q2W4X6Y8Z0A1B2C --out here\n\n\
                 JSON: files[].",
            ),
        },
    ),
    (
        "archive audit",
        Page {
            vi: (
                "Đọc lại mọi tệp của kho và so mã băm SHA-256. Có tệp mất hay hỏng thì thoát với mã 1. Tệp lạ \
                 (chỉ mục không biết) chỉ được kể ra, không bị xoá.",
                "Ví dụ:\n  loa archive audit --store kho\n\n\
                 JSON: checked, intact, missing[], damaged[], orphans[].",
            ),
            en: (
                "Reads every file of the archive again and compares SHA-256 digests. Missing or damaged ones \
                 end with exit code 1. Orphans (unknown to the index) are only named, never deleted.",
                "Examples:\n  loa archive audit --store archive\n\n\
                 JSON: checked, intact, missing[], damaged[], orphans[].",
            ),
        },
    ),
    (
        "package",
        Page {
            vi: (
                "Gói là một tệp tar không nén theo BagIt 1.0, kèm dữ liệu mô tả (IPTC ninjs 3.1) và chữ ký \
                 Ed25519 dạng minisign. Cùng nội dung, cùng khoá, cùng lúc thì ra đúng từng byte.",
                "Ví dụ:\n  \
                   loa package seal --out goi.tar phat.mp3\n  \
                   loa package verify goi.tar",
            ),
            en: (
                "A package is an uncompressed tar after BagIt 1.0 with metadata (IPTC ninjs 3.1) and an Ed25519 \
                 signature in minisign form. The same content, key and time give the same bytes.",
                "Examples:\n  \
                   loa package seal --out package.tar air.mp3\n  \
                   loa package verify package.tar",
            ),
        },
    ),
    (
        "package seal",
        Page {
            vi: (
                "Niêm phong các mục của kho (có --store) hay các tệp (không có --store). Khoá ký ở \
                 keys/desk.key của kho, chưa có thì được tạo và chỉ chủ máy đọc được. Hỏng giữa chừng thì \
                 không để lại gì.",
                "Ví dụ:\n  \
                   loa package seal --out goi.tar --title \"Bản tin sáng\" phat.mp3 bang.png\n  \
                   loa package seal --out goi.tar --store kho 01J9ZC3V5M8Q2W4X6Y8Z0A1B2C\n\n\
                 JSON: path, package_id, version, digest, bytes, key_id, files[] gồm path, bytes, digest.",
            ),
            en: (
                "Seals items of an archive (with --store) or files (without). The signing key is keys/desk.key \
                 of the archive; where there is none it is made, readable by its owner only. A failure leaves \
                 nothing behind.",
                "Examples:\n  \
                   loa package seal --out package.tar --title \"Morning news\" air.mp3 board.png\n  \
                   loa package seal --out package.tar --store archive 01J9ZC3V5M8Q2W4X6Y8Z0A1B2C\n\n\
                 JSON: path, package_id, version, digest, bytes, key_id, files[] with path, bytes, digest.",
            ),
        },
    ),
    (
        "package verify",
        Page {
            vi: (
                "Kiểm tra gói của chúng ta (tar) hoặc thư mục BagIt 0.93–1.0. Không giải nén, không ghi gì ra \
                 đĩa. Gói không hợp lệ thì thoát với mã 1. Không có --trust thì khoá lạ chỉ bị nhắc; có --trust \
                 thì chỉ các khoá ấy được tin.",
                "Ví dụ:\n  \
                   loa package verify goi.tar\n  \
                   loa package verify goi.tar --trust desk.pub --json\n\n\
                 JSON: valid, profile, errors[] và warnings[] gồm code, path, detail, signature{state, key_id, \
                 signed_at}, package_id, version, title, digest, bytes, files.",
            ),
            en: (
                "Verifies a package of ours (tar) or a BagIt folder 0.93–1.0. Nothing is unpacked or written. \
                 A package that is not valid ends with exit code 1. Without --trust an unknown key only brings a \
                 warning; with it only these keys are trusted.",
                "Examples:\n  \
                   loa package verify package.tar\n  \
                   loa package verify package.tar --trust desk.pub --json\n\n\
                 JSON: valid, profile, errors[] and warnings[] with code, path, detail, signature{state, key_id, \
                 signed_at}, package_id, version, title, digest, bytes, files.",
            ),
        },
    ),
    (
        "send",
        Page {
            vi: (
                "Gửi bằng tus 1.0 tới tỉnh (https://tinh.example, có biên nhận) hay tới một máy chủ tus thường \
                 (địa chỉ có đường dẫn, không có biên nhận). Đứt mạng thì tự gửi tiếp từ chỗ đã tới; bị tắt \
                 giữa chừng thì chạy lại đúng lệnh ấy. Gửi hai lần vẫn là một bản. “receipted” nghĩa là: biên \
                 nhận có chữ ký đúng và mã băm khớp.\n\n\
                 Khoá của tỉnh lấy ở lần gửi đầu và được giữ; đổi khoá về sau thì không tin. Ctrl-C tạm dừng. \
                 Sau chừng năm phút không tiến được thì thôi, với mã 1.",
                "Ví dụ:\n  \
                   loa send goi.tar --to https://tinh.example\n  \
                   loa send goi.tar --to http://127.0.0.1:8080 --limit 200 --trust tinh.pub\n\n\
                 JSON: state (sent, receipted, refused, waiting), offset_bytes, attempts, receipt{…} hoặc null, \
                 reasons[].",
            ),
            en: (
                "Sends by tus 1.0 to a province (https://province.example, gives receipts) or to a plain tus \
                 server (an address with a path, gives none). After a cut line it goes on from where it was; \
                 after a kill run the same command again. Sent twice it is still one copy. “receipted” means: a \
                 receipt whose signature is right and whose digest matches.\n\n\
                 The province's key is taken at the first sending and kept; a later change is not believed. \
                 Ctrl-C pauses. After about five minutes without progress it gives up with exit code 1.",
                "Examples:\n  \
                   loa send package.tar --to https://province.example\n  \
                   loa send package.tar --to http://127.0.0.1:8080 --limit 200 --trust province.pub\n\n\
                 JSON: state (sent, receipted, refused, waiting), offset_bytes, attempts, receipt{…} or null, \
                 reasons[].",
            ),
        },
    ),
    (
        "province",
        Page {
            vi: (
                "Tỉnh giả lập trên máy này, để tập và để thử: nhận gói bằng tus 1.0, kiểm tra, ký biên nhận, và \
                 có một trang web kể những gì đã tới. Chỉ nghe ở 127.0.0.1. Chạy tới khi bấm Ctrl-C; chạy lại \
                 trên thư mục cũ thì tiếp tục như cũ.\n\n\
                 Kịch bản sự cố là tệp TOML gồm nhiều [[fault]], mỗi sự cố xảy ra một lần: cut (at_bytes), \
                 stall (at_bytes, ms), drop-reply (method, request), status (method, request, status), \
                 wrong-digest, expire (at_bytes).",
                "Ví dụ:\n  \
                   loa province --port 8080 --dir tinh\n  \
                   printf '[[fault]]\\nkind = \"cut\"\\nat_bytes = 100000\\n' > su-co.toml\n  \
                   loa province --faults su-co.toml\n\n\
                 JSON (một lần, lúc bắt đầu): url, upload_url, public_key, fingerprint.",
            ),
            en: (
                "A sandbox province on this machine, for training and tests: takes packages by tus 1.0, verifies \
                 them, signs receipts, and shows what arrived on a web page. It listens on 127.0.0.1 only and \
                 runs until Ctrl-C; run again on the same folder it goes on as before.\n\n\
                 A script of faults is a TOML file of [[fault]] entries, each happening once: cut (at_bytes), \
                 stall (at_bytes, ms), drop-reply (method, request), status (method, request, status), \
                 wrong-digest, expire (at_bytes).",
                "Examples:\n  \
                   loa province --port 8080 --dir province\n  \
                   printf '[[fault]]\\nkind = \"cut\"\\nat_bytes = 100000\\n' > faults.toml\n  \
                   loa province --faults faults.toml\n\n\
                 JSON (once, at the start): url, upload_url, public_key, fingerprint.",
            ),
        },
    ),
    (
        "serve",
        Page {
            vi: (
                "Mở đúng giao diện của Loa Studio trong trình duyệt, cho máy không có WebKit và cho thử nghiệm. \
                 Chỉ nghe ở 127.0.0.1; địa chỉ in ra có mã bí mật, ai không có mã thì không gọi được gì. Đừng \
                 gửi địa chỉ ấy cho người khác. Chạy tới khi bấm Ctrl-C.",
                "Ví dụ:\n  loa serve --store kho\n\nJSON (một lần, lúc bắt đầu): url, token.",
            ),
            en: (
                "Opens the very window of Loa Studio in a browser, for machines without WebKit and for tests. It \
                 listens on 127.0.0.1 only; the address printed holds a token without which nothing can be \
                 called. Give that address to nobody. Runs until Ctrl-C.",
                "Examples:\n  loa serve --store archive\n\nJSON (once, at the start): url, token.",
            ),
        },
    ),
    (
        "demo",
        Page {
            vi: (
                "Làm trọn việc chính, không cần màn hình hay micro: nhận bản thu, cắt, chuẩn âm lượng, vẽ và \
                 kiểm tra bảng, lưu kho, tìm lại, niêm phong, gửi tới tỉnh giả lập với hai lần đứt mạng, kiểm \
                 tra biên nhận. Báo cáo bằng tiếng Việt; mọi thứ làm ra nằm trong --out.",
                "Ví dụ:\n  \
                   loa demo\n  \
                   loa demo --audio thu.wav --deck bang-tin.json --out ket-qua",
            ),
            en: (
                "Does the whole main job, without display or microphone: takes a recording, cuts, normalises, \
                 draws and checks boards, archives, finds again, seals, sends to the sandbox province with two \
                 cut lines, verifies the receipt. It reports in Vietnamese; all it makes lies in --out.",
                "Examples:\n  \
                   loa demo\n  \
                   loa demo --audio take.wav --deck deck.json --out results",
            ),
        },
    ),
];
