//! The machine's loudspeakers.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};

use audio::Seekable;
use audio::ports::{Device, DeviceError, DeviceId, Playback, Playing};
use cpal::traits::{DeviceTrait, StreamTrait};
use cpal::{FromSample, SampleFormat, SizedSample, StreamConfig};
use rtrb::RingBuffer;
use units::SAMPLE_RATE_HZ;

use crate::config;
use crate::microphones::OPEN_TIMEOUT;
use crate::player::{Gate, Player, RING_SECONDS, Reader, Shared, Stretch};
use crate::realtime::{OutputState, PlayCallback};
use crate::system::{self, Direction, Running, Trouble};

/// The machine's loudspeakers, through its sound system.
#[derive(Clone, Copy, Debug, Default)]
pub struct Loudspeakers;

impl Playback for Loudspeakers {
    fn outputs(&self) -> Result<Vec<Device>, DeviceError> {
        system::devices(Direction::Output)
    }

    fn open(
        &self,
        device: Option<&DeviceId>,
        sound: Box<dyn Seekable>,
    ) -> Result<Box<dyn Playing>, DeviceError> {
        let device = system::find(device, Direction::Output)?;
        let (config, format) = config::output(&device)?;
        let channels = usize::from(config.channels);
        let player = player(sound, config.sample_rate, channels, |callback, shared| {
            let stream = open(&device, config, format, callback, shared)?;
            Ok(Some(Box::new(DeviceGate(Running::new(stream)))))
        })?;
        Ok(Box::new(player))
    }
}

struct DeviceGate(Running);

impl Gate for DeviceGate {
    fn run(&self, running: bool) -> Result<(), DeviceError> {
        let Some(stream) = self.0.stream() else {
            return Ok(()); // cannot be: only dropping takes it
        };
        let done = if running {
            stream.play()
        } else {
            stream.pause()
        };
        match done {
            // A device that cannot hold goes on; the callback gives it silence.
            Err(error) if error.kind() == cpal::ErrorKind::UnsupportedOperation => Ok(()),
            other => other.map_err(system::error),
        }
    }
}

/// Connects sound, ring, reader and device.
pub fn player(
    sound: Box<dyn Seekable>,
    rate_hz: u32,
    channels: usize,
    open: impl FnOnce(PlayCallback, Arc<Shared>) -> Result<Option<Box<dyn Gate>>, DeviceError>,
) -> Result<Player, DeviceError> {
    if sound.rate_hz() != SAMPLE_RATE_HZ || !(1..=2).contains(&sound.channels()) {
        return Err(DeviceError::Unsupported(format!(
            "a sound of {} channels at {} Hz",
            sound.channels(),
            sound.rate_hz()
        )));
    }
    let (producer, consumer) = RingBuffer::new(RING_SECONDS * rate_hz as usize * 2);
    let shared = Arc::new(Shared {
        output: Arc::new(OutputState::default()),
        rate_hz,
        stretch: Mutex::new(Stretch::default()),
        sought: Mutex::new(None),
        failed: Mutex::new(None),
        closed: AtomicBool::new(false),
    });
    let callback = PlayCallback::new(consumer, Arc::clone(&shared.output), channels);
    let reader = Reader::new(sound, producer, Arc::clone(&shared))?;
    let gate = open(callback, Arc::clone(&shared))?;
    let (ask, asked) = channel();
    let thread = std::thread::Builder::new()
        .name("read ahead".into())
        .spawn(move || reader.run(&asked))?;
    Ok(Player {
        shared,
        ask: Mutex::new(ask),
        reader: Some(thread),
        gate,
    })
}

fn open(
    device: &cpal::Device,
    config: StreamConfig,
    format: SampleFormat,
    callback: PlayCallback,
    shared: Arc<Shared>,
) -> Result<cpal::Stream, DeviceError> {
    let build = match format {
        SampleFormat::F32 => build::<f32>,
        SampleFormat::F64 => build::<f64>,
        SampleFormat::I8 => build::<i8>,
        SampleFormat::I16 => build::<i16>,
        SampleFormat::I24 => build::<cpal::I24>,
        SampleFormat::I32 => build::<i32>,
        SampleFormat::U8 => build::<u8>,
        SampleFormat::U16 => build::<u16>,
        other => return Err(DeviceError::Unsupported(format!("samples of form {other}"))),
    };
    build(device, config, callback, shared).map_err(system::error)
}

fn build<T: SizedSample + FromSample<f32> + 'static>(
    device: &cpal::Device,
    config: StreamConfig,
    mut callback: PlayCallback,
    shared: Arc<Shared>,
) -> Result<cpal::Stream, cpal::Error> {
    device.build_output_stream(
        config,
        move |out: &mut [T], _| callback.call(out),
        move |error| match system::trouble(error) {
            Trouble::Lost => {
                shared.output.xruns.fetch_add(1, Ordering::Relaxed);
            }
            Trouble::Nothing => {}
            Trouble::Over(error) => shared.fail(error),
        },
        Some(OPEN_TIMEOUT),
    )
}
