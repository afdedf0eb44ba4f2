//! Every pair of colours that carries words keeps a contrast of 4.5:1, in both modes.

use crate::assets;
use std::collections::HashMap;

/// (words, what they stand on)
const PAIRS: &[(&str, &str)] = &[
    ("ink", "paper"),
    ("ink", "ground"),
    ("ink", "blue-wash"),
    ("soft", "paper"),
    ("soft", "ground"),
    ("soft", "line"),
    ("soft", "blue-wash"),
    ("blue", "paper"),
    ("blue", "ground"),
    ("blue", "blue-wash"),
    ("blue-ink", "blue-wash"),
    ("on-blue", "blue"),
    ("due", "paper"),
    ("due", "due-wash"),
    ("done", "paper"),
    ("done", "done-wash"),
    ("danger", "paper"),
    ("danger", "ground"),
    ("danger", "danger-wash"),
    ("on-tone", "due"),
    ("on-tone", "done"),
    ("on-tone", "danger"),
    ("on-tone", "blue"),
];

#[test]
fn words_stand_out_in_both_modes() {
    let css = assets::source("app.css").unwrap();
    let (light, rest) = css.split_once("@media (prefers-color-scheme: dark)").unwrap();
    let dark = rest.split("\n}\n").next().unwrap();
    let mut weak = Vec::new();
    for (mode, css) in [("light", light), ("dark", dark)] {
        let tokens = tokens(css);
        for (words, ground) in PAIRS {
            let found = contrast(tokens[*words], tokens[*ground]);
            if found < 4.5 {
                weak.push(format!("{mode}: {words} on {ground} is {found:.2}"));
            }
        }
        // White words run over the whole of the card.
        let card = css.lines().find(|line| line.contains("--card")).unwrap();
        for stop in card.split('#').skip(1) {
            let found = contrast([255, 255, 255], rgb(stop));
            if found < 4.5 {
                weak.push(format!("{mode}: white on #{} is {found:.2}", &stop[..6]));
            }
        }
        let edge = contrast(tokens["edge"], tokens["paper"]);
        if edge < 3.0 {
            weak.push(format!("{mode}: edge on paper is {edge:.2}"));
        }
    }
    assert!(weak.is_empty(), "{}", weak.join("\n"));
}

fn tokens(css: &str) -> HashMap<&str, [u8; 3]> {
    css.lines()
        .filter_map(|line| {
            let (name, value) = line.trim().strip_prefix("--")?.split_once(':')?;
            Some((name, rgb(value.trim().strip_prefix('#')?)))
        })
        .collect()
}

fn rgb(text: &str) -> [u8; 3] {
    let hex: Vec<u32> = text.chars().map_while(|digit| digit.to_digit(16)).collect();
    let full: Vec<u32> = match hex.len() {
        3 => hex.iter().flat_map(|digit| [*digit, *digit]).collect(),
        _ => hex,
    };
    std::array::from_fn(|at| (full[2 * at] * 16 + full[2 * at + 1]) as u8)
}

fn contrast(a: [u8; 3], b: [u8; 3]) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

fn luminance(colour: [u8; 3]) -> f64 {
    let linear = colour.map(|part| {
        let part = f64::from(part) / 255.0;
        if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    });
    0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
}
