//! The code on the sound system's threads allocates nothing: an allocator that counts says so.

#![allow(unsafe_code)] // an allocator is unsafe by nature; it only counts and passes on

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use devices::realtime::{CaptureCallback, InputHealth, OutputState, PlayCallback};
use rtrb::RingBuffer;

struct Counting;

thread_local! {
    static CALLS: Cell<u64> = const { Cell::new(0) };
}

fn count() {
    CALLS.with(|calls| calls.set(calls.get() + 1));
}

// SAFETY: every call is passed on to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count();
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn calls_of(work: impl FnOnce()) -> u64 {
    let before = CALLS.with(Cell::get);
    work();
    CALLS.with(Cell::get) - before
}

#[test]
fn the_allocator_counts() {
    assert!(calls_of(|| drop(black_box(vec![1u8; 64]))) >= 2);
}

#[test]
fn capturing_allocates_nothing_even_when_the_ring_is_full() {
    let (producer, mut consumer) = RingBuffer::<f32>::new(48_000);
    let health = Arc::new(InputHealth::default());
    let mut callback = CaptureCallback::new(producer, Arc::clone(&health), 4, 2);
    let floats = vec![0.25f32; 4 * 480];
    let integers = vec![8_192i16; 4 * 480];
    let mut out = vec![0f32; 2 * 480];
    let calls = calls_of(|| {
        for _ in 0..200 {
            callback.call(&floats);
            callback.call(&integers);
            let (popped, _) = consumer.pop_partial_slice(&mut out);
            black_box(popped);
        }
    });
    assert_eq!(calls, 0);
    assert_eq!(health.frames.load(Ordering::Relaxed), 400 * 480);
    assert!(
        health.xruns.load(Ordering::Relaxed) > 0,
        "the ring was filled"
    );
    assert_eq!(out, vec![0.25; 2 * 480], "both forms mean the same level");
}

#[test]
fn playing_allocates_nothing_even_when_the_ring_runs_dry_or_is_thrown_away() {
    let (mut producer, consumer) = RingBuffer::<f32>::new(96_000);
    let state = Arc::new(OutputState::default());
    let mut callback = PlayCallback::new(consumer, Arc::clone(&state), 2);
    state.primed.store(true, Ordering::Release);
    state.playing.store(true, Ordering::Release);
    let sound = vec![0.5f32; 2 * 4_800];
    let (mut floats, mut integers) = (vec![0f32; 2 * 480], vec![0i16; 2 * 480]);
    let mut first = vec![0f32; 2 * 480];
    let calls = calls_of(|| {
        for round in 0..50 {
            let (put, _) = producer.push_partial_slice(&sound);
            black_box(put);
            for _ in 0..6 {
                callback.call(&mut floats);
                callback.call(&mut integers);
            }
            if round == 0 {
                first.copy_from_slice(&floats);
            }
            state
                .stale_until
                .store(state.taken.load(Ordering::Relaxed) + 960, Ordering::Release);
        }
    });
    assert_eq!(calls, 0);
    assert!(state.xruns.load(Ordering::Relaxed) > 0, "the ring ran dry");
    assert_eq!(f32::from_bits(state.peaks[0].load(Ordering::Relaxed)), 0.5);
    assert!(first.iter().all(|sample| *sample == 0.0), "dry is silent");
}
