//! A headless Chromium for tests of pages: as much of a client for `WebDriver` as they need
//! (W3C, `WebDriver`, <https://www.w3.org/TR/webdriver2/>).
#![cfg(unix)]

use std::{
    env,
    io::{self, BufRead, BufReader, Write},
    os::unix::process::CommandExt,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::Duration,
};

use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use ureq::Agent;

/// How long the browser may take for a page.
const PATIENCE: Duration = Duration::from_mins(1);

/// Starts the driver, waits until stdin ends, and kills the driver and every browser that it has
/// started. Stdin ends with the test, whether that fails, is interrupted or is killed.
const GUARD: &str = r#""$0" --port=0 & exec >/dev/null; read -r _; kill -s KILL 0"#;

/// Where Debian and its relatives put programs, also where PATH does not say so.
const PLACES: [&str; 2] = ["/usr/bin", "/usr/local/bin"];

/// The colours that the user's system asks for.
#[derive(Clone, Copy, Debug)]
pub enum Scheme {
    /// Dark text on a light ground.
    Light,
    /// Light text on a dark ground.
    Dark,
}

/// What pages are shown on.
#[derive(Clone, Copy, Debug)]
pub struct Screen {
    /// Its width, in CSS pixels; what is narrower than 600 is a phone.
    pub width: u32,
    /// Its height, in CSS pixels.
    pub height: u32,
    /// Whether it is light or dark.
    pub scheme: Scheme,
}

/// A headless Chromium; dropping it ends it.
#[derive(Debug)]
pub struct Browser {
    screen: Screen,
    /// The shell that guards the driver.
    guard: Child,
    agent: Agent,
    /// The address of the session.
    session: String,
    /// What the browser writes about itself, and removes with it.
    profile: tempfile::TempDir,
}

impl Browser {
    /// Starts one with such a screen.
    ///
    /// # Errors
    /// A program is missing; the error says which.
    ///
    /// # Panics
    /// The programs are there, and don't start.
    pub fn start(screen: Screen) -> Result<Self, String> {
        let chromium = program(&["chromium", "chromium-browser", "google-chrome"])?;
        let driver = program(&["chromedriver"])?;
        let profile = tempfile::tempdir().expect("a temporary folder can be made");
        let mut guard = Command::new("/bin/sh")
            .args(["-c", GUARD])
            .arg(driver)
            // Whatever it starts is in this group, and nothing else is.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("chromedriver cannot be started: {error}"));
        let port = port(&mut guard);
        let agent = Agent::config_builder()
            .timeout_global(Some(PATIENCE))
            .http_status_as_error(false)
            .build()
            .new_agent();
        let mut browser = Self { screen, guard, agent, session: String::new(), profile };
        let port = port.expect("chromedriver says which port it has taken");
        browser.session = format!("http://127.0.0.1:{port}/session");
        let flags = [
            "--headless=new",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            // Containers often lack what the sandbox needs, and it visits nothing but our pages.
            "--no-sandbox",
            "--disable-dev-shm-usage",
        ];
        let profile = format!("--user-data-dir={}", browser.profile.path().display());
        let flags: Vec<&str> = flags.into_iter().chain([&*profile]).collect();
        let session = browser.post(
            "",
            &json!({"capabilities": {"alwaysMatch": {
                "browserName": "chrome",
                "goog:chromeOptions": {"binary": chromium, "args": flags},
                "goog:loggingPrefs": {"browser": "ALL"},
            }}}),
        );
        let Some(id) = session["sessionId"].as_str() else {
            panic!("chromium cannot be started: {}", session["message"]);
        };
        browser.session = format!("{}/{id}", browser.session);
        browser.emulate();
        Ok(browser)
    }

    /// Shows pages as on a screen of its kind.
    fn emulate(&mut self) {
        let Screen { width, height, scheme } = self.screen;
        let mobile = width < 600;
        self.devtools(
            "Emulation.setDeviceMetricsOverride",
            &json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": mobile}),
        );
        self.prefer(scheme, false);
    }

    /// Shows pages from now on in the way that a user's system asks for.
    pub fn prefer(&mut self, scheme: Scheme, reduced_motion: bool) {
        let scheme = match scheme {
            Scheme::Light => "light",
            Scheme::Dark => "dark",
        };
        let motion = if reduced_motion { "reduce" } else { "no-preference" };
        self.devtools(
            "Emulation.setEmulatedMedia",
            &json!({"features": [
                {"name": "prefers-color-scheme", "value": scheme},
                {"name": "prefers-reduced-motion", "value": motion},
            ]}),
        );
    }

