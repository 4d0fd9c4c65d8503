//! What tus servers and provinces answer, be it nonsense: the readers never panic, never leave the
//! host, and the machine fed with what they read keeps its rules.
//!
//! Input: answers separated by a zero byte, each written as on the wire without its first line's
//! version: `204\nUpload-Offset: 5\n\nbody`.
#![no_main]

use delivery::reply::{self, Answer};
use delivery::{Destination, Effect, Event, Held, Job, Machine, Parcel, State};
use libfuzzer_sys::fuzz_target;

const BYTES: u64 = 10_000_000;
const ENDPOINT: &str = "https://tinh.example:8443/v1/uploads";
const HEADERS_MAX: usize = 64;

fuzz_target!(|input: &[u8]| {
    let Ok(digest) = "ab".repeat(32).parse() else { return };
    let Ok(destination) = Destination::parse(ENDPOINT) else { return };
    let parcel = Parcel { digest, bytes: BYTES, name: "a.tar".to_owned() };
    let mut machine = Machine::new(Job::new(parcel, destination, 0));
    let mut now_ms = 0;
    let mut saved = machine.job().clone();
    let mut event = Event::Start;
    let mut answers = input.split(|byte| *byte == 0).map(answer);
    loop {
        let Ok(effects) = machine.step(event, now_ms, 7) else {
            panic!("out of turn");
        };
        let mut next = None;
        for effect in effects {
            match effect {
                Effect::Save => saved = machine.job().clone(),
                Effect::Done => return,
                Effect::Wait { until_ms } => {
                    assert!(until_ms >= now_ms);
                    now_ms = until_ms;
                    next = Some(Event::TimeUp);
                }
                Effect::Weigh => next = Some(Event::Weighed),
                effect => {
                    let Some(answer) = answers.next() else { return };
                    if let Effect::Put { address, offset, bytes } = &effect {
                        assert_eq!(saved.upload.as_ref(), Some(address));
                        assert!(*bytes > 0 && offset + bytes <= saved.reach.min(BYTES));
                    }
                    next = Some(read(&effect, &answer));
                }
            }
        }
        assert!(!matches!(machine.job().state, State::Receipted(_)));
        let Some(answered) = next else { return };
        event = answered;
    }
});

fn read(effect: &Effect, answer: &Answer) -> Event {
    drop((reply::failure(answer), reply::abilities(answer), answer.retry_after_ms()));
    drop(reply::ended(answer));
    let event = match effect {
        Effect::Ask => reply::held(answer).map(|held| match held {
            Held::Pending { retry_after_ms } => Event::Pending { retry_after_ms },
            Held::Unknown => Event::Unknown,
            // Nothing the fuzzer makes up is signed.
            Held::Receipt(text) => match package::SignedReceipt::from_json(&text) {
                Ok(_) => Event::Rejected(delivery::ReceiptFault::UnknownKey),
                Err(_) => Event::Rejected(delivery::ReceiptFault::Unreadable),
            },
        }),
        Effect::Create { .. } => reply::created(answer, ENDPOINT).map(|upload| {
            assert!(upload.address.starts_with("https://tinh.example:8443/"));
            Event::Created { address: upload.address, offset: upload.offset }
        }),
        Effect::Find { address } => reply::found(answer, address).map(|upload| Event::Found {
            offset: upload.offset,
            bytes: upload.bytes,
        }),
        _ => reply::stored(answer).map(|offset| Event::Stored { offset }),
    };
    event.unwrap_or_else(Event::Failed)
}

fn answer(text: &[u8]) -> Answer {
    let mut lines = text.splitn(HEADERS_MAX, |byte| *byte == b'\n');
    let status = lines.next().and_then(|line| std::str::from_utf8(line).ok());
    let mut answer = Answer {
        status: status.and_then(|text| text.trim().parse().ok()).unwrap_or(0),
        ..Answer::default()
    };
    for line in lines.by_ref() {
        let Some(colon) = line.iter().position(|byte| *byte == b':') else { break };
        let name = String::from_utf8_lossy(&line[..colon]).into_owned();
        answer.headers.push((name, line[colon + 1..].to_vec()));
    }
    answer.body = lines.collect::<Vec<_>>().join(&b'\n');
    answer
}
