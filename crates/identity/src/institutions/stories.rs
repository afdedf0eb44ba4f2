//! Institutions kept by an operator, and who may belong to them, on both databases.

use kernel::CreditCode;
use platform::Ctx;
use testkit::{TestDb, a_monday_morning, db_test, test_ctx};

use super::{
    AddError, AddInstitution, Capability, ChangeError, Facts, Institution, InstitutionId, Kind, add, change, close,
    find, list, reopen, set_capability,
};
use crate::staff::{self, AddStaff, AddStaffError, Role};

fn facts(name: &str) -> Facts {
    Facts { name: name.to_owned(), ..Facts::default() }
}

fn pharmacy(code: &str, facts: Facts) -> AddInstitution {
    AddInstitution { kind: Kind::Pharmacy, code: code.to_owned(), facts, capabilities: vec![Capability::CardScan] }
}

async fn one(ctx: &Ctx, wanted: &str) -> Institution {
    let mut found = find(ctx, wanted).await.unwrap();
    assert_eq!(found.len(), 1, "{wanted}");
    found.remove(0)
}

/// Every invariant of this crate.
async fn sound(ctx: &Ctx) {
    let now = ctx.now();
    for check in crate::checks() {
        let result = ctx.db.read("test.check", move |tx| (check.run)(tx, now)).await.unwrap();
        assert_eq!(result.broken, Vec::<String>::new(), "{}", check.id);
    }
}

#[db_test]
async fn an_institution_is_found_by_whatever_is_known_of_it(db: TestDb) {
    let ctx = test_ctx(&db, a_monday_morning());
    let credit: CreditCode = "91320402MA7DEM0169".parse().unwrap();
    let known =
        Facts {
            insurer_code: "P32040000001".parse().ok(), credit_code: Some(credit.clone()), ..facts("恒春大药房")
        };
    let id = add(&ctx, pharmacy("HengChun", known)).await.unwrap();
    for wanted in [id.as_str(), "hengchun", " HENGCHUN", "p3204 0000 001", "91320402 ma7dem016 9", "恒春大药房"] {
        assert_eq!(one(&ctx, wanted).await.id, id, "{wanted}");
    }
    assert!(find(&ctx, "恒春").await.unwrap().is_empty() && find(&ctx, "").await.unwrap().is_empty());
    // A branch: the same owner, another shop.
    let branch = Facts { credit_code: Some(credit), ..facts("恒春大药房二店") };
    add(&ctx, pharmacy("hengchun2", branch)).await.unwrap();
    assert_eq!(find(&ctx, "91320402MA7DEM0169").await.unwrap().len(), 2);
    assert_eq!(list(&ctx, Some(Kind::Pharmacy)).await.unwrap().len(), 2);
    assert!(list(&ctx, Some(Kind::Bank)).await.unwrap().is_empty());
    sound(&ctx).await;
}

#[db_test]
async fn what_is_anothers_or_unfit_is_refused(db: TestDb) {
    let ctx = test_ctx(&db, a_monday_morning());
    let coded = |name| Facts { insurer_code: "P32040000001".parse().ok(), ..facts(name) };
    add(&ctx, pharmacy("one", coded("一店"))).await.unwrap();
    let other = add(&ctx, pharmacy("other", facts("二店"))).await.unwrap();
    assert!(matches!(add(&ctx, pharmacy("ONE", facts("三店"))).await, Err(AddError::CodeTaken)));
    assert!(matches!(add(&ctx, pharmacy("three", coded("三店"))).await, Err(AddError::InsurerCodeTaken)));
    assert!(matches!(add(&ctx, pharmacy("三店", facts("三店"))).await, Err(AddError::BadCode)));
    assert!(matches!(add(&ctx, pharmacy("three", facts(" "))).await, Err(AddError::BadFacts(_))));
    let taken = change(&ctx, &other, |facts| facts.insurer_code = "P32040000001".parse().ok()).await;
    assert!(matches!(taken, Err(ChangeError::InsurerCodeTaken)));
    let nobody: InstitutionId = "pha_01aryz6s410000000000000000".parse().unwrap();
    assert!(matches!(change(&ctx, &nobody, |_| ()).await, Err(ChangeError::Unknown)));
    assert!(matches!(set_capability(&ctx, &nobody, Capability::CardScan, true).await, Err(ChangeError::Unknown)));
    assert_eq!(list(&ctx, None).await.unwrap().len(), 2);
    sound(&ctx).await;
}

#[db_test]
async fn every_change_leaves_its_audit_row_and_none_leaves_none(db: TestDb) {
    let ctx = test_ctx(&db, a_monday_morning());
    let id = add(&ctx, pharmacy("one", facts("一店"))).await.unwrap();
    let changed = change(&ctx, &id, |facts| facts.phone = " 0519-1 ".to_owned()).await.unwrap();
    assert_eq!(changed, ["phone"]);
    assert!(change(&ctx, &id, |facts| facts.phone = "0519-1".to_owned()).await.unwrap().is_empty());
    assert!(set_capability(&ctx, &id, Capability::CardScan, false).await.unwrap());
    assert!(!set_capability(&ctx, &id, Capability::CardScan, false).await.unwrap());
    assert!(!one(&ctx, "one").await.can(Capability::CardScan));
    assert!(set_capability(&ctx, &id, Capability::CardScan, true).await.unwrap());
    assert!(close(&ctx, &id).await.unwrap() && !close(&ctx, &id).await.unwrap());
    assert!(!one(&ctx, "one").await.can(Capability::CardScan));
    assert!(reopen(&ctx, &id).await.unwrap() && !reopen(&ctx, &id).await.unwrap());
    assert!(one(&ctx, "one").await.can(Capability::CardScan));
    let acts = ctx.db.read("test.acts", move |tx| super::store::acts(tx, &id)).await.unwrap();
    let expected = ["added", "capability", "capability", "changed", "closed", "reopened"];
    assert_eq!(acts, expected.map(|act| format!("institution.{act}")));
    sound(&ctx).await;
}

#[db_test]
async fn staff_serve_only_what_their_role_serves(db: TestDb) {
    let ctx = test_ctx(&db, a_monday_morning());
    let shop = add(&ctx, pharmacy("one", facts("一店"))).await.unwrap();
    let ward = AddInstitution { kind: Kind::Hospital, ..pharmacy("ward", facts("医院")) };
    let ward = add(&ctx, ward).await.unwrap();
    let hire = async |role, institution: Option<&InstitutionId>| {
        let command = AddStaff {
            login: "somebody".to_owned(),
            name: "王五".to_owned(),
            role,
            institution: institution.cloned(),
            password: "gongzuotai2026".to_owned(),
        };
        staff::add(&ctx, command).await
    };
    assert!(matches!(hire(Role::Clerk, None).await, Err(AddStaffError::NoInstitution(..))));
    assert!(matches!(hire(Role::Clerk, Some(&shop)).await, Err(AddStaffError::OtherKind(_, Kind::Pharmacy))));
    assert!(matches!(hire(Role::Window, Some(&ward)).await, Err(AddStaffError::OtherKind(_, Kind::Hospital))));
    close(&ctx, &ward).await.unwrap();
    assert!(matches!(hire(Role::Clerk, Some(&ward)).await, Err(AddStaffError::UnknownInstitution)));
    reopen(&ctx, &ward).await.unwrap();
    hire(Role::Clerk, Some(&ward)).await.unwrap();
    sound(&ctx).await;
}
