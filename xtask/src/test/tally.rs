//! What passed and what failed, read from the lines that cargo's test harness prints.

use std::fmt::Write;

/// Counts of one part.
#[derive(Default, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Tally {
    /// Tests that passed.
    pub passed: u64,
    /// Tests that failed, and one for a part that failed without saying which.
    pub failed: u64,
}

/// One part's end.
pub struct Outcome {
    /// The part's name.
    pub part: &'static str,
    /// How long cargo built for it, in seconds.
    pub build_secs: f64,
    /// How long it ran, in seconds.
    pub run_secs: f64,
    /// What it counted.
    pub tally: Tally,
}

impl Tally {
    /// A check that is one test in itself.
    pub fn of_check(fine: bool) -> Tally {
        Tally { passed: u64::from(fine), failed: u64::from(!fine) }
    }

    /// Adds what a line says, when it is a `test result:` line.
    pub fn read(&mut self, line: &str) {
        let Some(rest) = line.trim().strip_prefix("test result: ") else { return };
        for piece in rest.split(['.', ';']) {
            match piece.trim().split_once(' ') {
                Some((count, "passed")) => self.passed += count.parse::<u64>().unwrap_or(0),
                Some((count, "failed")) => self.failed += count.parse::<u64>().unwrap_or(0),
                _ => {}
            }
        }
    }

    /// The part's final result: if cargo failed without a failed test (it did not compile, or a test ended the
    /// process), that counts as one failure.
    pub fn close(self, fine: bool) -> Tally {
        if !fine && self.failed == 0 { Tally { failed: 1, ..self } } else { self }
    }
}

/// One line a part with its seconds, their sum, then the closing line.
pub fn report(outcomes: &[Outcome]) -> String {
    let mut text = format!("{:<10} {:<6} {:>9} {:>9}\n", "", "", "build s", "run s");
    for Outcome { part, build_secs, run_secs, tally } in outcomes {
        let word = if tally.failed == 0 { "ok" } else { "FAILED" };
        let (passed, failed) = (tally.passed, tally.failed);
        // Writing to a String cannot fail.
        let _ =
            writeln!(text, "{part:<10} {word:<6} {build_secs:>9.1} {run_secs:>9.1}  {passed} passed, {failed} failed");
    }
    let built: f64 = outcomes.iter().map(|o| o.build_secs).sum();
    let ran: f64 = outcomes.iter().map(|o| o.run_secs).sum();
    let _ = writeln!(text, "{:<10} {:<6} {built:>9.1} {ran:>9.1}", "all", "");
    let passed: u64 = outcomes.iter().map(|o| o.tally.passed).sum();
    let failed: u64 = outcomes.iter().map(|o| o.tally.failed).sum();
    let _ = writeln!(text, "\n{passed} passed, {failed} failed");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn result_lines_are_summed_and_others_passed_over() {
        let mut tally = Tally::default();
        tally.read("test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 3 filtered out; finished in 0.10s\n");
        tally.read("test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.00s");
        tally.read("test books::sqlite ... ok");
        assert_eq!(tally, Tally { passed: 15, failed: 2 });
        assert_eq!(tally.close(false), tally);
    }

    #[test]
    fn a_failure_without_a_count_is_one_failure() {
        assert_eq!(Tally { passed: 4, failed: 0 }.close(false), Tally { passed: 4, failed: 1 });
        assert_eq!(Tally { passed: 4, failed: 0 }.close(true), Tally { passed: 4, failed: 0 });
    }

    #[test]
    fn the_closing_line_stands_alone() {
        let outcomes =
            [Outcome { part: "unit", build_secs: 1.26, run_secs: 2.0, tally: Tally { passed: 7, failed: 1 } }];
        let text = report(&outcomes);
        assert!(text.ends_with("\n7 passed, 1 failed\n"), "{text}");
        assert!(text.contains("FAILED"), "{text}");
    }
}
