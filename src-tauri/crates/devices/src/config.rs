//! In which form a device is opened: 48 kHz where it can, its own form where it cannot.

use audio::ports::{DeviceError, RECORD_CHANNELS_MAX};
use cpal::traits::DeviceTrait;
use cpal::{BufferSize, SampleFormat, StreamConfig, SupportedBufferSize, SupportedStreamConfig};
use units::SAMPLE_RATE_HZ;

use crate::system::error;

/// What a microphone gives at a time. Sound servers left to themselves give up to 2 s, of which a
/// kill would take all; far smaller buffers lose sound on a loaded machine without a word.
const INPUT_MS: u32 = 200;
/// What a loudspeaker takes at a time: how long a pause is still heard.
const OUTPUT_MS: u32 = 80;

/// The form in which `device` is recorded.
pub fn input(device: &cpal::Device) -> Result<(StreamConfig, SampleFormat), DeviceError> {
    let own = device.default_input_config().map_err(error)?;
    Ok((stream_config(&own, INPUT_MS), own.sample_format()))
}

/// How many channels of a device are kept.
pub fn kept_channels(config: &StreamConfig) -> usize {
    usize::from(config.channels).clamp(1, RECORD_CHANNELS_MAX)
}

/// The form in which `device` plays: stereo floats at 48 kHz where it takes them.
pub fn output(device: &cpal::Device) -> Result<(StreamConfig, SampleFormat), DeviceError> {
    let own = device.default_output_config().map_err(error)?;
    let best = device
        .supported_output_configs()
        .ok()
        .and_then(|mut ranges| {
            ranges.find_map(|range| {
                let fits = range.channels() == 2 && range.sample_format() == SampleFormat::F32;
                fits.then(|| range.try_with_sample_rate(SAMPLE_RATE_HZ))?
            })
        });
    let chosen = best.unwrap_or(own);
    Ok((stream_config(&chosen, OUTPUT_MS), chosen.sample_format()))
}

fn stream_config(supported: &SupportedStreamConfig, buffer_ms: u32) -> StreamConfig {
    let rate_hz = supported.sample_rate();
    let wanted = (u64::from(rate_hz) * u64::from(buffer_ms) / 1_000) as u32; // below the rate
    StreamConfig {
        channels: supported.channels(),
        sample_rate: rate_hz,
        buffer_size: match *supported.buffer_size() {
            SupportedBufferSize::Range { min, max } if min <= max => {
                BufferSize::Fixed(wanted.clamp(min, max))
            }
            _ => BufferSize::Default,
        },
    }
}
