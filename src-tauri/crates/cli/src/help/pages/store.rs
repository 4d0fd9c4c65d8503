//! Pages on the archive and on packages.

use crate::help::Page;

pub(super) const PAGES: &[(&str, Page)] = &[
    (
        "archive",
        Page {
            vi: (
                "Một thư mục chép đi được: loa.db (mục lục) và objects/ (tệp, theo SHA-256, không bao giờ ghi \
                 lại). Cùng một nội dung chỉ lưu một lần.",
                "Ví dụ:\n  \
                   loa archive add --store kho --title \"Lịch tiêm chủng\" --kind segment tiem.wav\n  \
                   loa archive search --store kho \"tiem chung\"",
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
                 dở: tiem chung, tiêm chủng, TIÊM CHỦ đều ra một kết quả. Không có từ nào thì kể các mục từ mới tới cũ, tới --limit.",
                "Ví dụ:\n  \
                   loa archive search --store kho \"tiem chung\"\n  \
                   loa archive search --store kho --limit 5\n\n\
                 JSON: total, total_is_exact, hits[] gồm id, kind, title, snippet (chỗ trúng trong ngoặc vuông).",
            ),
            en: (
                "Searches titles, texts, tags, people and places. Marks and capitals do not matter, and the last word may be \
                 half typed: tiem chung, tiêm chủng and TIÊM CHỦ find the same. Without words items are listed, the newest first, up to --limit.",
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
                "Đọc lại mọi tệp của kho và so mã băm SHA-256, rồi đọc mọi tài liệu đang làm (từng thao tác, từng \
                 bản chụp). Có gì mất, hỏng hay không đọc được thì thoát với mã 1. Tệp lạ (chỉ mục không biết) chỉ được kể ra, \
                 không bị xoá.",
                "Ví dụ:\n  loa archive audit --store kho\n\n\
                 JSON: checked, intact, missing[], damaged[], unreadable[], orphans[], documents, document_faults[] \
                 gồm id, title, opens, detail, not_remembered.",
            ),
            en: (
                "Reads every file of the archive again and compares SHA-256 digests, then every document under \
                 work (all edits, all snapshots). What is missing, damaged or unreadable ends with exit code 1. Orphans (unknown \
                 to the index) are only named, never deleted.",
                "Examples:\n  loa archive audit --store archive\n\n\
                 JSON: checked, intact, missing[], damaged[], unreadable[], orphans[], documents, document_faults[] \
                 with id, title, opens, detail, not_remembered.",
            ),
        },
    ),
    (
        "archive recover",
        Page {
            vi: (
                "Lấy lại những gì còn đọc được của tài liệu đang làm bị hỏng trên đĩa: bản chụp gần nhất còn tốt và các \
                 thao tác sau nó. Nói rõ thiếu bao nhiêu thao tác, từ lúc nào. Tệp hỏng được giữ nguyên bên cạnh. \
                 Không kèm mã thì khôi phục mọi tài liệu bị hỏng; tài liệu còn tốt không bị đụng tới.",
                "Ví dụ:\n  \
                   loa archive recover --store kho\n  \
                   loa archive recover --store kho 01J9ZC3V5M8Q2W4X6Y8Z0A1B2C\n\n\
                 JSON: [] gồm id, kind, title, kept_until_ms, missing, may_miss_more, missing_until_ms, kept[].",
            ),
            en: (
                "Gets out of documents under work that are damaged on disk what can still be read: the newest good \
                 snapshot and the edits after it. Says how many edits are missing and since when. The damaged file \
                 is kept as it is beside. Without an id all damaged documents are recovered; sound ones are not touched.",
                "Examples:\n  \
                   loa archive recover --store archive\n  \
                   loa archive recover --store archive 01J9ZC3V5M8Q2W4X6Y8Z0A1B2C\n\n\
                 JSON: [] with id, kind, title, kept_until_ms, missing, may_miss_more, missing_until_ms, kept[].",
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
];
