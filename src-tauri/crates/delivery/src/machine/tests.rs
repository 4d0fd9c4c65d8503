//! The rules of the machine, one by one, and against servers that do anything.

use super::*;
use crate::proof::tests::proof;
use crate::{Destination, PIECE_MAX_BYTES, Parcel, WAIT_MAX_MS};
use crate::{Lie, State, WaitReason};
use proptest::prelude::{Strategy, any, prop_oneof, proptest};
use units::Digest;

mod together;

const BYTES: u64 = 20_000_000;

fn parcel() -> Parcel {
    Parcel {
        digest: Digest::of(b"package"),
        bytes: BYTES,
        name: "a.tar".into(),
    }
}

fn job(place: &str) -> Job {
    Job::new(parcel(), Destination::parse(place).unwrap(), 0)
}

fn province() -> Machine {
    Machine::new(job("http://tinh.example"))
}

fn plain() -> Machine {
    Machine::new(job("http://tus.example/files"))
}

fn step(machine: &mut Machine, event: Event) -> Vec<Effect> {
    machine.step(event, 1_000, u32::MAX).unwrap()
}

fn created(offset: u64) -> Event {
    Event::Created {
        address: "http://tinh.example/v1/uploads/1".into(),
        offset,
    }
}

/// A machine that has an upload and whose first piece is on its way.
fn putting(mut machine: Machine) -> Machine {
    step(&mut machine, Event::Start);
    if machine.job.destination.gives_receipts() {
        step(&mut machine, Event::Unknown);
    }
    step(&mut machine, created(0));
    assert!(matches!(machine.turn, Turn::Putting { .. }));
    machine
}

fn waits_then(machine: &mut Machine, effects: &[Effect]) -> Vec<Effect> {
    assert!(
        matches!(effects, [Effect::Save, Effect::Wait { .. }]),
        "{effects:?}"
    );
    step(machine, Event::TimeUp)
}

#[test]
fn before_anything_is_created_the_province_is_asked() {
    let mut machine = province();
    assert_eq!(step(&mut machine, Event::Start), [Effect::Ask]);
    assert_eq!(
        step(&mut machine, Event::Unknown),
        [Effect::Save, Effect::Create { alone: false }]
    );
}

#[test]
fn a_package_the_province_already_holds_is_not_sent_again() {
    let mut machine = province();
    step(&mut machine, Event::Start);
    let effects = step(&mut machine, Event::Accepted(proof(&parcel())));
    assert_eq!(effects, [Effect::Save, Effect::Done]);
    assert!(matches!(machine.job().state, State::Receipted(_)));
    assert_eq!(step(&mut machine, Event::Start), [Effect::Done]);
}

#[test]
fn a_proof_for_another_package_delivers_nothing() {
    let mut machine = province();
    step(&mut machine, Event::Start);
    let mut other = parcel();
    other.digest = Digest::of(b"other");
    step(&mut machine, Event::Accepted(proof(&other)));
    assert!(matches!(
        machine.job().state,
        State::Waiting {
            reason: WaitReason::ReceiptRejected(ReceiptFault::OtherPackage),
            ..
        }
    ));
}

#[test]
fn the_address_and_the_reach_are_stored_before_the_first_byte() {
    let mut machine = province();
    step(&mut machine, Event::Start);
    step(&mut machine, Event::Unknown);
    let effects = step(&mut machine, created(0));
    let [
        Effect::Save,
        Effect::Put {
            offset: 0, bytes, ..
        },
    ] = effects.as_slice()
    else {
        panic!("{effects:?}");
    };
    assert_eq!(machine.job().reach, *bytes);
    assert!(machine.job().upload.is_some());
}

#[test]
fn no_status_but_404_and_410_ever_leads_away_from_the_upload() {
    for status in (300..600).filter(|status| !matches!(status, 404 | 410)) {
        let answer = crate::reply::Answer {
            status,
            ..Default::default()
        };
        let failure = crate::reply::failure(&answer);
        let mut machine = putting(province());
        for _ in 0..5 {
            let effects = step(&mut machine, Event::Failed(failure.clone()));
            let effects = waits_then(&mut machine, &effects);
            assert!(
                matches!(effects.as_slice(), [Effect::Find { .. }]),
                "{status}"
            );
        }
    }
}

#[test]
fn a_broken_line_is_followed_by_head_and_goes_on_from_there() {
    let mut machine = putting(province());
    let effects = step(&mut machine, Event::Failed(Failure::Line));
    let effects = waits_then(&mut machine, &effects);
    assert!(matches!(effects.as_slice(), [Effect::Find { .. }]));
    let found = Event::Found {
        offset: 100_000,
        bytes: Some(BYTES),
    };
    let effects = step(&mut machine, found);
    assert!(matches!(
        effects.as_slice(),
        [
            Effect::Save,
            Effect::Put {
                offset: 100_000,
                ..
            }
        ]
    ));
    assert_eq!(machine.job().attempts, 2);
}

