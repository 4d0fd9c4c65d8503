//! The machine's microphones.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use audio::ports::{Capture, Device, DeviceError, FoundTake, RecordRequest, Recording, TakeEnd};
use cpal::traits::{DeviceTrait, StreamTrait};
use cpal::{FromSample, SampleFormat, SizedSample, StreamConfig};

use crate::config;
use crate::realtime::{CaptureCallback, InputHealth};
use crate::recorder::{Shape, Stream, start};
use crate::system::{self, Direction, Running, Trouble};

/// How long a sound system may take to open a device.
pub const OPEN_TIMEOUT: Duration = Duration::from_secs(5);

/// The machine's microphones, through its sound system.
#[derive(Clone, Copy, Debug, Default)]
pub struct Microphones;

impl Capture for Microphones {
    fn inputs(&self) -> Result<Vec<Device>, DeviceError> {
        system::devices(Direction::Input)
    }

    fn record(&self, request: &RecordRequest) -> Result<Box<dyn Recording>, DeviceError> {
        let device = system::find(request.device.as_ref(), Direction::Input)?;
        let (config, format) = config::input(&device)?;
        let shape = Shape {
            rate_hz: config.sample_rate,
            device_channels: usize::from(config.channels),
            kept_channels: config::kept_channels(&config),
        };
        start(shape, request, |callback, health| {
            open(&device, config, format, callback, health)
        })
    }

    fn recover(&self, folder: &Path) -> Result<Vec<FoundTake>, DeviceError> {
        crate::recover(folder)
    }
}

fn open(
    device: &cpal::Device,
    config: StreamConfig,
    format: SampleFormat,
    callback: CaptureCallback,
    health: Arc<InputHealth>,
) -> Result<Stream, DeviceError> {
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
    let stream = build(device, config, callback, health).map_err(system::error)?;
    stream.play().map_err(system::error)?;
    Ok(Box::new(Running::new(stream)))
}

fn build<T: SizedSample + 'static>(
    device: &cpal::Device,
    config: StreamConfig,
    mut callback: CaptureCallback,
    health: Arc<InputHealth>,
) -> Result<cpal::Stream, cpal::Error>
where
    f32: FromSample<T>,
{
    device.build_input_stream(
        config,
        move |samples: &[T], _| callback.call(samples),
        move |error| match system::trouble(error) {
            Trouble::Lost => {
                health.xruns.fetch_add(1, Ordering::Relaxed);
            }
            Trouble::Nothing => {}
            Trouble::Over(DeviceError::Gone(_)) => health.end(TakeEnd::DeviceGone),
            Trouble::Over(error) => health.end(TakeEnd::Failed(error.to_string())),
        },
        Some(OPEN_TIMEOUT),
    )
}
