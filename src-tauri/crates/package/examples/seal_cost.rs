//! What sealing costs: `seal_cost seal FOLDER OUT.tar` seals every file in a folder,
//! `seal_cost verify OUT.tar` verifies it. Times come from outside, as user plus system seconds.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a measuring program has to open files; the crate itself does not"
)]

use std::error::Error;
use std::fs::File;
use std::sync::Arc;

use package::{
    Contents, Delivery, FileRef, Item, Kind, Limits, PayloadFile, PortablePath, Role, SigningKey,
    Trust, seal, verify_tar,
};
use units::{FileBytes, Id, Watch};

fn open(path: &str) -> std::io::Result<FileBytes> {
    FileBytes::new(File::open(path)?)
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .as_slice()
    {
        ["seal", folder, out] => seal_folder(folder, out),
        ["verify", tar] => {
            let report = verify_tar(
                &open(tar)?,
                &Trust::anyone(),
                Limits::default(),
                Watch::NONE,
            )?;
            println!("valid: {}", report.valid);
            Ok(())
        }
        _ => Err("seal FOLDER OUT | verify TAR".into()),
    }
}

fn seal_folder(folder: &str, out: &str) -> Result<(), Box<dyn Error>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        files.push(PayloadFile {
            path: PortablePath::new(&name)?,
            bytes: Arc::new(open(&entry.path().to_string_lossy())?),
        });
    }
    let refs = files
        .iter()
        .map(|file| FileRef::plain(file.path.clone(), "application/octet-stream", Role::Main));
    let contents = Contents {
        package_id: Id::new(1, [1; 10]),
        version: 1,
        created: "2026-09-22T05:00:00Z".parse()?,
        title: "measure".into(),
        language: "vi".into(),
        organisation: "measure".into(),
        items: vec![Item::plain(
            Id::new(2, [2; 10]),
            Kind::Document,
            "measure",
            refs.collect(),
        )],
        delivery: Delivery::default(),
        files,
    };
    let key = SigningKey::generate([1; 32]);
    let sealed = seal(&contents, &key, &mut File::create(out)?, Watch::NONE)?;
    println!("{} {}", sealed.digest, sealed.bytes);
    Ok(())
}