#[test]
fn where_the_upload_is_gone_the_province_is_asked_first_and_a_copy_it_holds_is_enough() {
    let mut machine = putting(province());
    assert_eq!(
        step(&mut machine, Event::Failed(Failure::Gone)),
        [Effect::Ask]
    );
    step(&mut machine, Event::Accepted(proof(&parcel())));
    assert!(machine.job().is_settled());
}

#[test]
fn where_the_upload_is_gone_again_and_again_there_is_a_wait_each_time() {
    let mut machine = putting(province());
    assert_eq!(
        step(&mut machine, Event::Failed(Failure::Gone)),
        [Effect::Ask]
    );
    step(&mut machine, Event::Unknown);
    step(&mut machine, created(0));
    for _ in 0..3 {
        let effects = step(&mut machine, Event::Failed(Failure::Gone));
        assert_eq!(waits_then(&mut machine, &effects), [Effect::Ask]);
        step(&mut machine, Event::Unknown);
        step(&mut machine, created(0));
    }
}

#[test]
fn a_plain_server_ends_as_sent_and_never_as_receipted() {
    let mut machine = putting(plain());
    while let Turn::Putting { to, .. } = machine.turn {
        step(&mut machine, Event::Stored { offset: to });
    }
    assert_eq!(machine.job().state, State::Sent);
    assert!(machine.job().is_settled());
}

#[test]
fn after_the_last_byte_the_province_is_asked_until_it_answers() {
    let mut machine = putting(province());
    while let Turn::Putting { to, .. } = machine.turn {
        step(&mut machine, Event::Stored { offset: to });
    }
    assert_eq!(machine.turn, Turn::Asking);
    let pending = Event::Pending {
        retry_after_ms: None,
    };
    let effects = step(&mut machine, pending);
    assert_eq!(machine.job().state, State::Sent);
    assert_eq!(waits_then(&mut machine, &effects), [Effect::Ask]);
    step(&mut machine, Event::Accepted(proof(&parcel())));
    assert!(machine.job().is_settled());
}

#[test]
fn all_sent_but_unknown_to_the_province_means_looking_at_the_upload_again() {
    let mut machine = putting(province());
    while let Turn::Putting { to, .. } = machine.turn {
        step(&mut machine, Event::Stored { offset: to });
    }
    let effects = step(&mut machine, Event::Unknown);
    let effects = waits_then(&mut machine, &effects);
    assert!(matches!(effects.as_slice(), [Effect::Find { .. }]));
    assert_eq!(
        step(&mut machine, Event::Failed(Failure::Gone)),
        [Effect::Ask]
    );
    assert_eq!(
        step(&mut machine, Event::Unknown),
        [Effect::Save, Effect::Weigh]
    );
    assert_eq!(
        step(&mut machine, Event::Weighed),
        [Effect::Create { alone: true }]
    );
}

#[test]
fn offsets_that_cannot_be_true_are_not_used() {
    let mut machine = putting(province());
    let Turn::Putting { to, .. } = machine.turn else {
        panic!("no piece is on its way");
    };
    for offset in [0, BYTES + 1, u64::MAX] {
        let mut machine = machine.clone();
        step(&mut machine, Event::Stored { offset });
        assert_eq!(machine.job().offset(), 0);
        assert!(machine.waits());
    }
    let effects = step(&mut machine, Event::Failed(Failure::Line));
    waits_then(&mut machine, &effects);
    assert!(to < BYTES);
    for (offset, bytes) in [(BYTES + 1, None), (0, Some(BYTES + 1)), (u64::MAX, None)] {
        let mut machine = machine.clone();
        step(&mut machine, Event::Found { offset, bytes });
        assert!(machine.waits(), "{offset} {bytes:?}");
    }
}

#[test]
fn a_plain_server_cannot_claim_to_have_what_was_never_sent() {
    let mut machine = plain();
    step(&mut machine, Event::Start);
    step(&mut machine, created(BYTES));
    assert!(machine.waits());
    assert_eq!(machine.job().upload, None);
}

#[test]
fn a_server_that_lost_bytes_gets_them_again() {
    let mut machine = putting(province());
    let Turn::Putting { to, .. } = machine.turn else {
        panic!("no piece is on its way");
    };
    step(&mut machine, Event::Stored { offset: to });
    let effects = step(&mut machine, Event::Failed(Failure::Conflict));
    waits_then(&mut machine, &effects);
    let effects = step(
        &mut machine,
        Event::Found {
            offset: 7,
            bytes: None,
        },
    );
    assert!(matches!(
        effects.as_slice(),
        [Effect::Save, Effect::Put { offset: 7, .. }]
    ));
}

