//! What every page must keep in every look: sizes of text and targets, line height, width, the
//! language of its words, axe-core's rules, and the content security policy.

use std::sync::OnceLock;

use serde_json::{Value, json};

use crate::browser::Browser;

/// What a look promises (the design's figures; 长辈版 asks for more).
#[derive(Debug, Clone, Copy)]
pub struct Promise {
    /// The smallest text, in px.
    pub text_px: f64,
    /// The smallest width and height of what is tapped, in px.
    pub target_px: f64,
    /// The page is in English: Chinese names and data are marked as Chinese.
    pub english: bool,
    /// Whether axe-core's rules are run.
    pub rules: bool,
}

impl Promise {
    pub const STANDARD: Promise = Promise { text_px: 12.0, target_px: 44.0, english: false, rules: true };
    pub const ELDER: Promise = Promise { text_px: 18.0, target_px: 60.0, english: false, rules: true };

    /// The same, in English.
    pub fn in_english(self) -> Promise {
        Promise { english: true, ..self }
    }
}

/// Sentences about what is wrong, one a line, gathered over many pages.
#[derive(Default)]
pub struct Findings(Vec<String>);

impl Findings {
    /// Looks at the page that is open.
    pub async fn look(&mut self, browser: &Browser, page: &str, promise: Promise) {
        // Read first: what axe does to a page is not the page's doing.
        for line in browser.console().await {
            // An error page is answered with its status; the browser says so, and that is right.
            let right = line.contains("/nowhere ") && line.contains("status of 404")
                // So is a form that comes back with errors.
                || line.contains("status of 422")
                // The cursor is where it should be already.
                || line.contains("Autofocus processing was blocked");
            if !right {
                self.0.push(format!("{page}: console: {line}"));
            }
        }
        let arguments = vec![
            json!(promise.text_px),
            json!(promise.target_px),
            json!(promise.english),
            json!(browser.wanted.text_px > 16),
        ];
        let found = browser.run(include_str!("measure.js"), arguments).await;
        for (kind, lines) in found.as_object().expect("an object") {
            self.add(page, kind, lines);
        }
        let lang = browser.run("return document.documentElement.lang", vec![]).await;
        let expected = if promise.english { "en" } else { "zh-CN" };
        if lang != expected {
            self.0.push(format!("{page}: the page's lang is {lang}"));
        }
        if promise.rules {
            self.add(page, "axe", &axe(browser).await);
        }
    }

    fn add(&mut self, page: &str, kind: &str, lines: &Value) {
        for line in lines.as_array().into_iter().flatten() {
            self.0.push(format!("{page}: {kind}: {}", line.as_str().unwrap_or_default()));
        }
    }

    /// Asserts that nothing was found.
    #[track_caller]
    pub fn none(&self) {
        assert!(self.0.is_empty(), "{} findings\n{}", self.0.len(), self.0.join("\n"));
    }
}

/// Runs all of axe-core's rules; one sentence a violation and element.
async fn axe(browser: &Browser) -> Value {
    const RUN: &str = "
        const done = arguments[arguments.length - 1];
        axe.run(document, { resultTypes: ['violations'] }).then(
            (all) => done(all.violations.flatMap((rule) => rule.nodes.map((node) =>
                `${rule.id} (${rule.impact}) ${node.target.join(' ')}: ${(node.any[0] || node.all[0] || node.none[0] || {}).message}`))),
            (why) => done([`axe failed: ${why}`]));";
    let script = format!("{};{RUN}", axe_source());
    for _ in 0..3 {
        // A page that waits for something may be drawn anew under the rules' hands.
        if let Ok(found) = browser.client.execute_async(&script, vec![]).await {
            return found;
        }
    }
    browser.client.execute_async(&script, vec![]).await.expect("axe runs")
}

/// axe-core itself: `cargo xtask test` puts it where `RENSHE_AXE` says.
fn axe_source() -> &'static str {
    static SOURCE: OnceLock<String> = OnceLock::new();
    SOURCE.get_or_init(|| {
        let place = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/axe/node_modules/axe-core/axe.min.js");
        let path = std::env::var("RENSHE_AXE").unwrap_or_else(|_| place.to_owned());
        std::fs::read_to_string(&path)
            .unwrap_or_else(|why| panic!("{path}: {why}; run: cargo xtask test --only browser"))
    })
}
