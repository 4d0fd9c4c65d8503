//! Programs that stay: `loa serve` and `loa province`, started, asked and killed.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStdout, Command};
use std::time::{Duration, Instant};

use serde_json::{Map, Value};

use crate::programs::loa;

/// An answer that does not come within so long never does.
const PATIENCE: Duration = Duration::from_secs(30);

/// How often a job under way is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// `loa province`, and what it said when it began.
pub struct Province {
    /// The process.
    pub child: Child,
    /// Where packages are sent.
    pub url: String,
    /// The key its receipts are signed with.
    pub public_key: String,
}

impl Province {
    /// Starts it on `place`; at `port`, or at any where that is 0.
    ///
    /// # Panics
    /// Where it does not start.
    #[must_use]
    pub fn start(home: &Path, place: &Path, port: u16) -> Self {
        for _ in 0..200 {
            match Self::by(&mut Self::command(loa(home), place, port)) {
                Ok(started) => return started,
                Err(mut ended) => ended.wait().expect("it ends"),
            };
            // The port of the one just killed is given back a moment later.
            std::thread::sleep(Duration::from_millis(25));
        }
        panic!("the province does not start again at port {port}");
    }

    /// What is to be typed.
    #[must_use]
    pub fn command(mut loa: Command, place: &Path, port: u16) -> Command {
        loa.args(["province", "--json", "--port", &port.to_string(), "--dir"]);
        loa.arg(place);
        loa
    }

    /// Starts it by a command; `Err` with the process where it did not say its address.
    ///
    /// # Errors
    /// As said.
    ///
    /// # Panics
    /// Where there is no such program.
    pub fn by(command: &mut Command) -> Result<Self, Child> {
        let mut child = command.spawn().expect("loa starts");
        let mut text = String::new();
        for line in lines(&mut child).map_while(Result::ok) {
            text.push_str(&line);
            if line == "}" {
                break;
            }
        }
        let Ok(said) = serde_json::from_str::<Value>(&text) else {
            return Err(child);
        };
        let said = |name: &str| said[name].as_str().expect("said").to_owned();
        Ok(Self {
            url: said("url"),
            public_key: said("public_key"),
            child,
        })
    }

    /// The port it listens at.
    ///
    /// # Panics
    /// Where its address has none.
    #[must_use]
    pub fn port(&self) -> u16 {
        let port = self.url.rsplit(':').next().expect("a port");
        port.parse().expect("a number")
    }

    /// Asks it to end, as Ctrl-C does.
    pub fn interrupt(&self) {
        interrupt(&self.child);
    }

    /// Kills it.
    ///
    /// # Panics
    /// Where the system does not let us.
    pub fn kill(&mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it ends");
    }
}

impl Drop for Province {
    fn drop(&mut self) {
        // Also where the test fails; it may have been killed already.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// `loa serve` and where it is reached.
pub struct Served {
    /// The process.
    pub child: Child,
    base: String,
    token: String,
}

impl Served {
    /// Starts it on the store `kho` in `home`.
    ///
    /// # Panics
    /// Where it does not start.
    #[must_use]
    pub fn start(home: &Path, pages: &Path) -> Self {
        let store = home.join("kho");
        Self::by(&mut Self::command(loa(home), &store, pages)).expect("an address with a token")
    }

    /// What is to be typed.
    #[must_use]
    pub fn command(mut loa: Command, store: &Path, pages: &Path) -> Command {
        loa.args(["serve", "--no-sound", "--store"]).arg(store);
        loa.arg("--ui").arg(pages);
        loa
    }

    /// Starts it by a command; `Err` with the process where it did not say its address.
    ///
    /// # Errors
    /// As said.
    ///
    /// # Panics
    /// Where there is no such program.
    pub fn by(command: &mut Command) -> Result<Self, Child> {
        let mut child = command.spawn().expect("loa starts");
        let line = lines(&mut child)
            .next()
            .and_then(Result::ok)
            .unwrap_or_default();
        match line.trim().split_once("/?token=") {
            Some((base, token)) => Ok(Self {
                base: base.to_owned(),
                token: token.to_owned(),
                child,
            }),
            None => Err(child),
        }
    }

    /// One command; what was answered, be it a problem. `None` where the line broke.
    #[must_use]
    pub fn call(&self, name: &str, request: &Value) -> Option<Value> {
        let body = request.to_string();
        let answer = self.post(&format!("/rpc/{name}"), "application/json", body.as_bytes())?;
        serde_json::from_str(&answer).ok()
    }

    /// A command that begins a job: the job at its end, or the problem it was refused with.
    #[must_use]
    pub fn job(&self, name: &str, request: &Value) -> Option<Value> {
        let begin = Instant::now();
        let mut job = self.call(name, request)?;
        while job["state"] == "running" && begin.elapsed() < PATIENCE {
            std::thread::sleep(LOOK_EVERY);
            let jobs = self.call("jobs", &Value::Object(Map::new()))?;
            let own = |it: &&Value| it["id"] == job["id"];
            job = jobs.as_array()?.iter().find(own)?.clone();
        }
        Some(job)
    }

    /// Asks it to end, as Ctrl-C does.
    pub fn interrupt(&self) {
        interrupt(&self.child);
    }

    /// Something that kills it, from any thread.
    pub fn killer(&self) -> impl FnOnce() + Send + 'static {
        let process = self.child.id().to_string();
        move || {
            Command::new("kill").args(["-9", &process]).status().ok();
        }
    }

    /// Ends it as Ctrl-C does.
    ///
    /// # Panics
    /// Where the system does not let us.
    pub fn stop(&mut self) {
        self.interrupt();
        self.child.wait().expect("it ends");
    }

    /// Sends a file, as a browser does.
    #[must_use]
    pub fn offer(&self, name: &str, bytes: &[u8]) -> Option<Value> {
        let path = format!("/offer?name={name}");
        let answer = self.post(&path, "application/octet-stream", bytes)?;
        serde_json::from_str(&answer).ok()
    }

    /// One request over plain HTTP/1.0, so that the answer ends where the connection does.
    fn post(&self, path: &str, kind: &str, body: &[u8]) -> Option<String> {
        let address = self.base.strip_prefix("http://")?;
        let head = format!(
            "POST {path} HTTP/1.0\r\nhost: {address}\r\nx-loa-token: {}\r\n\
             content-type: {kind}\r\ncontent-length: {}\r\n\r\n",
            self.token,
            body.len()
        );
        let mut line = TcpStream::connect(address).ok()?;
        line.set_read_timeout(Some(PATIENCE)).ok()?;
        line.write_all(head.as_bytes()).ok()?;
        line.write_all(body).ok()?;
        let mut answer = String::new();
        line.read_to_string(&mut answer).ok()?;
        let (_, body) = answer.split_once("\r\n\r\n")?;
        Some(body.to_owned())
    }
}

fn interrupt(child: &Child) {
    let process = child.id().to_string();
    // It may have ended already.
    Command::new("kill").args(["-INT", &process]).status().ok();
}

fn lines(child: &mut Child) -> std::io::Lines<BufReader<&mut ChildStdout>> {
    BufReader::new(child.stdout.as_mut().expect("piped")).lines()
}
