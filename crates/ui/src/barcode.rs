//! Code 128 as inline SVG: whole-module bars, so that a phone's screen draws crisp edges, with the quiet
//! zones scanners need.

use crate::icons::Markup;
use barcoders::sym::code128::Code128;

/// Modules of white on each side; the standard asks for ten.
const QUIET: usize = 10;
/// The height in modules: tall enough to be hit from a hand-held scanner.
const HEIGHT: usize = 36;

/// The bars of `digits` (an even number of them) in character set C; empty for anything else.
pub fn code128(digits: &str) -> String {
    let even = !digits.is_empty() && digits.len().is_multiple_of(2);
    if !even || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return String::new();
    }
    let Ok(code) = Code128::new(format!("\u{0106}{digits}")) else {
        return String::new();
    };
    draw(&code.encode(), digits)
}

/// The same, for templates.
pub fn markup(digits: &str) -> Markup<String> {
    Markup(code128(digits))
}

/// Digits in groups of four, as people read them aloud.
pub fn grouped(digits: &str) -> String {
    let mut out = String::with_capacity(digits.len() + digits.len() / 4);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && at % 4 == 0 {
            out.push(' ');
        }
        out.push(digit);
    }
    out
}

fn draw(modules: &[u8], digits: &str) -> String {
    let width = modules.len() + 2 * QUIET;
    // Black on white in dark mode too: scanners read reflected light.
    let mut svg = String::with_capacity(1024);
    svg.push_str(&format!(
        "<svg class=\"bars\" viewBox=\"0 0 {width} {HEIGHT}\" preserveAspectRatio=\"none\" \
         shape-rendering=\"crispEdges\" role=\"img\" aria-label=\"{}\">\
         <path fill=\"#fff\" d=\"M0 0h{width}v{HEIGHT}H0z\"/><path fill=\"#000\" d=\"",
        grouped(digits)
    ));
    let mut at = 0;
    while at < modules.len() {
        let run = modules[at..].iter().take_while(|module| **module == modules[at]).count();
        if modules[at] == 1 {
            bar(&mut svg, at + QUIET, run);
        }
        at += run;
    }
    svg.push_str("\"/></svg>");
    svg
}

/// One bar. Without `write!`: a code has thirty of them, and formatting was a twentieth of its page's time.
fn bar(out: &mut String, from: usize, width: usize) {
    for (mark, n) in [("M", from), (" 0h", width), ("v", HEIGHT), ("h-", width)] {
        out.push_str(mark);
        number(out, n);
    }
    out.push('z');
}

fn number(out: &mut String, n: usize) {
    if n >= 10 {
        number(out, n / 10);
    }
    out.push(b"0123456789"[n % 10].into());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sixteen_digits_make_134_modules() {
        // Start, eight pairs and the check symbol of 11 modules each, and the stop symbol of 13.
        let svg = code128("7305184622904416");
        assert!(svg.contains("viewBox=\"0 0 143 36\""), "{svg}");
        assert!(svg.contains("aria-label=\"7305 1846 2290 4416\""));
        // Start C is 211232: a bar of two, a space of one, a bar of one …
        assert!(svg.contains("d=\"M10 0h2v36h-2zM13 0h1v36"), "{svg}");
    }

    #[test]
    fn anything_but_pairs_of_digits_draws_nothing() {
        for wrong in ["", "123", "12a4", "<svg>", "１２"] {
            assert_eq!(code128(wrong), "", "{wrong}");
        }
    }
}