#[test]
fn a_package_too_large_is_refused_with_the_limit() {
    let mut machine = province();
    step(&mut machine, Event::Start);
    step(&mut machine, Event::Unknown);
    let failure = Failure::TooLarge {
        bytes_max: Some(10),
    };
    step(&mut machine, Event::Failed(failure));
    let State::Refused { reasons } = &machine.job().state else {
        panic!("{:?}", machine.job().state);
    };
    assert_eq!(reasons[0].code, "too-large");
}

#[test]
fn a_proxy_that_takes_only_small_requests_gets_smaller_pieces() {
    let mut machine = putting(province());
    let before = machine.pace.piece_bytes();
    let failure = Failure::TooLarge { bytes_max: None };
    step(&mut machine, Event::Failed(failure));
    assert!(machine.pace.piece_bytes() < before);
    assert!(machine.waits());
}

#[test]
fn a_paused_job_goes_on_with_head() {
    let mut machine = putting(province());
    assert_eq!(
        step(&mut machine, Event::Pause),
        [Effect::Save, Effect::Done]
    );
    let mut again = Machine::new(machine.into_job());
    let effects = step(&mut again, Event::Start);
    assert!(matches!(effects.as_slice(), [Effect::Find { .. }]));
}

#[test]
fn an_answer_nobody_asked_for_changes_nothing() {
    let mut machine = province();
    let before = machine.job().clone();
    assert_eq!(machine.step(Event::Unknown, 0, 0), Err(OutOfTurn));
    assert_eq!(*machine.job(), before);
}

#[test]
fn a_server_that_asks_for_time_gets_it() {
    let mut machine = putting(province());
    let busy = Failure::Busy {
        status: 503,
        retry_after_ms: Some(90_000),
    };
    let effects = step(&mut machine, Event::Failed(busy));
    assert_eq!(effects[1], Effect::Wait { until_ms: 91_500 });
}

fn failures() -> impl Strategy<Value = Failure> {
    prop_oneof![
        any::<u16>().prop_map(|status| {
            let status = 300 + status % 300;
            crate::reply::failure(&crate::reply::Answer {
                status,
                ..Default::default()
            })
        }),
        proptest::sample::select(vec![
            Failure::Line,
            Failure::Stalled,
            Failure::Certificate,
            Failure::Gone,
            Failure::Lie(Lie::NotTus),
        ]),
    ]
}

/// Anything a server or a line may do, fitting or not.
fn events() -> impl Strategy<Value = Event> {
    let offsets = || prop_oneof![0..=BYTES, any::<u64>()];
    prop_oneof![
        3 => failures().prop_map(Event::Failed),
        3 => offsets().prop_map(|offset| Event::Stored { offset }),
        2 => (offsets(), proptest::option::of(offsets()))
            .prop_map(|(offset, bytes)| Event::Found { offset, bytes }),
        2 => (offsets(), any::<bool>()).prop_map(|(offset, none)| Event::Created {
            address: "http://tinh.example/u".into(),
            offset: if none { 0 } else { offset },
        }),
        2 => proptest::strategy::Just(Event::Unknown),
        1 => proptest::strategy::Just(Event::Pending { retry_after_ms: Some(5) }),
        1 => proptest::strategy::Just(Event::Rejected(ReceiptFault::BadSignature)),
        1 => proptest::strategy::Just(Event::Refused(vec![])),
        1 => proptest::strategy::Just(Event::Altered),
        2 => proptest::strategy::Just(Event::Weighed),
        1 => proptest::strategy::Just(Event::Pause),
        2 => proptest::strategy::Just(Event::Start),
        4 => proptest::strategy::Just(Event::TimeUp),
    ]
}

