//! Every job file ever shipped still opens.

use super::*;
use crate::Lie;
use crate::proof::tests::{proof, receipt};

fn job(state: State) -> Job {
    let parcel = Parcel {
        digest: Digest::of(b"package"),
        bytes: 100,
        name: "bản tin.tar".into(),
    };
    Job {
        state,
        priority: Priority::Emergency,
        upload: Some("http://tinh.example/v1/uploads/1".into()),
        reach: 80,
        attempts: 3,
        ..Job::new(
            parcel,
            Destination::parse("http://tinh.example").unwrap(),
            7,
        )
    }
}

fn states() -> Vec<State> {
    let waiting = |reason| State::Waiting {
        reason,
        until_ms: Some(9),
        offset: 40,
    };
    let mut states = vec![
        State::Queued,
        State::Sealed,
        State::Sending { offset: 64 },
        State::Sent,
        State::Receipted(proof(&job(State::Queued).parcel)),
        State::Refused {
            reasons: vec![Reason {
                code: "loudness".into(),
                path: "data/a.wav".into(),
                detail: "−9 LUFS".into(),
            }],
        },
        waiting(WaitReason::Paused),
    ];
    let failures = [
        Failure::Line,
        Failure::Stalled,
        Failure::Certificate,
        Failure::Conflict,
        Failure::Locked,
        Failure::Damaged,
        Failure::Altered,
        Failure::Changed,
        Failure::Gone,
        Failure::NotAllowed { status: 403 },
        Failure::TooLarge { bytes_max: None },
        Failure::Version,
        Failure::Redirected { status: 302 },
        Failure::Busy {
            status: 503,
            retry_after_ms: None,
        },
        Failure::Status { status: 418 },
        Failure::Source("gone".into()),
    ];
    let lies = Lie::ALL.into_iter().map(Failure::Lie);
    states.extend(
        failures
            .into_iter()
            .chain(lies)
            .map(|failure| waiting(WaitReason::Failure(failure))),
    );
    states.extend(
        ReceiptFault::ALL
            .into_iter()
            .map(|fault| waiting(WaitReason::ReceiptRejected(fault))),
    );
    states
}

#[test]
fn every_state_survives_its_file() {
    for state in states() {
        let job = job(state);
        assert_eq!(read(&write(&job).unwrap()).unwrap(), job);
        let job = Job { altered: 2, ..job };
        assert_eq!(read(&write(&job).unwrap()).unwrap(), job);
    }
}

#[test]
fn the_file_of_version_1_opens() {
    let text = include_bytes!("../../fixtures/job-v1.json");
    let expected = job(State::Sending { offset: 64 });
    assert_eq!(read(text).unwrap(), expected);
    assert_eq!(write(&expected).unwrap(), text);
}

#[test]
fn a_file_of_a_later_version_or_with_impossible_offsets_is_refused() {
    let text = String::from_utf8(write(&job(State::Sending { offset: 64 })).unwrap()).unwrap();
    let later = text.replace("\"version\": 1", "\"version\": 2");
    assert!(read(later.as_bytes()).is_err());
    let beyond = text.replace("\"offset\": 64", "\"offset\": 101");
    assert!(read(beyond.as_bytes()).is_err());
    assert!(read(b"{").is_err());
}

#[test]
fn a_receipt_for_another_package_does_not_open_as_delivered() {
    let mut other = job(State::Queued).parcel;
    other.digest = Digest::of(b"other");
    let foreign = job(State::Receipted(proof(&other)));
    assert!(read(&write(&foreign).unwrap()).is_err());
    assert_eq!(
        receipt(&other, package::Verdict::Accepted).digest,
        other.digest
    );
}
