//! The docs say what the code does.

use crate::attempts::model as attempts;
use crate::orders::paths as orders;
use crate::sim::faults::Fault;
use crate::sim::planted::Bug;
use crate::sim::scripts::SCRIPTS;
use crate::sim::tests as runs;

const RELIABILITY: &str = include_str!("../../../../docs/reliability.md");

#[test]
fn the_docs_show_these_tables() {
    let page = include_str!("../../../../docs/payment-states.md");
    for diagram in [orders::diagram(), attempts::diagram()] {
        assert!(page.contains(&diagram), "docs/payment-states.md must hold:\n{diagram}");
    }
}

#[test]
fn the_docs_name_every_planted_mistake_and_no_other() {
    let named: Vec<&str> = RELIABILITY.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect();
    let planted: Vec<String> = Bug::ALL.iter().map(|bug| format!("{bug:?}")).collect();
    assert_eq!(named, planted);
    for bug in Bug::ALL {
        let line = format!("| `{bug:?}` | {} |", bug.says().trim().trim_end_matches('.'));
        assert!(RELIABILITY.contains(&line), "docs/reliability.md must have {line}");
    }
}

#[test]
fn the_docs_name_every_fault_and_no_other() {
    let lines = RELIABILITY.lines().skip_while(|line| !line.starts_with("The faults, by chance"));
    let named: Vec<&str> = lines.skip(2).map_while(|line| line.strip_prefix("- ")).collect();
    let faults: Vec<&str> = Fault::ALL.iter().map(|kind| kind.says().trim()).collect();
    assert_eq!(named, faults);
}

#[test]
fn the_docs_say_how_much_is_simulated() {
    let thousands = |many: u64| format!("{},{:03}", many / 1_000, many % 1_000);
    for figure in [
        format!("{} people", SCRIPTS.len()),
        format!("{} of the people", runs::FEW.len()),
        format!("{}\nseeds in the tests", thousands(runs::PURE)),
        format!("{} seeds in the tests", thousands(runs::WHOLE)),
    ] {
        assert!(RELIABILITY.contains(&figure), "docs/reliability.md must say «{figure}»");
    }
}
