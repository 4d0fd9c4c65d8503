//! Cases with two programs: a package on its way, where the sender or the province is struck.

use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use super::case::{Case, Ran, Whole};
use super::fate::Fate;
use super::launch::Launch;
use super::world::World;
use crate::servers::Province;

/// All of them.
pub const CASES: &[Case] = &[
    Case {
        name: "send",
        run: send,
        check: one_copy,
        is_server: false,
        whole: Whole::Same,
    },
    Case {
        name: "province",
        run: receive,
        check: one_copy,
        is_server: true,
        whole: Whole::Same,
    },
];

/// A sender whose province does not answer is left alone for so long.
const PATIENCE: Duration = Duration::from_secs(12);

/// The sender is struck; the province stands.
fn send(world: &World, launch: &Launch) -> Ran {
    let _province = Province::start(world.root(), &world.at("tinh"), port(world));
    let mut sender = sender(world, launch);
    let ended = launch.wait(&mut sender);
    Ran {
        done: ended.code == Some(0),
        ended,
        ..Ran::default()
    }
}

/// The province is struck; the sender stands, and is stopped once nobody is there to hear it.
fn receive(world: &World, launch: &Launch) -> Ran {
    let port = port(world);
    let start = Instant::now();
    let mut command = Province::command(launch.loa(world.root()), &world.at("tinh"), port);
    let mut province = match Province::by(command.stdout(Stdio::piped())) {
        Ok(province) => province,
        Err(mut child) => {
            return Ran {
                ended: launch.wait(&mut child),
                ..Ran::default()
            };
        }
    };
    launch.is_up(&province.child);
    let plain = world.launch_beside(Fate::None);
    let mut sender = sender(world, &plain);
    let mut delivered = false;
    while start.elapsed() < PATIENCE {
        if let Ok(Some(status)) = sender.try_wait() {
            delivered = status.success();
            break;
        }
        let is_time = launch.moment().is_some_and(|it| start.elapsed() >= it);
        if is_time || matches!(province.child.try_wait(), Ok(Some(_))) {
            break;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    // Both may have ended already.
    sender.kill().ok();
    sender.wait().ok();
    if launch.moment().is_none() {
        province.interrupt();
    }
    let ended = launch.wait(&mut province.child);
    Ran {
        done: delivered,
        ended,
        ..Ran::default()
    }
}

fn sender(world: &World, launch: &Launch) -> Child {
    let mut command = launch.loa(world.root());
    command.args(["send", "--json", "--to"]);
    command.arg(format!("http://127.0.0.1:{}", port(world)));
    command.args(["--state", &world.path("gui"), &world.path("goc/goi.tar")]);
    command.spawn().expect("loa starts")
}

/// A port that was free when the world was made; the province of one world keeps it.
fn port(world: &World) -> u16 {
    let mut told = world.told();
    if told.port == 0 {
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        told.port = listener.local_addr().expect("an address").port();
    }
    told.port
}

/// What was delivered lies there once, with one receipt.
fn one_copy(world: &World, ran: &Ran) -> Vec<String> {
    let digest = &world.known.package;
    let files = world.files("tinh");
    let mut wrong = Vec::new();
    for (folder, ending) in [("packages", ".tar"), ("receipts", ".json")] {
        let all = files
            .iter()
            .filter(|name| name.starts_with(folder) && name.ends_with(ending))
            .collect::<Vec<_>>();
        let is_it = all.iter().all(|name| name.contains(digest.as_str()));
        let most = if ran.done { 1..=1 } else { 0..=1 };
        if !most.contains(&all.len()) || !is_it {
            wrong.push(format!("the province holds {all:?} in {folder}"));
        }
    }
    wrong
}
