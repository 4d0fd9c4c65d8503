//! `peaks IN OUT.dat`: the waveform of a sound file as audiowaveform data, finest level.

mod support;

use std::io::BufWriter;

use audio::{Error, Peaks};
use support::{ScratchFile, at_rest};
use units::Watch;

fn main() -> Result<(), Error> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [source, result] = &arguments[..] else {
        return Err(Error::UnsupportedTarget("without IN and OUT".into()));
    };
    let peaks = Peaks::of(at_rest(source)?, Watch::NONE)?;
    peaks.write_audiowaveform_dat(0, &mut BufWriter::new(ScratchFile::create(result)?))
}
