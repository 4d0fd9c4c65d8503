// Every word on screen, Vietnamese first. The shape of this table is the type of all languages:
// a language that lacks a word does not compile, and a problem code without a sentence neither.
import type { Code } from '../wire/Code';
import type { DocumentKind } from '../wire/DocumentKind';
import type { ItemKind } from '../wire/ItemKind';
import type { ItemStatus } from '../wire/ItemStatus';
import type { JobKind } from '../wire/JobKind';
import type { JobState } from '../wire/JobState';
import type { PackageState } from '../wire/PackageState';
import type { TrackKind } from '../wire/TrackKind';

const problems: Record<Code, string> = {
  'bad-request': 'Giao diện và phần lõi không khớp phiên bản. Hãy mở lại chương trình.',
  'not-found': 'Không còn thấy mục này: có thể nó vừa được bỏ đi. Hãy quay lại danh sách và mở mục khác.',
  'unknown-format': 'Tệp này không phải âm thanh hay ảnh đọc được. Hãy chọn tệp WAV, MP3, M4A, FLAC, OGG, hoặc ảnh PNG, JPEG, WebP.',
  damaged: 'Tệp bị hỏng, không đọc hết được. Hãy chép lại tệp từ bản gốc rồi mở lại.',
  'too-large': 'Lớn hơn mức cho phép. Hãy chia nhỏ hoặc chọn tệp nhỏ hơn.',
  'over-scale': 'Tệp có mẫu không phải là số, hoặc lớn gấp hơn 1.000 lần mức tối đa: không phải tiếng. Hãy xuất lại tệp từ phần mềm đã làm ra nó, dạng 24 bit.',
  silence: 'Chỉ có im lặng, hoặc ngắn hơn 0,4 giây: không đo được âm lượng. Hãy kiểm tra micro và mức các đoạn.',
  'unsupported-target': 'Không ghi được theo định dạng này. Hãy chọn mức phát khác.',
  'bad-edit': 'Thao tác không hợp với chỗ đang chọn. Hãy chọn chỗ khác; chưa có gì bị đổi.',
  'nothing-to-undo': 'Không còn gì để hoàn tác hay làm lại.',
  empty: 'Chưa có gì để làm việc đó. Hãy thu hoặc mở một tệp, hay thêm một trang trước.',
  'no-device': 'Không thấy micro hay loa nào. Hãy cắm thiết bị rồi thử lại.',
  'device-gone': 'Thiết bị âm thanh không có mặt hoặc vừa bị rút. Hãy cắm lại, hay chọn thiết bị khác trong Cài đặt; phần đã thu vẫn còn.',
  'device-busy': 'Một chương trình khác đang giữ thiết bị âm thanh. Hãy đóng chương trình đó rồi thử lại.',
  'permission-denied': 'Hệ điều hành không cho phép. Hãy kiểm tra quyền của tệp hay thiết bị.',
  'recording-runs': 'Đang thu âm. Hãy dừng thu trước.',
  'no-recording': 'Lần thu đã dừng rồi. Bấm R để thu lần mới.',
  'disk-full': 'Ổ đĩa đã đầy. Hãy giải phóng chỗ rồi thử lại; phần đã lưu vẫn còn.',
  'store-locked': 'Kho đang được một cửa sổ Loa Studio khác mở. Hãy đóng cửa sổ kia rồi mở lại.',
  'newer-store': 'Kho này do bản mới hơn tạo ra. Hãy cập nhật Loa Studio.',
  'newer-file': 'Tệp này do bản mới hơn tạo ra. Hãy cập nhật Loa Studio.',
  'store-damaged': 'Kho có chỗ hỏng. Hãy chạy kiểm tra toàn vẹn trong Kho.',
  'program-file': 'Một tệp của chính Loa Studio bị thiếu, hỏng hoặc không đọc được. Hãy cài lại chương trình; bài và kho của bạn không bị ảnh hưởng.',
  'store-unsound': 'Chỉ mục của kho đọc ra không đúng: ổ đĩa đang lỗi hoặc chỉ mục bị hỏng. Hãy chép kho sang ổ khác rồi chạy kiểm tra toàn vẹn.',
  'not-a-store': 'Thư mục này không phải kho của Loa Studio mà đã có tệp khác. Hãy chọn thư mục trống hoặc một kho có sẵn; chưa có gì bị đổi.',
  'store-read-only': 'Kho chỉ đọc được: ổ đĩa bị khoá hoặc thiếu quyền ghi. Vẫn tìm, xem và xuất được; muốn thêm hay sửa, hãy mở khoá hoặc chép kho sang ổ khác.',
  'no-locks': 'Ổ chứa kho không khoá được tệp nên ở đó kho chỉ đọc được. Hãy chép kho vào ổ của máy này.',
  'document-damaged': 'Tài liệu bị hỏng trên đĩa nên chưa mở được. Bấm Khôi phục để lấy lại phần còn đọc được.',
  'text-overflow': 'Chữ không vừa khung dù đã ở cỡ nhỏ nhất còn đọc được. Hãy tách thành hai trang.',
  'package-invalid': 'Gói không hợp lệ nên không được gửi. Hãy đóng gói lại từ Kho.',
  'bad-destination': 'Địa chỉ nơi nhận không đúng. Hãy xem lại trong Cài đặt.',
  unreachable: 'Không nối được. Sẽ tự thử lại; không mất phần đã gửi.',
  refused: 'Nơi nhận từ chối. Lý do có ở Gửi tỉnh: hãy sửa rồi đóng gói lại.',
  'wrong-signature': 'Thiếu chữ ký, hoặc chữ ký hay khoá không đúng. Hãy đối chiếu khoá của tỉnh trong Cài đặt.',
  'no-dialog': 'Cửa sổ chọn tệp chỉ có trên máy bàn. Hãy kéo thả tệp vào đây.',
  'nothing-chosen': 'Chưa chọn tệp nào.',
  cancelled: 'Đã dừng theo yêu cầu.',
  io: 'Không đọc hoặc ghi được ổ đĩa. Hãy kiểm tra ổ đĩa rồi thử lại; phần đã lưu vẫn còn.',
  internal: 'Chương trình gặp lỗi; việc đã làm vẫn an toàn. Hãy thử lại, nếu còn thì mở lại chương trình và báo kỹ thuật dòng dưới đây.',
};

