//! The rules of the machine, against servers and lines that do anything.

use proptest::prelude::{Strategy, any, prop_oneof, proptest};

use super::*;

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
