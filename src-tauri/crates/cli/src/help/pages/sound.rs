//! Pages on sound: files, programmes, devices.

use crate::help::Page;

pub(super) const PAGES: &[(&str, Page)] = &[
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
                 thì gộp về hai); MP3 lấy tần số kế trên mà nó có và chở nổi số bit, cao nhất 48 kHz.",
                "Ví dụ:\n  \
                   loa convert thu.m4a thu.wav\n  \
                   loa convert thu.wav thu.mp3 --bitrate 64 --rate 24000 --channels 1\n\n\
                 JSON: path, bytes.",
            ),
            en: (
                "Changes the format and leaves the level alone. The ending of the output's name decides: .wav \
                 (24-bit), .flac, .mp3. Without options the sample rate and the channels stay as the input's \
                 (more than two are folded to two); MP3 takes the next rate up that \
                 it has and that carries the bit rate, 48 kHz at the most.",
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
                 Thiết bị bị rút hay đĩa đầy thì thoát với mã 1, và phần đã thu vẫn còn. Bản thu bị ngắt (mất \
                 điện, chương trình bị tắt ngang) còn nằm trong cùng thư mục thì được chữa trước khi thu.",
                "Ví dụ:\n  \
                   loa record thu.wav\n  \
                   loa record --device \"USB Audio\" --seconds 30 thu.wav\n\n\
                 JSON: path, seconds, sample_rate_hz, channels, xruns, end (stopped, device-gone, disk-full, \
                 hoặc một câu), mended (các bản thu đã chữa).",
            ),
            en: (
                "Records 24-bit into a BWF file. The header is mended and the data are put on disk every second, \
                 so a power cut costs the last second only. Without --seconds it records until Ctrl-C. An \
                 existing file is not overwritten. Where the device goes away or the disk is full, the exit \
                 code is 1, and what was recorded is kept. Takes that a power cut or a kill left in the same \
                 folder are mended first.",
                "Examples:\n  \
                   loa record take.wav\n  \
                   loa record --device \"USB Audio\" --seconds 30 take.wav\n\n\
                 JSON: path, seconds, sample_rate_hz, channels, xruns, end (stopped, device-gone, disk-full, or \
                 a sentence), mended (the takes that were).",
            ),
        },
    ),
];
