//! One Chromium with an empty profile: a screen, what it is asked for, what it shows.

use std::path::PathBuf;
use std::str::FromStr;
use std::time::{Duration, Instant};

use base64::Engine as _;
use fantoccini::elements::Element;
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use reqwest::Url;
use serde_json::{Value, json};

use crate::driver::Driver;
use crate::support::Visitor;

/// The size of the window in CSS pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Screen {
    pub width: u32,
    pub height: u32,
    pub touch: bool,
}

/// The phone that the pages are drawn for.
pub const PHONE: Screen = Screen { width: 390, height: 844, touch: true };
/// The narrowest phone.
pub const NARROW: Screen = Screen { width: 320, height: 640, touch: true };
/// A clerk's screen.
pub const WINDOW: Screen = Screen { width: 1366, height: 768, touch: false };

/// What kind of browser is wanted.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    pub screen: Screen,
    /// Whether pages may run script.
    pub script: bool,
    /// The device asks for dark pages.
    pub dark: bool,
    /// The text size that its owner chose, in px; 16 is what browsers come with.
    pub text_px: u32,
    /// Has a camera that shows a made-up picture, and lets pages use it.
    pub camera: bool,
    /// Keeps cookies.
    pub cookies: bool,
}

impl Wanted {
    pub fn on(screen: Screen) -> Wanted {
        Wanted { screen, script: true, dark: false, text_px: 16, camera: false, cookies: true }
    }
}

/// A page that follows what happens behind it does so within this.
const FOLLOWS_WITHIN: Duration = Duration::from_secs(30);

/// What Chromium says of a command that the loading of a page cut short.
const BY_NAVIGATION: &str = "aborted by navigation";

/// A running browser, for one visitor.
pub struct Browser {
    pub client: Client,
    pub wanted: Wanted,
    base: String,
}

impl Browser {
    /// Opens one; pages are asked for below `base`.
    pub async fn open(driver: &Driver, base: &str, wanted: Wanted) -> Browser {
        let capabilities = capabilities(&wanted);
        let mut builder = ClientBuilder::new(HttpConnector::new());
        let client = builder.capabilities(capabilities).connect(&driver.url()).await.expect("Chromium starts");
        let browser = Browser { client, wanted, base: base.to_owned() };
        browser.resize(wanted.screen.height).await;
        if wanted.dark {
            let dark = json!({ "features": [{ "name": "prefers-color-scheme", "value": "dark" }] });
            browser.devtools("Emulation.setEmulatedMedia", dark).await;
        }
        browser
    }

    /// Ends the browser.
    pub async fn close(self) {
        self.client.close().await.expect("Chromium ends");
    }

    /// Opens a page by its path.
    pub async fn go(&self, path: &str) {
        self.client.goto(&format!("{}{path}", self.base)).await.expect("the page opens");
    }

