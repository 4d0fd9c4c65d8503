//! The rules of the machine, one by one.

use super::*;
use crate::proof::tests::proof;
use crate::{Destination, PIECE_MAX_BYTES, Parcel, WAIT_MAX_MS};
use crate::{Lie, State, WaitReason};
use units::Digest;

mod anything;
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
