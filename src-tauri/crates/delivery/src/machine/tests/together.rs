//! Others at the same package: a second desk at the same upload, somebody who announced its digest for
//! other bytes, and bytes that changed on the way.

use proptest::prelude::{any, proptest};

use super::*;

/// A machine whose bytes have all been acknowledged by a province.
fn all_sent() -> Machine {
    let mut machine = putting(province());
    while let Turn::Putting { to, .. } = machine.turn {
        step(&mut machine, Event::Stored { offset: to });
    }
    assert_eq!(machine.turn, Turn::Asking);
    machine
}

fn refusal() -> Event {
    Event::Refused(vec![Reason {
        code: "digest-mismatch".into(),
        path: String::new(),
        detail: String::new(),
    }])
}

/// From all sent, through word that something else arrived, to the next creation.
fn arrives_altered(machine: &mut Machine) -> Vec<Effect> {
    while let Turn::Putting { to, .. } = machine.turn {
        step(machine, Event::Stored { offset: to });
    }
    let effects = step(machine, Event::Altered);
    assert_eq!(waits_then(machine, &effects), [Effect::Ask]);
    step(machine, Event::Unknown)
}

#[test]
fn a_refusal_of_what_came_earlier_does_not_stop_what_is_sent_now() {
    for older in [refusal(), Event::Altered] {
        let mut machine = province();
        step(&mut machine, Event::Start);
        assert_eq!(
            step(&mut machine, older),
            [Effect::Save, Effect::Create { alone: false }]
        );
    }
}

#[test]
fn a_refusal_of_all_that_was_sent_ends_the_job_until_somebody_sends_it_again() {
    let mut machine = all_sent();
    assert_eq!(step(&mut machine, refusal()), [Effect::Save, Effect::Done]);
    assert!(matches!(machine.job().state, State::Refused { .. }));
    let mut again = Machine::new(machine.into_job().again());
    assert_eq!(step(&mut again, Event::Start), [Effect::Ask]);
    assert_eq!(
        step(&mut again, refusal()),
        [Effect::Save, Effect::Create { alone: false }]
    );
}

#[test]
fn what_arrived_altered_is_sent_again_by_itself_after_our_copy_was_read_again() {
    let mut machine = all_sent();
    assert_eq!(arrives_altered(&mut machine), [Effect::Save, Effect::Weigh]);
    assert_eq!(
        step(&mut machine, Event::Weighed),
        [Effect::Create { alone: true }]
    );
    step(&mut machine, created(0));
    while let Turn::Putting { to, .. } = machine.turn {
        step(&mut machine, Event::Stored { offset: to });
    }
    step(&mut machine, Event::Accepted(proof(&parcel())));
    assert!(matches!(machine.job().state, State::Receipted(_)));
}

#[test]
fn a_copy_of_ours_that_has_changed_is_not_sent_and_that_is_said() {
    let mut machine = all_sent();
    arrives_altered(&mut machine);
    let effects = step(&mut machine, Event::Failed(Failure::Changed));
    assert!(machine.job().waits_for(&Failure::Changed));
    // It is looked at again: somebody may have put the right file back.
    assert_eq!(waits_then(&mut machine, &effects), [Effect::Ask]);
    assert_eq!(
        step(&mut machine, Event::Unknown),
        [Effect::Save, Effect::Weigh]
    );
}

#[test]
fn what_arrives_altered_three_times_waits_for_a_person_who_may_try_again() {
    let mut machine = all_sent();
    for _ in 1..ALTERED_MAX {
        arrives_altered(&mut machine);
        step(&mut machine, Event::Weighed);
        step(&mut machine, created(0));
    }
    assert_eq!(arrives_altered(&mut machine), [Effect::Save, Effect::Done]);
    assert!(machine.job().waits_for(&Failure::Altered));
    assert!(!machine.job().is_settled());
    let mut again = Machine::new(machine.into_job().again());
    assert_eq!(step(&mut again, Event::Start), [Effect::Ask]);
    assert_eq!(
        step(&mut again, Event::Unknown),
        [Effect::Save, Effect::Create { alone: false }]
    );
}