const kinds: Record<ItemKind, string> = {
  programme: 'Chương trình phát thanh', segment: 'Đoạn tiếng', jingle: 'Nhạc và tiếng động', deck: 'Bảng tin',
  article: 'Tin bài', photo: 'Ảnh', video: 'Video', document: 'Tài liệu khác',
};
const statuses: Record<ItemStatus, string> = {
  draft: 'Bản nháp', review: 'Chờ duyệt', approved: 'Đã duyệt', delivered: 'Tỉnh đã nhận',
};
const documents: Record<DocumentKind, string> = { programme: 'Phát thanh', deck: 'Bảng tin' };
const tracks: Record<TrackKind, string> = { voice: 'Giọng đọc', interview: 'Phỏng vấn', music: 'Nhạc nền' };
const jobs: Record<JobKind, string> = {
  import: 'Đưa tệp vào', analyse: 'Đo âm lượng', render: 'Chuẩn hoá âm lượng', export: 'Xuất tệp',
  archive: 'Đưa vào kho', seal: 'Đóng gói và ký số', send: 'Gửi', audit: 'Kiểm tra toàn vẹn',
};
const jobStates: Record<JobState, string> = {
  running: 'Đang làm', done: 'Xong', failed: 'Không xong', cancelled: 'Đã dừng', interrupted: 'Bị ngắt giữa chừng',
};
const packageStates: Record<PackageState['type'], string> = {
  sealed: 'Đã đóng gói', queued: 'Chờ đến lượt', sending: 'Đang gửi', waiting: 'Đang đợi', sent: 'Đã gửi, chờ biên nhận',
  receipted: 'Tỉnh đã nhận', refused: 'Tỉnh từ chối',
};

/** Why a package waits: what happened, and what was kept. */
const waits: Record<string, string> = {
  paused: 'Bạn đã tạm dừng.',
  line: 'Đường truyền bị cắt. Sẽ tự gửi tiếp, không mất phần đã gửi.',
  stalled: 'Đường truyền đứng yên quá lâu. Sẽ tự gửi tiếp.',
  certificate: 'Chứng thư của nơi nhận không đúng nên chưa gửi gì. Hãy báo kỹ thuật.',
  conflict: 'Nơi nhận giữ số byte khác. Sẽ hỏi lại rồi gửi tiếp.',
  locked: 'Nơi nhận còn giữ phiên gửi trước. Sẽ tự thử lại.',
  damaged: 'Một đoạn tới nơi bị hỏng. Sẽ gửi lại đoạn đó.',
  altered: 'Gói tới nơi không còn nguyên vẹn, đã tự gửi lại mấy lần vẫn vậy. Hãy kiểm tra đường truyền rồi bấm gửi lại.',
  gone: 'Nơi nhận đã bỏ phần gửi dở. Sẽ gửi lại từ đầu.',
  'not-allowed': 'Nơi nhận không cho phép gửi. Hãy xem lại địa chỉ và quyền.',
  'too-large': 'Gói lớn hơn mức nơi nhận cho phép. Hãy bớt mục rồi đóng gói lại.',
  version: 'Nơi nhận dùng phiên bản giao thức khác. Hãy báo kỹ thuật.',
  redirected: 'Nơi nhận chỉ sang địa chỉ khác; gói không tự đi theo. Hãy xem lại địa chỉ.',
  busy: 'Nơi nhận đang bận. Sẽ tự thử lại.',
  status: 'Nơi nhận trả lời lạ. Sẽ tự thử lại.',
  'not-tus': 'Địa chỉ này không phải nơi nhận gói. Hãy xem lại trong Cài đặt.',
  'offset-unreadable': 'Nơi nhận không nói rõ đã có bao nhiêu byte. Sẽ hỏi lại.',
  'offset-beyond': 'Nơi nhận nói có nhiều byte hơn đã gửi nên không tin. Sẽ gửi lại từ đầu.',
  'offset-behind': 'Nơi nhận báo đã nhận mà số byte không tăng. Sẽ hỏi lại.',
  'other-length': 'Nơi nhận giữ phiên gửi của gói khác. Sẽ hỏi lại.',
  address: 'Nơi nhận cho chỗ gửi không dùng được. Sẽ thử lại.',
  'too-long': 'Nơi nhận trả lời quá dài nên không đọc. Sẽ thử lại.',
  unreadable: 'Không đọc được câu trả lời của nơi nhận. Sẽ thử lại.',
  source: 'Không đọc được tệp gói trên máy này. Hãy đóng gói lại từ Kho.',
  changed: 'Tệp gói trên máy này không còn như lúc niêm phong nên không gửi nữa. Hãy đóng gói lại từ Kho.',
  'no-key': 'Nơi nhận đã trả lời, nhưng chưa có khoá của tỉnh để kiểm biên nhận nên chưa coi là đã nhận. Hãy nhập khoá của tỉnh trong Cài đặt.',
  'receipt-unreadable': 'Không đọc được biên nhận. Chưa coi là đã nhận; sẽ hỏi lại.',
  'receipt-unknown-key': 'Biên nhận ký bằng khoá lạ. Chưa coi là đã nhận. Hãy đối chiếu khoá của tỉnh.',
  'receipt-bad-signature': 'Chữ ký trên biên nhận không đúng. Chưa coi là đã nhận; sẽ hỏi lại.',
  'receipt-other-package': 'Biên nhận là của gói khác. Chưa coi là đã nhận; sẽ hỏi lại.',
  'receipt-other-length': 'Biên nhận ghi số byte khác. Chưa coi là đã nhận; sẽ hỏi lại.',
};

