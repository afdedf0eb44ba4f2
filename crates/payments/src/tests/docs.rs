//! The docs say what the code does.

use crate::attempts::model as attempts;
use crate::orders::model as orders;
use crate::sim::planted::Bug;

#[test]
fn the_docs_show_these_tables() {
    let page = include_str!("../../../../docs/payment-states.md");
    for diagram in [orders::diagram(), attempts::diagram()] {
        assert!(page.contains(&diagram), "docs/payment-states.md must hold:\n{diagram}");
    }
}

#[test]
fn the_docs_name_every_planted_mistake() {
    let page = include_str!("../../../../docs/reliability.md");
    let missing: Vec<&Bug> = Bug::ALL.iter().filter(|bug| !page.contains(&format!("| `{bug:?}` |"))).collect();
    assert_eq!(missing, Vec::<&Bug>::new());
}