    /// The path, with its query, of the page that is open.
    pub async fn path(&self) -> String {
        let url = self.client.current_url().await.expect("an address");
        url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()))
    }

    /// Takes over the cookies of a visitor, who is signed in.
    pub async fn adopt(&self, visitor: &Visitor) {
        let cookies = visitor.cookies.lock().expect("lock").clone();
        for (name, value) in cookies {
            self.devtools("Network.setCookie", json!({ "name": name, "value": value, "url": self.base })).await;
        }
    }

    /// What it calls itself.
    pub async fn agent(&self) -> String {
        let told = self.devtools("Browser.getVersion", json!({})).await;
        told["userAgent"].as_str().expect("a name").to_owned()
    }

    /// The value of a cookie it holds.
    pub async fn cookie(&self, name: &str) -> String {
        self.client.get_named_cookie(name).await.expect("the cookie").value().to_owned()
    }

    /// Asks for a language and for 长辈版 as the links of the pages do.
    pub async fn look(&self, lang: &str, elder: bool) {
        self.go(&format!("/look?lang={lang}&elder={}&to=/login", u8::from(elder))).await;
    }

    /// The first element of a CSS selector, which must be there.
    pub async fn find(&self, css: &str) -> Element {
        match self.client.find(Locator::Css(css)).await {
            Ok(element) => element,
            Err(why) => panic!("{css} on {}: {why}", self.path().await),
        }
    }

    /// Whether the page has one.
    pub async fn has(&self, css: &str) -> bool {
        !self.client.find_all(Locator::Css(css)).await.expect("a selector").is_empty()
    }

    /// Taps the first element of a selector, which leads to another page.
    pub async fn tap(&self, css: &str) {
        let element = self.find(css).await;
        self.press(&element, css).await;
    }

    /// Taps the first link or button that says exactly this, and leads to another page.
    pub async fn tap_words(&self, words: &str) {
        let path =
            format!("//*[self::a or self::button][normalize-space(translate(., '\u{a0}\u{2060}', ' '))='{words}']");
        match self.client.find(Locator::XPath(&path)).await {
            Ok(element) => self.press(&element, words).await,
            Err(why) => panic!("nothing says «{words}» on {}: {why}", self.path().await),
        }
    }

    /// Scrolls it to the middle of the screen, as one does before tapping, taps it and waits
    /// for the page that it leads to.
    pub async fn press(&self, element: &Element, what: &str) {
        let place = serde_json::to_value(element).expect("a reference");
        self.run("arguments[0].scrollIntoView({ block: 'center', behavior: 'instant' })", vec![place]).await;
        if let Err(why) = element.click().await {
            panic!("tapping {what} on {}: {why}", self.path().await);
        }
        self.left(element).await;
    }

    /// Waits until the page of this element is gone and the next one is there: every tap here leads on, and neither a
    /// tap nor a key waits for it.
    pub async fn left(&self, element: &Element) {
        let begun = Instant::now();
        loop {
            let gone = element.tag_name().await.is_err();
            if gone && self.run("return document.readyState", vec![]).await == "complete" && self.has("main").await {
                return;
            }
            assert!(begun.elapsed() < Duration::from_secs(10), "the next page does not come");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// The field of that name, as soon as the cursor waits in it.
    pub async fn waits_in(&self, name: &str) -> Element {
        let begun = Instant::now();
        loop {
            let element = self.client.active_element().await.expect("a focus");
            if element.attr("name").await.expect("a name").as_deref() == Some(name) {
                return element;
            }
            assert!(begun.elapsed() < Duration::from_secs(5), "the cursor does not wait in {name}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Types into the field of that name.
    pub async fn fill(&self, name: &str, text: &str) {
        self.find(&format!("[name='{name}']")).await.send_keys(text).await.expect("typing");
    }

    /// The words of the page's main part.
    pub async fn words(&self) -> String {
        // What only joins is not seen.
        self.find("main").await.text().await.expect("text").replace('\u{2060}', "")
    }

    /// Asserts that the page says something.
    pub async fn says(&self, words: &str) {
        let text = self.words().await;
        assert!(text.contains(words), "«{words}» is not on {}:\n{text}", self.path().await);
    }

    /// Waits, touching nothing, until the page says something: it follows by itself.
    pub async fn until_says(&self, words: &str) {
        let begun = Instant::now();
        loop {
            // A page that is just being replaced has no words.
            let script = "return document.querySelector('main')?.innerText ?? ''";
            let text = self.client.execute(script, vec![]).await.unwrap_or_default();
            let text = text.as_str().unwrap_or_default().replace('\u{a0}', " ").replace('\u{2060}', "");
            if text.contains(words) {
                return;
            }
            assert!(begun.elapsed() < FOLLOWS_WITHIN, "«{words}» does not come on {}:\n{text}", self.path().await);
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Runs a script in the page and gives what it returns.
    pub async fn run(&self, script: &str, arguments: Vec<Value>) -> Value {
        self.client.execute(script, arguments).await.expect("the script runs")
    }

    /// What the console said since the last time: blocked content, failed loads, exceptions.
    pub async fn console(&self) -> Vec<String> {
        let lines = self.extension("se/log", json!({ "type": "browser" })).await;
        let lines = lines.as_array().cloned().unwrap_or_default();
        lines.iter().filter_map(|line| line["message"].as_str()).map(str::to_owned).collect()
    }

    /// Draws the whole page, not only what the screen holds, into `target/screens/NAME.png`.
    pub async fn shot(&self, name: &str) {
        if !drawn() {
            return;
        }
        let height = self.run("return document.documentElement.scrollHeight", vec![]).await.as_u64().unwrap_or(0);
        let height = u32::try_from(height).unwrap_or(0).clamp(self.wanted.screen.height, 6000);
        self.resize(height).await;
        self.screen(name).await;
        self.resize(self.wanted.screen.height).await;
    }

    /// Draws what the screen shows.
    pub async fn screen(&self, name: &str) {
        if !drawn() {
            return;
        }
        let answer = self.devtools("Page.captureScreenshot", json!({ "format": "png" })).await;
        let text = answer["data"].as_str().expect("a picture");
        let picture = base64::engine::general_purpose::STANDARD.decode(text).expect("base64");
        let folder = screens();
        std::fs::create_dir_all(&folder).expect("the folder of screenshots");
        std::fs::write(folder.join(format!("{name}.png")), picture).expect("the picture is written");
    }

    /// One command of Chromium's own protocol.
    pub async fn devtools(&self, command: &str, parameters: Value) -> Value {
        self.extension("goog/cdp/execute", json!({ "cmd": command, "params": parameters })).await
    }

    async fn resize(&self, height: u32) {
        let Screen { width, touch, .. } = self.wanted.screen;
        let scale: f64 = std::env::var("RENSHE_SCREEN_SCALE").ok().and_then(|scale| scale.parse().ok()).unwrap_or(1.0);
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": scale, "mobile": touch });
        self.devtools("Emulation.setDeviceMetricsOverride", metrics).await;
    }

    /// A page that follows what happens behind it may load itself anew meanwhile; the command is then given again.
    async fn extension(&self, path: &'static str, body: Value) -> Value {
        let begun = Instant::now();
        loop {
            match self.client.issue_cmd(Extension { path, body: body.to_string() }).await {
                Ok(answer) => return answer,
                Err(why) => {
                    let reloading = why.to_string().contains(BY_NAVIGATION);
                    assert!(reloading && begun.elapsed() < FOLLOWS_WITHIN, "{path} {body}: {why}");
                }
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

/// Whether pictures are made: on a machine that is thrown away nobody looks at them.
fn drawn() -> bool {
    std::env::var("CI").as_deref() != Ok("true")
}

/// Where screenshots go.
fn screens() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/screens"))
}

fn capabilities(wanted: &Wanted) -> serde_json::Map<String, Value> {
    let mut prefs = json!({ "intl.accept_languages": "zh-CN", "webkit.webprefs.default_font_size": wanted.text_px });
    if !wanted.script {
        prefs["profile.managed_default_content_settings.javascript"] = json!(2);
    }
    if !wanted.cookies {
        prefs["profile.default_content_setting_values.cookies"] = json!(2);
    }
    let mut arguments = vec![
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--hide-scrollbars",
    ];
    if wanted.camera {
        arguments.extend(["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]);
    }
    let mut chrome = json!({ "args": arguments, "prefs": prefs });
    if let Ok(program) = std::env::var("RENSHE_CHROMIUM") {
        chrome["binary"] = json!(program);
    }
    let all = json!({
        "browserName": "chrome",
        "goog:chromeOptions": chrome,
        "goog:loggingPrefs": { "browser": "ALL" },
        "pageLoadStrategy": "normal",
    });
    all.as_object().cloned().unwrap_or_default()
}

/// A command that only Chromium's driver knows.
#[derive(Debug)]
struct Extension {
    path: &'static str,
    body: String,
}

impl WebDriverCompatibleCommand for Extension {
    fn endpoint(&self, base_url: &Url, session_id: Option<&str>) -> Result<Url, <Url as FromStr>::Err> {
        base_url.join(&format!("session/{}/{}", session_id.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(self.body.clone()))
    }
}