/** Remarks on a finished rendition. */
const warnings: Record<string, string> = {
  'heavy-limiting': 'Phải nén đỉnh hơn 6 dB để đạt mức. Nên cân giọng từng đoạn trước.',
  'off-target': 'Chưa đạt đúng mức mục tiêu.',
  'over-ceiling': 'Đỉnh thực còn vượt trần.',
};

/** Titles of board checks, by code. */
const checks: Record<string, string> = {
  'text-too-small': 'Cỡ chữ', 'distance-day': 'Tầm đọc ban ngày', 'distance-night': 'Tầm đọc ban đêm', contrast: 'Tương phản', 'dwell-time': 'Thời gian đọc',
  'outside-safe-area': 'Chữ ra ngoài vùng an toàn', 'text-overflow': 'Chữ không vừa khung, hãy tách thành hai trang', 'word-too-long': 'Từ quá dài, hãy rút ngắn hoặc nới rộng khung', 'text-covered': 'Chữ bị che', 'image-missing': 'Thiếu ảnh', 'image-unreadable': 'Không đọc được ảnh',
  'image-too-large': 'Ảnh quá lớn', 'font-missing': 'Thiếu phông chữ', 'glyph-missing': 'Phông thiếu chữ này', 'qr-too-small': 'Mã QR quá nhỏ', 'no-room': 'Khung quá hẹp',
};

/** Names of undo steps, by the code of the edit. */
const edits: Record<string, string> = {
  'set-title': 'đổi tên', 'add-track': 'thêm đường tiếng', 'remove-track': 'bỏ đường tiếng', 'set-track': 'chỉnh đường tiếng',
  insert: 'thêm đoạn', split: 'cắt đoạn', trim: 'tỉa đoạn', move: 'dời đoạn', 'set-gain': 'chỉnh mức', 'set-fades': 'mờ dần',
  'set-label': 'đổi tên đoạn', delete: 'bỏ đoạn', 'add-media': 'thêm tiếng', 'remove-media': 'bỏ tiếng', 'move-track': 'dời đường tiếng', slip: 'trượt đoạn', replace: 'thay đoạn', several: 'nhiều thay đổi', 'change-board': 'sửa bảng', 'move-element': 'đổi lớp', 'set-text': 'sửa chữ', 'add-slide': 'thêm trang', 'remove-slide': 'bỏ trang', 'move-slide': 'dời trang',
  'set-duration': 'đổi thời lượng', 'set-background': 'đổi nền', 'add-element': 'thêm phần tử', 'remove-element': 'bỏ phần tử',
  'set-frame': 'dời phần tử', 'set-element': 'sửa nội dung', 'add-board': 'thêm bảng', 'remove-board': 'bỏ bảng', mend: 'sửa giúp',
};