    /// What it shows pages on.
    #[must_use]
    pub const fn screen(&self) -> Screen {
        self.screen
    }

    /// Goes to an address, and returns when the page and all of its parts have come.
    ///
    /// # Panics
    /// There is no such page.
    pub fn visit(&mut self, address: &str) {
        let answer = self.post("/url", &json!({"url": address}));
        assert!(answer.is_null(), "{address} cannot be visited: {answer}");
    }

    /// The result of a script on the page.
    ///
    /// # Panics
    /// The script fails, or its result has another form.
    pub fn evaluate<T: DeserializeOwned>(&mut self, script: &str) -> T {
        let answer = self.post("/execute/sync", &json!({"script": script, "args": []}));
        serde_json::from_value(answer.clone())
            .unwrap_or_else(|error| panic!("the script returns something else: {error}: {answer}"))
    }

    /// What the console has shown since the last call: warnings, errors, and what pages print.
    pub fn messages(&mut self) -> Vec<String> {
        let answer = self.post("/se/log", &json!({"type": "browser"}));
        let entries = answer.as_array().expect("the log is a list");
        entries.iter().map(|entry| format!("{}: {}", entry["level"], entry["message"])).collect()
    }

    /// Shows pages as they are printed, or as on the screen again.
    pub fn print(&mut self, prints: bool) {
        let media = if prints { "print" } else { "" };
        self.devtools("Emulation.setEmulatedMedia", &json!({"media": media}));
    }

    /// Presses and releases a key, by what it is called in scripts, such as `ArrowLeft` or ` `.
    pub fn press(&mut self, key: &str) {
        let (code, number) = match key {
            " " => ("Space", 32),
            "ArrowLeft" => (key, 37),
            "ArrowRight" => (key, 39),
            _ => (key, 0),
        };
        for kind in ["rawKeyDown", "keyUp"] {
            self.devtools(
                "Input.dispatchKeyEvent",
                // A control of the browser's own, such as a slider, goes by the number.
                &json!({"type": kind, "key": key, "code": code, "windowsVirtualKeyCode": number}),
            );
        }
    }

    fn devtools(&mut self, command: &str, parameters: &Value) {
        self.post("/goog/cdp/execute", &json!({"cmd": command, "params": parameters}));
    }

    /// Sends a command, and returns the value of the answer. A failure is a value, too.
    fn post(&mut self, path: &str, body: &Value) -> Value {
        let answer: Result<Value, ureq::Error> = (|| {
            let request = self.agent.post(format!("{}{path}", self.session));
            let mut response = request.content_type("application/json").send(body.to_string())?;
            let text = response.body_mut().read_to_string()?;
            Ok(serde_json::from_str(&text).expect("chromedriver answers in JSON"))
        })();
        let mut answer = answer.unwrap_or_else(|error| panic!("chromedriver is gone: {error}"));
        answer["value"].take()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Chromium ends with its session; if it does not, the guard kills it, as well as the driver.
        // All are on their way out: what fails now is of no interest any more.
        let _ = self.agent.delete(&self.session).call();
        drop(self.guard.stdin.take());
        let _ = self.guard.wait();
    }
}

/// Says that a test could not look at anything. Written to stderr itself, since libtest keeps to
/// itself what a test prints.
pub fn skipped(reason: &str) {
    writeln!(io::stderr(), "skipped: no page was visited, since {reason}")
        .expect("stderr takes a line");
}

/// The first of these programs that there is.
fn program(names: &[&str]) -> Result<PathBuf, String> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = || env::split_paths(&path).chain(PLACES.map(PathBuf::from));
    names
        .iter()
        .find_map(|name| folders().map(|folder| folder.join(name)).find(|path| path.is_file()))
        .ok_or_else(|| format!("there is no {} on this machine", names.join(" or ")))
}

/// The port that the driver says it has taken.
fn port(guard: &mut Child) -> Option<u16> {
    let stdout = guard.stdout.take().expect("stdout is piped, and nobody else has taken it");
    let mut lines = BufReader::new(stdout).lines();
    lines.find_map(|line| {
        let line = line.ok()?;
        let (_, port) = line.split_once("was started successfully on port ")?;
        port.trim_end_matches('.').parse().ok()
    })
}