proptest! {
    #[test]
    fn whatever_happens_the_rules_hold(
        script in proptest::collection::vec((events(), any::<u32>()), 1..200),
        receipts: bool,
    ) {
        let mut machine = if receipts { province() } else { plain() };
        let mut saved: Option<Job> = None;
        let mut gone = true;
        let mut unknown = false;
        let mut now_ms = 1_000;
        for (event, dice) in script {
            now_ms += 10;
            gone |= matches!(event, Event::Failed(Failure::Gone) | Event::Altered);
            if let (Event::Found { offset, .. } | Event::Stored { offset }, false) = (&event, receipts) {
                gone |= *offset > machine.job().reach;
            }
            let Ok(effects) = machine.step(event.clone(), now_ms, dice) else { continue };
            unknown = match event {
                Event::Unknown | Event::Refused(_) | Event::Altered => true,
                Event::Created { .. } => false,
                _ => unknown,
            };
            for effect in effects {
                match effect {
                    Effect::Save => saved = Some(machine.job().clone()),
                    Effect::Put { address, offset, bytes } => {
                        let saved = saved.as_ref().unwrap();
                        assert_eq!(saved.upload.as_ref(), Some(&address));
                        assert!(saved.reach >= offset + bytes);
                        assert!(bytes > 0 && bytes <= PIECE_MAX_BYTES);
                        assert!(offset + bytes <= BYTES);
                        gone = false;
                    }
                    Effect::Create { .. } => {
                        assert_eq!(machine.job().upload.as_ref(), None);
                        assert!(gone, "an upload was left behind");
                        assert!(unknown || !receipts, "the province was not asked");
                    }
                    Effect::Ask => assert!(receipts),
                    Effect::Wait { until_ms } => {
                        assert!(until_ms >= now_ms && until_ms <= now_ms + WAIT_MAX_MS.max(5));
                    }
                    Effect::Weigh => assert!(machine.job().altered > 0),
                    Effect::Find { .. } | Effect::Done => {}
                }
            }
            assert!(!matches!(machine.job().state, State::Receipted(_)));
            // Without an upload of ours the province may hold what another desk has sent.
            let ours = machine.job().upload.is_some();
            assert!(!ours || machine.job().offset() <= machine.job().reach);
        }
    }

    #[test]
    fn against_an_honest_server_on_a_bad_line_all_arrives_exactly_once(
        script in proptest::collection::vec(any::<(u8, u32)>(), 50..300),
    ) {
        let mut server = Model::default();
        let mut store = job("http://tinh.example");
        let mut machine = Machine::new(store.clone());
        let mut now_ms = 0;
        let mut effects = machine.step(Event::Start, now_ms, 0).unwrap();
        let calm = (0..200).map(|_| (254u8, 0u32));
        for (fault, dice) in script.into_iter().chain(calm) {
            let mut event = None;
            for effect in effects.drain(..) {
                match effect {
                    Effect::Save => store = machine.job().clone(),
                    Effect::Wait { until_ms } => { now_ms = until_ms; event = Some(Event::TimeUp); }
                    Effect::Done => {}
                    effect => event = Some(server.answer(&effect, fault)),
                }
            }
            let Some(answer) = event else { break };
            if fault < 20 {
                // The program is killed: only what was stored is left.
                machine = Machine::new(store.clone());
                effects = machine.step(Event::Start, now_ms, dice).unwrap();
            } else {
                effects = machine.step(answer, now_ms, dice).unwrap();
            }
        }
        assert!(matches!(machine.job().state, State::Receipted(_)), "{:?}", machine.job());
        assert_eq!(server.copies, 1);
    }
}

/// An honest province in a few lines: uploads by number, and the digests it holds.
#[derive(Default)]
struct Model {
    uploads: Vec<Option<u64>>,
    copies: u32,
}

impl Model {
    /// Does what is asked. `fault` decides whether it is cut, whether the answer is lost, and
    /// whether the upload expires.
    fn answer(&mut self, effect: &Effect, fault: u8) -> Event {
        let lost = fault.is_multiple_of(4);
        let event = match effect {
            Effect::Ask if self.copies > 0 => Event::Accepted(proof(&parcel())),
            Effect::Ask => Event::Unknown,
            Effect::Create { .. } => {
                self.uploads.push(Some(0));
                Event::Created {
                    address: (self.uploads.len() - 1).to_string(),
                    offset: 0,
                }
            }
            Effect::Find { address } => match self.at(address) {
                Some(offset) => Event::Found {
                    offset: *offset,
                    bytes: Some(BYTES),
                },
                None => Event::Failed(Failure::Gone),
            },
            Effect::Put {
                address,
                offset,
                bytes,
            } => {
                if fault == 21 {
                    let index: usize = address.parse().unwrap();
                    self.uploads[index] = None;
                }
                let cut = if fault.is_multiple_of(3) {
                    bytes / 3
                } else {
                    *bytes
                };
                match self.at(address) {
                    None => Event::Failed(Failure::Gone),
                    Some(at) if *at != *offset => Event::Failed(Failure::Conflict),
                    Some(at) => {
                        *at += cut;
                        let offset = *at;
                        if offset == BYTES {
                            self.copies = 1;
                        }
                        if cut < *bytes {
                            Event::Failed(Failure::Line)
                        } else {
                            Event::Stored { offset }
                        }
                    }
                }
            }
            Effect::Weigh => Event::Weighed,
            Effect::Save | Effect::Wait { .. } | Effect::Done => Event::TimeUp,
        };
        if lost {
            Event::Failed(Failure::Stalled)
        } else {
            event
        }
    }

    fn at(&mut self, address: &str) -> Option<&mut u64> {
        let index: usize = address.parse().unwrap();
        self.uploads[index].as_mut()
    }
}