export const vi = {
  appName: 'Loa Studio',
  nav: { label: 'Các bàn làm việc', home: 'Hôm nay', audio: 'Phát thanh', board: 'Bảng tin', news: 'Tin bài', archive: 'Kho', delivery: 'Gửi tỉnh', settings: 'Cài đặt' },
  weekdays: ['Chủ nhật', 'Thứ hai', 'Thứ ba', 'Thứ tư', 'Thứ năm', 'Thứ sáu', 'Thứ bảy'],
  common: {
    open: 'Mở', close: 'Đóng', cancel: 'Thôi', stop: 'Dừng', undo: 'Hoàn tác', redo: 'Làm lại', retry: 'Thử lại', remove: 'Bỏ',
    create: 'Tạo', save: 'Lưu', all: 'Tất cả', loading: 'Đang mở…', saved: (clock: string) => `đã lưu ${clock}`, keys: 'Phím tắt',
    untitled: 'Chưa đặt tên', title: 'Tên', back: 'Quay lại', done: 'Xong', choose: 'Chọn', yes: 'Có', no: 'Không',
    undoStep: (what: string) => `Hoàn tác: ${what}`, redoStep: (what: string) => `Làm lại: ${what}`, offline: 'Mất nối với phần lõi, đang nối lại…',
    failedTitle: 'Không mở được', failedKept: 'Không có gì bị mất: mọi thao tác đã xong đều đã nằm trên đĩa.', details: 'Chi tiết',
  },
  problems, kinds, statuses, documents, tracks, jobs, jobStates, packageStates, waits, warnings, checks, edits,
  home: {
    team: (team: string, place: string) => [team, place].filter(Boolean).join(' · ') || 'Chưa đặt tên tổ và địa bàn',
    setUp: 'Đặt tên tổ và địa bàn trong Cài đặt',
    provinceOn: 'Đang tập với tỉnh giả lập', provinceOff: 'Đang tập, tỉnh giả lập đang tắt', provinceSet: 'Gửi đến', provinceNone: 'Chưa có nơi nhận',
    store: (items: string) => `Kho ${items} mục`,
    record: 'Thu âm ngay', recordNote: 'Vào một chương trình mới', programme: 'Chương trình mới', programmeNote: 'Ba đường tiếng: giọng, phỏng vấn, nhạc',
    deck: 'Bảng tin mới', deckNote: (n: number) => `${n} mẫu có sẵn`, drop: 'Thả tệp vào đây', dropNote: 'Âm thanh của một bản tin, hay video có tiếng',
    working: 'Đang làm', workingEmpty: 'Chưa có việc nào dở dang', workingEmptyNote: 'Thu một bản tin, thả một tệp âm thanh, hay làm một bảng tin từ mẫu: việc đang làm sẽ nằm ở đây.',
    sent: 'Gửi gần đây', sentEmpty: 'Chưa gửi gói nào.', week: 'Tuần này', inArchive: 'Trong kho', changed: (when: string) => `sửa ${when}`,
    archivedYes: 'Đã vào kho', archivedNo: 'Bản nháp', parts: { programme: (n: string) => `${n} đoạn`, deck: (n: string) => `${n} trang` },
    weekMade: 'Đã làm', weekMadeNote: 'tài liệu sửa trong tuần', weekLoud: 'Đúng âm lượng', weekLoudNote: 'chương trình đã chuẩn hoá', weekSent: 'Tỉnh đã nhận', weekSentNote: 'gói, có biên nhận',
    weekItems: 'Trong kho', weekItemsNote: 'mục, giữ theo mã băm', work: 'Việc đang chạy', workEmpty: 'Không có việc nào đang chạy.',
    recovered: (name: string, length: string) => `Lần thu dở “${name}” còn giữ được ${length}`, recoveredNote: 'Lần thu này chưa nằm trong chương trình nào. Đưa vào một chương trình để nghe lại.', recover: 'Lấy lại',
    torn: (n: number) => `${n} tài liệu mở lại từ nhật ký; thao tác cuối chưa ghi xong hoặc bị hỏng nên không lấy lại được.`,
    learn: 'Mới dùng Loa Studio?', learnTitle: 'Bật tỉnh giả lập', learnNote: 'Đi hết đường từ thu âm đến biên nhận mà không gửi đi đâu thật.', learnGo: 'Bật',
  },
  recovery: {
    damaged: 'Bị hỏng', damagedNote: 'Hỏng trên đĩa, chưa mở được', title: 'Tài liệu bị hỏng', button: 'Khôi phục', ask: (title: string) => (title ? `Khôi phục “${title}”?` : 'Khôi phục tài liệu này?'),
    note: 'Chương trình lấy lại bản gần nhất còn đọc được rồi mở ra, và cho biết thiếu những gì. Tệp hỏng được giữ nguyên bên cạnh, không bị xoá.',
    whole: (title: string) => `Đã khôi phục “${title}”, không thiếu thao tác nào.`,
    missing: (title: string, count: string, atLeast: boolean, since: string, until: string) => `Đã khôi phục “${title}”. Thiếu ${atLeast ? 'ít nhất ' : ''}${count} thao tác làm sau ${since}${until && `, đến ${until}`}.`,
    unknown: (title: string, since: string) => `Đã khôi phục “${title}”. Những gì làm sau ${since} có thể đã mất.`,
    kept: 'Tệp hỏng được giữ nguyên tại:',
  },
  audio: {
    list: 'Chương trình', empty: 'Chưa có chương trình nào', emptyNote: 'Thu từ micro, hoặc kéo thả một tệp âm thanh vào đây.', create: 'Chương trình mới', record: 'Thu âm', newTitle: (date: string) => `Bản tin ${date}`,
    import: 'Mở tệp…', importing: 'Đang đưa tệp vào', dropHere: 'Thả để đưa vào chương trình', notSound: (name: string) => `“${name}” không phải tệp âm thanh.`, notUsable: (name: string) => `Chưa dùng được “${name}” ở đây.`,
    duration: 'Thời lượng', peak: 'Đỉnh thực', unmeasured: 'Chưa đo', stale: 'đã sửa sau khi đo', clips: 'Các đoạn', clipsEmpty: 'Chưa có đoạn nào.', clip: 'Đoạn đang chọn', noClip: 'Chưa chọn đoạn nào', noClipNote: 'Bấm một đoạn trên dòng thời gian, hoặc dùng phím , và .',
    level: 'Mức', label: 'Tên đoạn', fades: 'Mờ vào / ra', fadeIn: 'Mờ vào', fadeOut: 'Mờ ra', trimHead: 'Điểm vào', trimTail: 'Điểm ra', position: 'Bắt đầu', mute: 'Tắt tiếng', solo: 'Nghe riêng', track: 'Đường tiếng', trackLevel: 'Mức đường tiếng', missing: 'Thiếu tệp gốc',
    split: 'Cắt tại vạch', trimIn: 'Tỉa đầu', trimOut: 'Tỉa đuôi', remove: 'Bỏ đoạn', analyse: 'Đo âm lượng', normalise: 'Chuẩn hoá', archive: 'Đưa vào kho', profile: 'Mức phát', rename: 'Tên chương trình',
    before: 'Trước', after: 'Sau', gain: 'Tăng / giảm', limited: 'Nén đỉnh tối đa', range: 'Dải động', loudness: 'Âm lượng', hearBefore: 'Nghe trước', hearAfter: 'Nghe sau', compare: 'Trước và sau khi chuẩn hoá', rendered: (profile: string) => `Đã chuẩn hoá theo “${profile}”`, renderedNote: 'Số đo lấy từ chính tệp đã ghi, giải mã lại.', renditionStale: 'Chương trình đã sửa sau lần chuẩn hoá này.',
    shortTerm: 'Âm lượng ngắn hạn', targetBand: 'dải mục tiêu ±2', measureFirst: 'Đo để thấy đường âm lượng', measuredBefore: 'Đường đo trước khi chuẩn hoá', measureAgain: 'Đường đo cũ. Đo lại (M) để thấy âm lượng bây giờ', play: 'Phát', pause: 'Dừng', toStart: 'Về đầu', zoomIn: 'Phóng to', zoomOut: 'Thu nhỏ', fit: 'Vừa khung', timeline: 'Dòng thời gian', timelineHelp: 'Mũi tên trái phải dời đoạn đang chọn hoặc vạch; S cắt; Delete bỏ; dấu phẩy và dấu chấm chọn đoạn.',
    hints: 'J lùi · K dừng · L tới · S cắt · R thu', back5: 'Lùi 5 giây', forward5: 'Phát, tới 5 giây', nudge: 'Dời đoạn / vạch 0,1 s', nudgeMore: 'Dời 1 s', upDown: 'Sang đường trên / dưới', gainKeys: 'Mức ± 0,5 dB', pick: 'Đoạn trước / sau', fadeInHere: 'Mờ vào đến vạch', fadeOutHere: 'Mờ ra từ vạch', device: 'Micro', systemDevice: 'Micro của hệ thống', output: 'Ra loa', noMeter: 'im lặng', remove_programme: 'Bỏ chương trình', removeAsk: (title: string) => `Bỏ “${title}”? Tệp gốc trong kho vẫn còn.`,
    take: (clock: string, day: string) => `Thu ${clock} ngày ${day}`, trackName: (n: number) => `Đường ${n}`, addTrack: 'Thêm đường tiếng', live: 'Mức ra', starved: (n: string) => `${n} lần hụt tiếng`,
  },
  rec: {
    on: 'ĐANG THU', channels: (n: number) => (n === 1 ? 'một kênh' : n === 2 ? 'hai kênh' : `${n} kênh`), safe: 'Ghi an toàn xuống đĩa mỗi giây', stop: 'Dừng và lấy vào', goodLevel: 'Mức tốt', tooQuiet: 'Nhỏ quá: lại gần micro hơn', tooLoud: 'To quá: lùi ra hoặc giảm micro', dead: 'Chưa nghe thấy gì: kiểm tra micro', into: (title: string) => `Vào “${title}”`, peak: 'Đỉnh', level: 'Mức micro', taking: 'Đang lấy lần thu vào…', ended: 'Lần thu đã tự dừng. Phần đã thu vẫn còn: bấm dừng để lấy vào.', starved: (n: string) => `${n} lần máy không kịp đọc micro`, help: 'Nói câu đầu như khi phát thật. Dừng xong, đoạn thu nằm ngay trên dòng thời gian.',
  },
  board: {
    list: 'Bảng tin', empty: 'Chưa có bảng tin nào', emptyNote: 'Chọn một mẫu rồi sửa chữ. Hình xem trước đúng từng điểm ảnh sẽ hiện trên bảng.', create: 'Bảng tin mới', pickTemplate: 'Chọn mẫu', pages: 'Trang', pageCount: (n: string) => `${n} trang`, add: 'Thêm trang', duplicate: 'Nhân bản', removePage: 'Bỏ trang', up: 'Lên', down: 'Xuống', exact: 'Xem trước đúng từng điểm ảnh của tệp xuất', distance: 'Nhìn từ', design: 'Thiết kế', led: 'Như trên bảng', view: 'Cách xem', boards: 'Bảng', addBoard: 'Thêm bảng', removeBoard: 'Bỏ bảng này', boardName: 'Tên bảng', usualBoards: 'Bảng mẫu', ownFigures: 'Tự nhập số đo', width: 'Rộng', height: 'Cao', pitch: 'Khoảng cách điểm', road: 'Người đi xe đọc', outdoor: 'Ngoài trời', 
    text: 'Chữ', words: 'Nội dung', font: 'Phông', size: 'Cỡ', auto: 'tự vừa khung', colour: 'Màu', bold: 'Đậm', align: 'Canh', aligns: { start: 'Trái', center: 'Giữa', end: 'Phải' }, slide: 'Trang này', duration: 'Thời lượng', background: 'Nền', elements: 'Phần tử', addText: 'Thêm chữ', addRect: 'Thêm nền chữ', addQr: 'Thêm mã QR', addPicture: 'Thêm ảnh…', removeElement: 'Bỏ phần tử', frame: 'Vị trí', newText: 'Chữ mới', kinds: { text: 'Chữ', rect: 'Khung màu', line: 'Đường kẻ', image: 'Ảnh', qr: 'Mã QR' }, qrText: 'Nội dung mã QR', lineWidth: 'Nét',
    checks: 'Kiểm tra dễ đọc', checksOf: (board: string) => `trên ${board}`, mend: 'Sửa giúp', checksNone: 'Chưa kiểm tra xong…', allGood: 'Mọi điều đều đạt', problems: (n: string) => `${n} điều cần sửa`, onPage: (n: number) => `Trang ${n}`, measured: (measured: string, needed: string) => `${measured}, cần ${needed}`, atMost: (measured: string, most: string) => `${measured}, nhiều nhất ${most}`, measuredOnly: (measured: string) => `${measured}`,
    archive: 'Đưa vào kho', export: 'Xuất ảnh PNG', exported: (n: string) => `Đã ghi ${n} tệp`, play: 'Phát thử', stopPlay: 'Dừng', loop: 'lặp lại', stage: 'Sân khấu bảng', slideAlt: (n: number) => `Trang ${n}`, rendering: 'Đang vẽ…', renderFailed: 'Không vẽ được trang này', nudge: 'Dời 1 điểm ảnh', nudgeMore: 'Dời 10 điểm ảnh', prevNext: 'Trang trước / sau', prev: 'Trang trước', next: 'Trang sau', nextElement: 'Phần tử sau', editText: 'Sửa chữ', nextBoard: 'Bảng sau', deselect: 'Thôi chọn', movePage: 'Dời trang lên / xuống', longer: 'Lâu hơn / ngắn hơn 1 s', removeAsk: (title: string) => `Bỏ “${title}”?`, removeDeck: 'Bỏ bảng tin', words_total: (n: string) => `${n} chữ`, none: 'Không chọn phần tử nào', noneNote: 'Bấm vào chữ trên bảng, hoặc phím Tab.',
  },
  news: { title: 'Tin bài', empty: 'Bàn tin bài chưa mở', emptyNote: 'Bản này có bàn phát thanh, bàn bảng tin, kho và gửi tỉnh. Chữ của một bản tin hiện được giữ cùng chương trình hay bảng tin khi đưa vào kho, và tìm được ở đó.', inArchive: 'Tìm tin bài trong kho', toBoard: 'Làm bảng tin', toAudio: 'Làm chương trình' },
  archive: {
    filters: 'Bộ lọc', picked: 'Mục đang xem', search: 'Tìm trong kho', placeholder: 'Tìm: tên, lời, người, thẻ', found: (n: string, exact: boolean, ms: string) => `${exact ? '' : 'Hơn '}${n} kết quả · ${ms} ms · không cần gõ dấu`, kind: 'Loại', status: 'Trạng thái', columns: { name: 'Tên', kind: 'Loại', date: 'Ngày', duration: 'Thời lượng', status: 'Trạng thái' }, empty: 'Kho còn trống', emptyNote: 'Đưa một chương trình hay bảng tin vào kho, nó sẽ nằm ở đây và không mất đi nữa.', noHits: 'Không thấy gì', noHitsNote: 'Thử ít chữ hơn, hoặc bỏ bớt bộ lọc.', clear: 'Bỏ lọc',
    makePackage: 'Tạo gói gửi tỉnh', selected: (n: string) => `Đã chọn ${n}`, select: 'Chọn', unselect: 'Bỏ chọn', audit: 'Kiểm tra toàn vẹn', auditGood: (n: string, documents: string, at: string) => `${n} tệp, ${documents} tài liệu đều đúng lúc ${at}`, auditDocuments: (n: string) => `${n} tài liệu hỏng`, auditRecover: (n: string, titles: string) => `${n} tài liệu đang làm bị hỏng trên đĩa: ${titles}. Bấm Khôi phục để lấy lại phần còn đọc được.`, auditBad: (n: string) => `${n} tệp hỏng hoặc thiếu`, auditMend: (n: string) => `${n} tệp hỏng hoặc thiếu. Hãy lấy lại từ bản sao lưu của thư mục kho; mã băm của chúng:`, auditUnread: (n: string) => `${n} tệp lần này không đọc được, có thể vẫn nguyên. Hãy kiểm tra ổ đĩa và sao lưu kho rồi kiểm tra lại:`, auditUnreadShort: (n: string) => `${n} tệp không đọc được`, auditNotKept: 'Kết quả kiểm tra không ghi được vào kho: ổ đĩa đầy, hoặc kho chỉ đọc được.', id: 'Mã', people: 'Người làm', place: 'Địa bàn', content: 'Nội dung', files: (n: string, size: string) => `${n} tệp · ${size}`, digest: 'Mã băm', created: 'Đưa vào', updated: 'Sửa', versions: 'Lịch sử', version: (n: number) => `Bản ${n}`, tags: 'Thẻ', body: 'Lời và chữ', openToEdit: 'Mở để sửa', approve: 'Duyệt', setStatus: 'Trạng thái', play: 'Nghe', stop: 'Dừng', nothingPicked: 'Chọn một mục để xem', nothingPickedNote: 'Mũi tên lên xuống để đi, phím cách để đánh dấu, Enter để mở.', waveform: 'Sóng âm', picture: 'Ảnh', list: 'Các mục trong kho',
    put: 'Đưa vào kho', putBody: 'Lời hoặc chữ, để tìm lại', putTags: 'Thẻ, cách nhau bằng dấu phẩy', putPeople: { programme: 'Người đọc', deck: 'Người làm' }, putStatus: 'Trạng thái', putUnchecked: 'Chưa kiểm tra được hết các bảng', putFaults: 'Kiểm tra dễ đọc còn điều cần sửa', putFound: (errors: string, warnings: string) => [errors === '0' ? '' : `${errors} lỗi`, warnings === '0' ? '' : `${warnings} nhắc nhở`].filter(Boolean).join(', '), putAsDraft: 'Vì thế trạng thái để sẵn chưa phải là Đã duyệt; vẫn có thể chọn Đã duyệt.', putDone: (title: string) => `“${title}” đã vào kho`, putSee: 'Xem trong kho', putNote: { programme: 'Chương trình được chuẩn hoá theo mức phát đã chọn rồi mới cất.', deck: 'Mọi trang được vẽ cho mọi bảng rồi cất cùng bảng tin.' }, announcer: 'announcer',
  },
  delivery: {
    title: 'Gửi hệ thống thông tin nguồn tỉnh', to: (url: string) => `Nơi nhận: ${url}`, toSandbox: 'Đang tập: gửi tới tỉnh giả lập trên máy này', toSandboxOff: 'Đang tập, nhưng tỉnh giả lập đang tắt', toNone: 'Chưa có nơi nhận', empty: 'Chưa có gói nào', emptyNote: 'Chọn các mục trong kho rồi đóng gói. Gói được ký số, gửi tiếp được khi đứt mạng, và chỉ coi là xong khi tỉnh ký biên nhận.', toArchive: 'Chọn trong kho', create: 'Tạo gói mới', pauseAll: 'Tạm dừng tất cả', queue: 'Các gói', emergency: 'Khẩn cấp', items: (n: string) => `${n} mục`, steps: { sealed: 'Đóng gói', signed: 'Ký số', sending: 'Gửi', receipt: 'Tỉnh xác nhận' }, left: (time: string) => `còn ${time}`, send: 'Gửi', tryNow: 'Thử ngay', pause: 'Tạm dừng', cancel: 'Thôi gửi', receipt: 'Biên nhận', arrived: (title: string) => `Tỉnh đã nhận “${title}” và ký biên nhận`, turnedAway: (title: string) => `Tỉnh từ chối “${title}”. Hãy xem lý do rồi đóng gói lại.`, waitsHere: (title: string) => `“${title}” chưa gửi được và đang đợi bạn.`, resumed: (at: string) => `Đã gửi tiếp từ ${at}`, tries: (n: string) => `${n} lần nối`, retryAt: (clock: string) => `Thử lại lúc ${clock}.`, waitsForYou: 'Bấm “Thử ngay” để gửi tiếp.', refusedBecause: 'Lý do tỉnh nêu', package: 'Gói', sealedAs: (digest: string) => `BagIt 1.0 · ký Ed25519 · sha256 ${digest}`, filesInside: 'Trong gói', destination: 'Nơi nhận', copyDigest: 'Mã băm đầy đủ', pick: 'Chọn một gói để xem bên trong', limit: (kbps: string) => `Giới hạn ${kbps} kB/s`, settings: 'Đặt nơi nhận', cut: 'Cắt thử đường truyền', cutNote: 'Lần gửi tới sẽ đứt hai lần, để xem gói tự gửi tiếp.', cutDone: 'Lần gửi tới sẽ bị cắt hai lần.', startSandbox: 'Bật tỉnh giả lập', cancelAsk: (title: string) => `Thôi gửi “${title}”? Gói vẫn nằm trong máy và gửi lại được.`,
    newTitle: 'Tên gói', newItems: 'Các mục trong gói', approvedBy: 'Người duyệt', urgent: 'Khẩn cấp: vượt lên trước', sendNow: 'Gửi ngay khi đóng gói xong', seal: 'Đóng gói', sealAndSend: 'Đóng gói và gửi', sealing: 'Đang đóng gói và ký…', packageOf: (title: string, more: number) => (more > 0 ? `${title} và ${more} mục khác` : title), noItems: 'Chưa chọn mục nào.',
    receiptTitle: 'Biên nhận của tỉnh', receiptOk: 'Chữ ký hợp lệ, mã băm khớp', receiptBad: 'Chữ ký không hợp lệ', receiptNo: 'Số', authority: 'Bên ký', receivedAt: 'Nhận lúc', bytes: 'Số byte', keyId: 'Khoá', signature: 'Chữ ký', digest: 'Mã băm', raw: 'Nguyên văn', packageId: 'Mã gói', digestMatches: 'trùng với gói đã gửi', digestDiffers: 'KHÔNG trùng với gói đã gửi',
  },
  practice: {
    on: 'ĐANG TẬP', goesNowhere: 'Gói gửi đi bây giờ chỉ tới tỉnh giả lập trên máy này, không tới tỉnh thật.', waits: 'Tỉnh giả lập đang tắt: gói gửi tập sẽ đợi. Không gửi gói mới tới tỉnh thật.', start: 'Bật tỉnh giả lập', end: 'Thôi tập',
    place: 'TẬP · tỉnh giả lập', send: 'Gửi tập', sending: 'Gửi tập', receipt: 'Biên nhận tập', sendNow: 'Gửi tập ngay khi đóng gói xong', sealAndSend: 'Đóng gói và gửi tập', refusedBecause: 'Lý do tỉnh giả lập nêu',
    states: { sealed: 'Chưa gửi tập', queued: 'Tập: chờ đến lượt', sending: 'Tập: đang gửi', waiting: 'Tập: đang đợi', sent: 'Tập: chờ biên nhận', receipted: 'Đã gửi tập', refused: 'Tập: bị từ chối' } satisfies Record<PackageState['type'], string>,
    arrived: (title: string) => `Tập xong: tỉnh giả lập đã nhận “${title}”. Gói chưa tới tỉnh thật.`, turnedAway: (title: string) => `Tập: tỉnh giả lập từ chối “${title}”.`, waitsHere: (title: string) => `Tập: “${title}” chưa gửi được và đang đợi bạn.`,
    receiptTitle: 'Biên nhận tập của tỉnh giả lập', receiptNote: 'TẬP: gói này chưa tới tỉnh thật. Biên nhận này chỉ để xem, không tính là đã nhận.',
  },
  settings: {
    title: 'Cài đặt', look: 'Giao diện', language: 'Ngôn ngữ', languages: { vi: 'Tiếng Việt', en: 'English' }, theme: 'Nền', themes: { system: 'Theo máy', light: 'Sáng', dark: 'Tối' }, desk: 'Tổ và địa bàn', team: 'Tên tổ', place: 'Địa bàn', placeCode: 'Mã địa bàn', person: 'Người làm việc', sound: 'Âm thanh', input: 'Micro', output: 'Loa', system: 'Theo hệ thống', refresh: 'Tìm lại thiết bị', profile: 'Mức phát mặc định', province: 'Nơi nhận', destination: 'Địa chỉ nhận', destinationHint: 'Địa chỉ tỉnh cho, giữ nguyên cả khi tập.', key: 'Khoá công khai của tỉnh', keyHint: 'Dạng minisign. Chỉ biên nhận ký bằng khoá này mới tính là tỉnh đã nhận.', keyNone: 'Chưa có khoá của tỉnh: gói vẫn gửi, nhưng không kiểm được biên nhận nên không gói nào được coi là tỉnh đã nhận.', limit: 'Giới hạn tốc độ', limitHint: '0 là không giới hạn.', sandbox: 'Tập với tỉnh giả lập', sandboxHint: 'Một hệ thống tỉnh thu nhỏ chạy ngay trong máy. Bật thì gói gửi đi chỉ để tập; nơi nhận thật giữ nguyên.', sandboxNone: 'Bản này không kèm tỉnh giả lập.', sandboxAt: (url: string) => `Đang chạy ở ${url}`, safety: 'An toàn', fingerprint: 'Vân tay khoá ký', fingerprintHint: 'Đọc cho tỉnh nghe qua điện thoại để đối chiếu.', store: 'Thư mục kho', version: 'Phiên bản', noDevices: 'Không thấy thiết bị nào', saved: 'Đã lưu cài đặt', keys: 'Phím tắt', keysHint: 'Mọi thao tác bằng chuột đều có phím.', badUrl: 'Địa chỉ phải bắt đầu bằng http:// hoặc https://',
  },
  cheats: { title: 'Phím tắt', everywhere: 'Ở mọi nơi', here: 'Ở màn hình này', help: 'Bảng phím này', views: 'Sang bàn khác', search: 'Tìm trong kho' },
};

export type Words = typeof vi;