#[test]
fn a_server_that_has_more_than_we_sent_is_asked_for_the_receipt_and_then_sent_the_rest() {
    let mut machine = putting(province());
    let effects = step(&mut machine, Event::Failed(Failure::Locked));
    waits_then(&mut machine, &effects);
    let found = || Event::Found {
        offset: BYTES - 7,
        bytes: Some(BYTES),
    };
    assert_eq!(step(&mut machine, found()), [Effect::Save, Effect::Ask]);
    let mut held = machine.clone();
    step(&mut held, Event::Accepted(proof(&parcel())));
    assert!(matches!(held.job().state, State::Receipted(_)));

    let effects = step(&mut machine, Event::Unknown);
    assert!(matches!(effects.as_slice(), [Effect::Find { .. }]));
    let effects = step(&mut machine, found());
    let [
        Effect::Save,
        Effect::Put {
            offset, bytes: 7, ..
        },
    ] = effects.as_slice()
    else {
        panic!("{effects:?}");
    };
    assert_eq!(*offset, BYTES - 7);
}

#[test]
fn a_piece_that_ends_where_another_sender_is_by_now_is_no_lie_at_a_province() {
    let mut machine = putting(province());
    let Turn::Putting { to, .. } = machine.turn else {
        panic!("no piece is on its way");
    };
    let stored = Event::Stored { offset: to + 1 };
    assert_eq!(step(&mut machine, stored), [Effect::Save, Effect::Ask]);
}

#[test]
fn at_a_plain_server_nobody_vouches_for_foreign_bytes_so_an_upload_of_our_own_is_begun() {
    let mut machine = putting(plain());
    let Turn::Putting { to, .. } = machine.turn else {
        panic!("no piece is on its way");
    };
    let effects = step(&mut machine, Event::Failed(Failure::Line));
    waits_then(&mut machine, &effects);
    let found = Event::Found {
        offset: to + 1,
        bytes: None,
    };
    let effects = step(&mut machine, found);
    assert_eq!(
        waits_then(&mut machine, &effects),
        [Effect::Save, Effect::Create { alone: false }]
    );
}

#[test]
fn what_somebody_else_sent_is_being_judged_while_ours_is_on_its_way_and_ours_goes_on() {
    let mut machine = putting(province());
    let effects = step(&mut machine, Event::Failed(Failure::Line));
    waits_then(&mut machine, &effects);
    let found = Event::Found {
        offset: BYTES - 7,
        bytes: None,
    };
    step(&mut machine, found);
    let pending = Event::Pending {
        retry_after_ms: None,
    };
    let effects = step(&mut machine, pending);
    assert_eq!(machine.job().offset(), BYTES - 7);
    assert_eq!(waits_then(&mut machine, &effects), [Effect::Ask]);
    let effects = step(&mut machine, refusal());
    assert!(matches!(effects.as_slice(), [Effect::Find { .. }]));
}

/// A province that joins senders of one package, and a line that may alter what passes.
#[derive(Default)]
struct Shared {
    uploads: Vec<Option<Part>>,
    copies: u32,
}

#[derive(Clone, Copy, Default)]
struct Part {
    at: u64,
    altered: bool,
    alone: bool,
}

impl Shared {
    fn answer(&mut self, effect: &Effect, fault: u8) -> Event {
        let event = self.honest(effect, fault);
        match fault.is_multiple_of(4) {
            true => Event::Failed(Failure::Stalled),
            false => event,
        }
    }

    fn honest(&mut self, effect: &Effect, fault: u8) -> Event {
        match effect {
            Effect::Ask if self.copies > 0 => Event::Accepted(proof(&parcel())),
            Effect::Ask => Event::Unknown,
            Effect::Weigh => Event::Weighed,
            Effect::Create { alone } => self.create(*alone),
            Effect::Find { address } => match self.part(address) {
                Some(part) => Event::Found {
                    offset: part.at,
                    bytes: Some(BYTES),
                },
                None => Event::Failed(Failure::Gone),
            },
            Effect::Put {
                address,
                offset,
                bytes,
            } => self.put(address, *offset, *bytes, fault),
            Effect::Save | Effect::Wait { .. } | Effect::Done => Event::TimeUp,
        }
    }

