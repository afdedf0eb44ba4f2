//! chromedriver: started on a free port by the first story, ended with the last one that runs, and
//! at most two stories at once (a browser each).

use std::env;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex, PoisonError, Weak};
use std::thread;
use std::time::{Duration, Instant};

use testkit::Engine;

use crate::support::TestApp;
use crate::support::free_ports::Ports;

/// Browsers at once: more would only wait for each other on two cores.
const AT_ONCE: usize = 2;

static PLACES: (Mutex<usize>, Condvar) = (Mutex::new(AT_ONCE), Condvar::new());
static RUNNING: Mutex<Weak<Driver>> = Mutex::new(Weak::new());

/// Runs one story with an app of its own and the shared driver.
pub fn story<Told: Future<Output = ()>>(tell: impl Fn(TestApp, Arc<Driver>) -> Told) {
    let _place = Place::take();
    story_that_waits(tell);
}

/// The same for a story that does little but wait until a page's own time is over: it takes nobody's place.
pub fn story_that_waits<Told: Future<Output = ()>>(tell: impl Fn(TestApp, Arc<Driver>) -> Told) {
    let driver = Driver::shared();
    testkit::run(Engine::Sqlite, |app: TestApp| tell(app, Arc::clone(&driver)));
}

/// One of the places for a browser; given back when the story ends, however it ends.
struct Place;

impl Place {
    fn take() -> Place {
        let mut free = PLACES.0.lock().unwrap_or_else(PoisonError::into_inner);
        while *free == 0 {
            free = PLACES.1.wait(free).unwrap_or_else(PoisonError::into_inner);
        }
        *free -= 1;
        Place
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        *PLACES.0.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        PLACES.1.notify_one();
    }
}

/// A running chromedriver.
pub struct Driver {
    process: Mutex<Child>,
    port: u16,
    /// Held while it lives.
    _ports: Ports,
}

impl Driver {
    /// Where it listens.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The driver that runs already, or a new one.
    fn shared() -> Arc<Driver> {
        let mut running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
        running.upgrade().unwrap_or_else(|| {
            let driver = Arc::new(Driver::start());
            *running = Arc::downgrade(&driver);
            driver
        })
    }

    fn start() -> Driver {
        let program = env::var("RENSHE_CHROMEDRIVER").unwrap_or_else(|_| "/usr/bin/chromedriver".to_owned());
        let ports = Ports::take(1).expect("a free port");
        let port = ports.first();
        let process = Command::new(&program)
            .arg(format!("--port={port}"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|why| panic!("{program}: {why}; run: cargo xtask test --only browser"));
        let driver = Driver { process: Mutex::new(process), port, _ports: ports };
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(begun.elapsed() < Duration::from_secs(20), "chromedriver does not listen");
            thread::sleep(Duration::from_millis(20));
        }
        driver
    }

    /// Asks it to end, which ends its browsers as well; a kill would leave those behind.
    fn shut_down(&self) -> std::io::Result<()> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        write!(stream, "GET /shutdown HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")?;
        stream.read_to_end(&mut Vec::new()).map(drop)
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // Best effort: a story that passed must not fail on tidying up.
        drop(self.shut_down());
        let mut process = self.process.lock().unwrap_or_else(PoisonError::into_inner);
        let begun = Instant::now();
        while matches!(process.try_wait(), Ok(None)) {
            if begun.elapsed() > Duration::from_secs(5) {
                drop(process.kill());
                drop(process.wait());
                return;
            }
            thread::sleep(Duration::from_millis(20));
        }
    }
}
