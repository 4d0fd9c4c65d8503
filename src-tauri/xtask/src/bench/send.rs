//! Sending a gibibyte over loopback to the official tus server, by wall time.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Bench, Cost, RUNS, cost};
use crate::shell::{Outcome, command, output, run};
use crate::ui;

/// Ours against the official client.
pub fn send(bench: &Bench) -> Outcome {
    ui::install("tests/e2e/tus")?;
    let package = bench.made("gib.bin", |place| {
        run(command("sh").args([
            "-c",
            &format!("head -c 1G /dev/urandom > {}", place.display()),
        ]))
    })?;
    let folder = upload_folder(bench);
    fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    let mut server = command("node")
        .args(["tests/e2e/tus/server.mjs"])
        .arg(&folder)
        // It ends with whoever holds its input.
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .map_err(|error| error.to_string())?;
    let result = address(&mut server).and_then(|url| send_by_all(bench, &package, &url, &folder));
    server
        .kill()
        .and_then(|()| server.wait())
        .map_err(|error| error.to_string())?;
    fs::remove_dir_all(&folder).map_err(|error| error.to_string())?;
    result
}

/// Where the server keeps what arrives: in memory where that can be, for its disk is not what is
/// measured.
fn upload_folder(bench: &Bench) -> PathBuf {
    let memory = Path::new("/dev/shm");
    match memory.is_dir() {
        true => memory.join(format!("loa-bench-tus-{}", std::process::id())),
        false => bench.place("tus"),
    }
}

fn address(server: &mut std::process::Child) -> Result<String, String> {
    use std::io::BufRead as _;

    let out = server.stdout.take().ok_or("no output")?;
    let mut line = String::new();
    std::io::BufReader::new(out)
        .read_line(&mut line)
        .map_err(|error| error.to_string())?;
    let port = line.trim().strip_prefix("listening ");
    port.map(|port| format!("http://127.0.0.1:{port}/files"))
        .ok_or_else(|| format!("the tus server said {line:?}"))
}

/// Ours, the official client, and curl with one bare request, which shows what the server lets anybody
/// reach.
fn send_by_all(bench: &Bench, package: &Path, url: &str, folder: &Path) -> Outcome {
    let mut costs = [Vec::new(), Vec::new(), Vec::new()];
    for nth in 0..RUNS {
        let state = bench.place(&format!("outbox-{nth}-{}", std::process::id()));
        let mut ours = bench.loa(&["send", "--to", url, "--state"]);
        ours.arg(&state).arg(package);
        let mut client = command("node");
        client.arg("tests/e2e/tus/client.mjs").arg(package).arg(url);
        costs[0].push(cost(&ours)?);
        empty(folder)?;
        costs[1].push(cost(&client)?);
        empty(folder)?;
        costs[2].push(cost(&bare(package, url)?)?);
        empty(folder)?;
    }
    let [ours, client, bare] = costs.map(|mut costs| {
        costs.sort_by(|a, b| a.wall_s.total_cmp(&b.wall_s));
        costs[costs.len() / 2]
    });
    let rate = |cost: Cost| 1_024.0 / cost.wall_s;
    for (name, peer) in [("tus-js-client", client), ("bare curl", bare)] {
        println!(
            "{:<34}{:>6.0} MiB/s{:>4.0} MiB/s{:>6.1}×{:>8.0}",
            format!("send 1 GiB : {name} (wall)"),
            rate(ours),
            rate(peer),
            rate(ours) / rate(peer),
            ours.peak_mib,
        );
    }
    Ok(())
}

/// One request that carries the whole file to an upload created for it.
fn bare(package: &Path, url: &str) -> Result<Command, String> {
    const VERSION: &str = "Tus-Resumable: 1.0.0";
    let bytes = fs::metadata(package)
        .map_err(|error| error.to_string())?
        .len();
    let mut create = command("curl");
    create.args(["-s", "-i", "-X", "POST", "-H", VERSION, "-H"]);
    create.arg(format!("Upload-Length: {bytes}")).arg(url);
    let answer = output(&mut create).ok_or("curl created no upload")?;
    let location = answer.lines().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("location")
            .then(|| value.trim().to_owned())
    });
    let mut put = command("curl");
    put.args(["-s", "-f", "-o", "/dev/null", "-X", "PATCH", "-H", VERSION]);
    put.args(["-H", "Upload-Offset: 0", "-H", "Expect:", "-H"]);
    put.arg("Content-Type: application/offset+octet-stream");
    put.arg("-T").arg(package);
    put.arg(location.ok_or("no address for the upload")?);
    Ok(put)
}

fn empty(folder: &Path) -> Outcome {
    fs::remove_dir_all(folder)
        .and_then(|()| fs::create_dir_all(folder))
        .map_err(|error| error.to_string())
}
