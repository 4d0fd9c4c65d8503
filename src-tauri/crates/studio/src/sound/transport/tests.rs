//! What playback tells.

use audio::ports::NullPlayback;

use super::{Deck, of};
use crate::events::Events;
use crate::sound::metered::tests::Tone;
use crate::wire::{Event, Heard, Meter};

const LENGTH: i64 = 480_000;

fn tone(from: u64) -> (Box<Tone>, i64) {
    let tone = Tone {
        channels: 2,
        from,
        length: LENGTH as u64,
        next: 0,
    };
    (Box::new(tone), LENGTH)
}

fn play(deck: &Deck, playback: &NullPlayback, events: &Events, tone_from: u64, from: i64) {
    let heard = Heard::Sound { digest: "x".into() };
    let (sound, length) = tone(tone_from);
    deck.play(playback, None, heard, (sound, length), from, events)
        .unwrap();
}

fn shown(deck: &Deck) -> Meter {
    of(deck.lock().as_ref().unwrap()).1
}

fn reads(lufs: Option<f64>, expected: f64) -> bool {
    lufs.is_some_and(|lufs| (lufs - expected).abs() <= 0.1)
}

#[test]
fn a_tone_of_minus_23_dbfs_is_told_as_minus_23_lufs_while_it_plays() {
    let (deck, playback, events) = (Deck::default(), NullPlayback::new(), Events::default());
    let mut told = events.listen();
    play(&deck, &playback, &events, 0, 0);
    playback.pump(3 * 48_000);
    let mut position = 0;
    let meter = loop {
        match told.blocking_recv().unwrap() {
            Event::Transport(transport) => position = transport.position,
            Event::Meter(meter) if position == 3 * 48_000 => break meter,
            _ => {}
        }
    };
    assert!(reads(meter.momentary_lufs, -23.0), "{meter:?}");
    assert!(reads(meter.short_term_lufs, -23.0), "{meter:?}");
    assert!(reads(meter.integrated_lufs, -23.0), "{meter:?}");
    assert!(reads(meter.peak_dbfs, -23.0), "{meter:?}");
    deck.pause().unwrap();
}

#[test]
fn each_play_and_each_seek_measures_anew() {
    let (deck, playback, events) = (Deck::default(), NullPlayback::new(), Events::default());
    play(&deck, &playback, &events, 0, 0);
    playback.pump(96_000);
    assert!(reads(shown(&deck).integrated_lufs, -23.0));
    deck.seek(240_000).unwrap();
    assert_eq!(shown(&deck).integrated_lufs, None, "nothing of it is heard");
    playback.pump(9_600);
    let meter = shown(&deck);
    assert!(meter.momentary_lufs.is_some_and(|lufs| lufs < -25.0));
    assert_eq!(meter.integrated_lufs, None, "no 400 ms yet");
    playback.pump(48_000);
    assert!(reads(shown(&deck).integrated_lufs, -23.0));
    deck.pause().unwrap();
    play(&deck, &playback, &events, 300_000, 200_000);
    playback.pump(48_000);
    assert_eq!(shown(&deck).integrated_lufs, None, "silence since play");
    deck.pause().unwrap();
}

#[test]
fn an_edit_while_it_plays_is_measured_from_where_it_is_heard() {
    let (deck, playback, events) = (Deck::default(), NullPlayback::new(), Events::default());
    play(&deck, &playback, &events, 300_000, 0);
    playback.pump(48_000);
    let (sound, length) = tone(0);
    deck.replace(&Heard::Sound { digest: "x".into() }, sound, length);
    playback.pump(24_000);
    assert!(reads(shown(&deck).momentary_lufs, -23.0));
    deck.pause().unwrap();
}
