//! A QR code as inline SVG: one path of whole modules, black on white in dark mode too, with the quiet
//! zone scanners need.

use crate::icons::Markup;
use qrcode::{Color, EcLevel, QrCode};
use std::fmt::Write as _;

/// Modules of white on each side, as the standard asks for.
const QUIET: usize = 4;

/// The code of a text at error correction M; empty for a text that no code can hold. `label` is what a
/// screen reader says.
pub fn svg(text: &str, label: &str) -> String {
    let Ok(code) = QrCode::with_error_correction_level(text.as_bytes(), EcLevel::M) else {
        return String::new();
    };
    draw(&code.to_colors(), code.width(), label)
}

/// The same, for templates.
pub fn markup(text: &str, label: &str) -> Markup<String> {
    Markup(svg(text, label))
}

fn draw(modules: &[Color], width: usize, label: &str) -> String {
    let side = width + 2 * QUIET;
    let mut path = String::new();
    for (y, line) in modules.chunks(width.max(1)).enumerate() {
        let mut x = 0;
        while x < line.len() {
            let run = line[x..].iter().take_while(|module| **module == line[x]).count();
            if line[x] == Color::Dark {
                let _ = write!(path, "M{} {}h{run}v1h-{run}z", x + QUIET, y + QUIET);
            }
            x += run;
        }
    }
    let label = label.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
    format!(
        "<svg class=\"qr\" viewBox=\"0 0 {side} {side}\" shape-rendering=\"crispEdges\" role=\"img\" \
         aria-label=\"{label}\"><path fill=\"#fff\" d=\"M0 0h{side}v{side}H0z\"/><path fill=\"#000\" d=\"{path}\"/></svg>"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_black_on_white_with_its_quiet_zone() {
        // 60 bytes at level M are version 4: 33 modules, and four of white on each side.
        let svg = svg(&"x".repeat(60), "a \"code\"");
        assert!(svg.contains("viewBox=\"0 0 41 41\""), "{svg}");
        assert!(svg.contains("aria-label=\"a &quot;code&quot;\""));
        // The finder pattern's first line: seven dark modules in the corner.
        assert!(svg.contains("fill=\"#000\" d=\"M4 4h7v1h-7z"), "{svg}");
    }

    #[test]
    fn what_no_code_can_hold_draws_nothing() {
        assert_eq!(svg(&"x".repeat(5000), ""), "");
    }
}
