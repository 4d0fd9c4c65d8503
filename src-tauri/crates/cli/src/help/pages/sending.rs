//! Pages on sending, and on what is served.

use crate::help::Page;

pub(super) const PAGES: &[(&str, Page)] = &[
    (
        "send",
        Page {
            vi: (
                "Gửi bằng tus 1.0 tới tỉnh (https://tinh.example, có biên nhận) hay tới một máy chủ tus thường \
                 (địa chỉ có đường dẫn, không có biên nhận). Đứt mạng thì tự gửi tiếp từ chỗ đã tới; bị tắt \
                 giữa chừng thì chạy lại đúng lệnh ấy. Gửi hai lần vẫn là một bản. “receipted” nghĩa là: biên \
                 nhận có chữ ký đúng và mã băm khớp.\n\n\
                 Khoá của tỉnh là khoá trong cài đặt của kho, nếu nơi nhận là nơi đã đặt ở đó; không thì lấy ở lần \
                 gửi đầu và được giữ, đổi khoá về sau thì không tin. Gửi tới tỉnh giả lập của kho chỉ là tập \
                 (practice); khoá của nó không tính ở nơi nào khác. Ctrl-C tạm dừng. \
                 Sau chừng năm phút không tiến được thì thôi, với mã 1.",
                "Ví dụ:\n  \
                   loa send goi.tar --to https://tinh.example\n  \
                   loa send goi.tar --to http://127.0.0.1:8080 --limit 200 --trust tinh.pub\n\n\
                 JSON: state (sent, receipted, refused, waiting), offset_bytes, attempts, receipt{…} hoặc null, \
                 reasons[], practice.",
            ),
            en: (
                "Sends by tus 1.0 to a province (https://province.example, gives receipts) or to a plain tus \
                 server (an address with a path, gives none). After a cut line it goes on from where it was; \
                 after a kill run the same command again. Sent twice it is still one copy. “receipted” means: a \
                 receipt whose signature is right and whose digest matches.\n\n\
                 The province's key is the one in the settings of the store, where they name this destination; \
                 else it is taken at the first sending and kept, and a later change is not believed. What goes \
                 to the store's training province is practice; its key counts nowhere else. \
                 Ctrl-C pauses. After about five minutes without progress it gives up with exit code 1.",
                "Examples:\n  \
                   loa send package.tar --to https://province.example\n  \
                   loa send package.tar --to http://127.0.0.1:8080 --limit 200 --trust province.pub\n\n\
                 JSON: state (sent, receipted, refused, waiting), offset_bytes, attempts, receipt{…} or null, \
                 reasons[], practice.",
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
                 gửi địa chỉ ấy cho người khác. Một kho chỉ mở ở một cửa sổ một lúc, trong trình duyệt hay \
                 ngoài; các lệnh archive và package vẫn dùng được cùng lúc. Chạy tới khi bấm Ctrl-C, hoặc \
                 máy tắt (SIGTERM), hoặc đóng cửa sổ dòng lệnh (SIGHUP).",
                "Ví dụ:\n  loa serve --store kho\n\nJSON (một lần, lúc bắt đầu): url, token.",
            ),
            en: (
                "Opens the very window of Loa Studio in a browser, for machines without WebKit and for tests. It \
                 listens on 127.0.0.1 only; the address printed holds a token without which nothing can be \
                 called. Give that address to nobody. An archive is open in one window at a time, in a \
                 browser or not; the commands archive and package work beside it. Runs until Ctrl-C, until \
                 the system shuts down (SIGTERM) or the terminal is closed (SIGHUP).",
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
                   loa demo --audio thu.wav --deck bang-tin.json --out ket-qua\n\n\
                 JSON: out, report, receipt_path, receipt{…}.",
            ),
            en: (
                "Does the whole main job, without display or microphone: takes a recording, cuts, normalises, \
                 draws and checks boards, archives, finds again, seals, sends to the sandbox province with two \
                 cut lines, verifies the receipt. It reports in Vietnamese; all it makes lies in --out.",
                "Examples:\n  \
                   loa demo\n  \
                   loa demo --audio take.wav --deck deck.json --out results\n\n\
                 JSON: out, report, receipt_path, receipt{…}.",
            ),
        },
    ),
];
