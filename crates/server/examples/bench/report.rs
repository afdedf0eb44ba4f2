//! The table of figures.
#![expect(clippy::print_stdout, reason = "the benchmark answers on the terminal")]

/// One line: what, our figure, the limit, what was aimed at.
struct Line {
    what: String,
    ours: f64,
    limit: Option<f64>,
    unit: &'static str,
    aim: &'static str,
}

/// All lines of a run.
pub struct Report(Vec<Line>);

impl Report {
    pub fn new() -> Self {
        Self(Vec::new())
    }

    /// A figure and the limit measured beside it.
    pub fn ratio(&mut self, what: &str, ours: f64, limit: f64, unit: &'static str, aim: &'static str) {
        println!("{what}: {ours:.0} {unit}, limit {limit:.0}, ratio {:.2} (aim {aim})", ours / limit.max(1e-9));
        self.0.push(Line { what: what.to_owned(), ours, limit: Some(limit), unit, aim });
    }

    /// A figure that has no limit of the machine's.
    pub fn figure(&mut self, what: &str, ours: f64, unit: &'static str, aim: &'static str) {
        println!("{what}: {ours:.1} {unit} (aim {aim})");
        self.0.push(Line { what: what.to_owned(), ours, limit: None, unit, aim });
    }

    /// The table as docs/performance.md holds it.
    pub fn print(&self) {
        println!("\n| what | ours | limit in the same run | ratio | aim |\n|---|---|---|---|---|");
        for line in &self.0 {
            let number = |value: f64| if value < 100.0 { format!("{value:.2}") } else { format!("{value:.0}") };
            let limit = line.limit.map_or_else(|| "—".to_owned(), number);
            let ratio =
                line.limit.map_or_else(|| "—".to_owned(), |limit| format!("{:.2}", line.ours / limit.max(1e-9)));
            println!("| {} | {} {} | {limit} | {ratio} | {} |", line.what, number(line.ours), line.unit, line.aim);
        }
    }
}
