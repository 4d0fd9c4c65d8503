//! Sound systems, by `cpal`: which there are, which devices they have, and what their errors mean.
//!
//! Systems are chosen here explicitly, never by cpal's default, which changes with its features.

use std::sync::mpsc::channel;
use std::time::Duration;

use audio::ports::{Device, DeviceError, DeviceId};
use cpal::traits::{DeviceTrait, HostTrait};
use cpal::{ErrorKind, HostId};

/// Whether microphones or loudspeakers are meant.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    Input,
    Output,
}

/// In the order of trust. PulseAudio's protocol is what PipeWire speaks too; the bare ALSA devices
/// are for machines that run neither.
#[cfg(target_os = "linux")]
const SYSTEMS: &[HostId] = &[HostId::PulseAudio, HostId::Alsa];
#[cfg(target_os = "windows")]
const SYSTEMS: &[HostId] = &[HostId::Wasapi];
#[cfg(target_os = "macos")]
const SYSTEMS: &[HostId] = &[HostId::CoreAudio];
#[cfg(not(any(target_os = "linux", target_os = "windows", target_os = "macos")))]
const SYSTEMS: &[HostId] = &[];

/// The first system that answers and has devices, with these.
fn first_with_devices(
    direction: Direction,
) -> Result<(cpal::Host, Vec<cpal::Device>), DeviceError> {
    let mut answer = None;
    let mut reasons = Vec::new();
    for &system in SYSTEMS {
        match cpal::host_from_id(system).and_then(|host| Ok((list(&host, direction)?, host))) {
            Ok((devices, host)) if !devices.is_empty() => return Ok((host, devices)),
            Ok((devices, host)) => answer = answer.or(Some((host, devices))),
            Err(error) => reasons.push(format!("{}: {error}", system.name())),
        }
    }
    answer.ok_or_else(|| DeviceError::NoSystem(reasons.join("; ")))
}

fn list(host: &cpal::Host, direction: Direction) -> Result<Vec<cpal::Device>, cpal::Error> {
    Ok(match direction {
        Direction::Input => host.input_devices()?.collect(),
        Direction::Output => host.output_devices()?.collect(),
    })
}

fn default_of(host: &cpal::Host, direction: Direction) -> Option<cpal::Device> {
    match direction {
        Direction::Input => host.default_input_device(),
        Direction::Output => host.default_output_device(),
    }
}

/// Devices of the first system that has any; monitors of loudspeakers come after true microphones.
pub fn devices(direction: Direction) -> Result<Vec<Device>, DeviceError> {
    let (host, found) = first_with_devices(direction)?;
    let default = default_of(&host, direction).and_then(|device| device.id().ok());
    let mut devices: Vec<Device> = found
        .iter()
        .filter_map(|device| {
            // A device that cannot even name itself cannot be chosen either.
            let id = device.id().ok()?;
            Some(Device {
                name: name(device),
                system: id.host().name().into(),
                is_default: default.as_ref() == Some(&id),
                id: DeviceId(id.to_string()),
            })
        })
        .collect();
    devices.sort_by_key(|device| device.id.0.ends_with(".monitor"));
    Ok(devices)
}

fn name(device: &cpal::Device) -> String {
    device.description().map_or_else(
        |_| device.to_string(),
        |description| description.name().to_owned(),
    )
}

/// The device meant: by its id, by its id without the system, by its name for people, or the default.
pub fn find(wanted: Option<&DeviceId>, direction: Direction) -> Result<cpal::Device, DeviceError> {
    let Some(DeviceId(wanted)) = wanted else {
        let (host, mut devices) = first_with_devices(direction)?;
        return default_of(&host, direction)
            .or_else(|| (!devices.is_empty()).then(|| devices.swap_remove(0)))
            .ok_or_else(|| DeviceError::Gone("no device is connected".into()));
    };
    if let Ok(id) = wanted.parse::<cpal::DeviceId>()
        && SYSTEMS.contains(&id.host())
    {
        let host = cpal::host_from_id(id.host()).map_err(error)?;
        return host
            .device_by_id(&id)
            .ok_or_else(|| DeviceError::Gone(wanted.clone()));
    }
    let (_, devices) = first_with_devices(direction)?;
    devices
        .into_iter()
        .find(|device| name(device) == *wanted || device.id().is_ok_and(|id| id.id() == wanted))
        .ok_or_else(|| DeviceError::Gone(wanted.clone()))
}

/// What an error of a sound system means for whoever uses it.
pub fn error(error: cpal::Error) -> DeviceError {
    let text = error.to_string();
    match error.kind() {
        ErrorKind::DeviceNotAvailable | ErrorKind::StreamInvalidated | ErrorKind::DeviceChanged => {
            DeviceError::Gone(text)
        }
        ErrorKind::DeviceBusy => DeviceError::Busy(text),
        ErrorKind::PermissionDenied => DeviceError::PermissionDenied(text),
        ErrorKind::HostUnavailable => DeviceError::NoSystem(text),
        ErrorKind::UnsupportedConfig
        | ErrorKind::UnsupportedOperation
        | ErrorKind::InvalidInput => DeviceError::Unsupported(text),
        _ => DeviceError::Failed(text),
    }
}

/// How long closing a device may take before it is left to itself.
const CLOSE_MAX: Duration = Duration::from_secs(2);

/// A running stream that lets go of its device when dropped, and of whoever drops it in any case: cpal
/// waits for threads of its own, and where a PulseAudio sink vanished one of them never ends.
pub struct Running(Option<cpal::Stream>);

impl Running {
    pub fn new(stream: cpal::Stream) -> Self {
        Self(Some(stream))
    }

    /// The stream, until it is dropped.
    pub fn stream(&self) -> Option<&cpal::Stream> {
        self.0.as_ref()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let (closed, waiting) = channel::<()>();
        let stream = self.0.take();
        let closing = std::thread::Builder::new().name("close device".into());
        let begun = closing.spawn(move || {
            drop(stream);
            drop(closed);
        });
        if begun.is_ok() {
            // Ends either way: closed means that the sender is gone.
            waiting.recv_timeout(CLOSE_MAX).unwrap_or_default();
        }
    }
}

/// What became of a running stream.
pub enum Trouble {
    /// Sound was lost; the stream goes on.
    Lost,
    /// Nothing that is heard.
    Nothing,
    /// The stream is over.
    Over(DeviceError),
}

/// What an error told by a running stream means for it.
pub fn trouble(told: cpal::Error) -> Trouble {
    match told.kind() {
        ErrorKind::Xrun => Trouble::Lost,
        // Rerouted by the system, or without its promised priority: the stream goes on.
        ErrorKind::DeviceChanged | ErrorKind::RealtimeDenied => Trouble::Nothing,
        _ => Trouble::Over(error(told)),
    }
}