    fn create(&mut self, alone: bool) -> Event {
        let joined = |part: &Option<Part>| part.is_some_and(|part| !part.alone && part.at < BYTES);
        let known = self.uploads.iter().position(joined).filter(|_| !alone);
        let number = known.unwrap_or_else(|| {
            self.uploads.push(Some(Part {
                alone,
                ..Part::default()
            }));
            self.uploads.len() - 1
        });
        Event::Created {
            address: number.to_string(),
            offset: self.uploads[number].unwrap().at,
        }
    }

    fn put(&mut self, address: &str, offset: u64, bytes: u64, fault: u8) -> Event {
        let Some(part) = self.part(address) else {
            return Event::Failed(Failure::Gone);
        };
        if part.at != offset {
            return Event::Failed(Failure::Conflict);
        }
        let took = match fault.is_multiple_of(3) {
            true => bytes / 3,
            false => bytes,
        };
        part.at += took;
        part.altered |= fault == 22;
        let at = part.at;
        if at == BYTES {
            self.judge(address);
        }
        match took == bytes {
            true => Event::Stored { offset: at },
            false => Event::Failed(Failure::Line),
        }
    }

    /// What was altered is forgotten, with a refusal that nobody who asks for our digest hears.
    fn judge(&mut self, address: &str) {
        let part = &mut self.uploads[address.parse::<usize>().unwrap()];
        match part.is_some_and(|part| part.altered) {
            true => *part = None,
            false => self.copies = 1,
        }
    }

    fn part(&mut self, address: &str) -> Option<&mut Part> {
        self.uploads[address.parse::<usize>().unwrap()].as_mut()
    }
}

struct Desk {
    store: Job,
    machine: Machine,
    effects: Vec<Effect>,
    now_ms: u64,
}

impl Desk {
    fn new() -> Self {
        let store = job("http://tinh.example");
        let mut machine = Machine::new(store.clone());
        Self {
            effects: machine.step(Event::Start, 0, 0).unwrap(),
            store,
            machine,
            now_ms: 0,
        }
    }

    /// One exchange with the province.
    fn go_on(&mut self, server: &mut Shared, fault: u8, dice: u32) {
        let mut event = None;
        for effect in self.effects.drain(..) {
            match effect {
                Effect::Save => self.store = self.machine.job().clone(),
                Effect::Wait { until_ms } => {
                    self.now_ms = until_ms;
                    event = Some(Event::TimeUp);
                }
                Effect::Done => {}
                effect => event = Some(server.answer(&effect, fault)),
            }
        }
        let Some(event) = event else { return };
        if fault < 20 {
            self.machine = Machine::new(self.store.clone());
            self.effects = self.machine.step(Event::Start, self.now_ms, dice).unwrap();
        } else {
            self.effects = self.machine.step(event, self.now_ms, dice).unwrap();
        }
    }
}

proptest! {
    #[test]
    fn two_desks_with_one_package_both_end_with_its_receipt(
        script in proptest::collection::vec(any::<(bool, u8, u32)>(), 50..300),
    ) {
        let mut server = Shared::default();
        let mut desks = [Desk::new(), Desk::new()];
        let calm = (0..400).map(|number| (number % 2 == 0, 254u8, 0u32));
        let mut altered = 0;
        for (first, fault, dice) in script.into_iter().chain(calm) {
            // More alterations than are forgiven are another test.
            let fault = if fault == 22 && altered > 0 { 23 } else { fault };
            altered += u32::from(fault == 22);
            desks[usize::from(first)].go_on(&mut server, fault, dice);
        }
        for desk in &desks {
            assert!(matches!(desk.machine.job().state, State::Receipted(_)), "{:?}", desk.machine.job());
        }
        assert_eq!(server.copies, 1);
    }
}
