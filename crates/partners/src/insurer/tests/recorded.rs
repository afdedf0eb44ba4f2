//! What regions answer, byte for byte in form (`crates/wire/fixtures/insurer`), is understood alike.

use identity::ports::{Acquaintance, Insurance, Insurer, PortError};
use kernel::ManualClock;
use payments::ports::{Presettled, Refusal, SettleError, Settlements, Split, Undone};
use serde_json::{Value, json};

use super::insurer::FakeInsurer;
use super::*;

macro_rules! recorded {
    ($name:literal) => {
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../wire/fixtures/insurer/", $name, ".json"))
    };
}

const SIGNED: &str = recorded!("hebei/9001");

/// A city whose insurer has only these answers, by transaction.
struct City {
    insurer: FakeInsurer,
    client: InsurerClient,
    ctx: Ctx,
    _folder: Folder,
}

impl City {
    /// `answers` are in order; where a transaction has several names in it, the first is taken.
    async fn new(answers: &'static [(&'static str, &'static str)]) -> City {
        let nine = Moment::at(Date::constant(2026, 3, 2), Time::constant(9, 30, 5, 0));
        let folder = Folder::new();
        let insurer = FakeInsurer::start(move |message| {
            let infno = message["infno"].as_str().unwrap();
            let text = answers.iter().find(|(name, _)| *name == infno).map_or(SIGNED, |(_, text)| *text);
            // Numbers of ours are repeated to us.
            let line = message["input"]["feedetail"][0]["feedetl_sn"].as_str().unwrap_or_default();
            json!({ "raw": text.replace("sf1208", line).replace("20260302000081", line) })
        })
        .await;
        let ctx = context(&folder, Arc::new(ManualClock::new(nine)));
        City { client: client(&insurer.endpoint), insurer, ctx, _folder: folder }
    }
}

/// A visit there: whose, which, its fee in fen.
fn visit_of(psn_no: &str, mdtrt_id: &str, total: i64) -> RegisteredVisit {
    let visit = visit(true);
    RegisteredVisit {
        person: person(psn_no, "310"),
        care: Care { total: Fen::new(total), ..visit.care },
        registered: Registered { mdtrt_id: mdtrt_id.to_owned(), ..visit.registered },
        ..visit
    }
}

fn split_of([fund, personal_account, other, cash]: [i64; 4]) -> Split {
    let [fund, personal_account, other, cash] = [fund, personal_account, other, cash].map(Fen::new);
    Split { fund, personal_account, other, cash }
}

const HEBEI: (&str, &str, i64) = ("13030020260302000017", "300412201", 736);
const ZHEJIANG: (&str, &str, i64) = ("33010000000000000002026030", "330000177241506000000012340042", 64_000);
const CHONGQING: (&str, &str, i64) = ("ZG2026030201", "310009990001", 114_192);

#[tokio::test]
async fn a_sign_in_is_carried_on() {
    for (answers, sign_no) in
        [(&[("9001", recorded!("hebei/9001"))][..], "418826"), (&[("9001", recorded!("zhejiang/9001"))], "731905")]
    {
        let city = City::new(answers).await;
        drop(city.client.presettle(&city.ctx, &visit(true)).await);
        assert_eq!(city.insurer.heard("2206")[0]["sign_no"], sign_no);
    }
}

#[tokio::test]
async fn a_person_is_known_with_every_insurance() {
    let row = |active, kind: &str, region: &str, balance: i64| Insurance {
        active,
        kind: kind.to_owned(),
        region: region.to_owned(),
        balance: Some(Fen::new(balance)),
    };
    let hebei = vec![
        row(true, "310", "130399", 96_247),
        row(true, "330", "130399", 0),
        row(false, "39999", "130399", 0),
        row(true, "390", "130302", 0),
    ];
    for (answers, psn_no, wanted) in [
        (&[("1101", recorded!("hebei/1101"))][..], HEBEI.0, hebei),
        (&[("1101", recorded!("zhejiang/1101"))], ZHEJIANG.0, vec![row(true, "310", "330100", 0)]),
        (&[("1101", recorded!("shanghai/1101"))], "802026030", vec![row(true, "310", "310115", 2_048_000)]),
        // These two say nothing of whether contributions run, which counts as that they do not.
        (&[("1101", recorded!("sichuan/1101"))], "320402199001019169", vec![row(false, "390", "511700", 0)]),
        (&[("1101", recorded!("specification/1101"))], "1000753000", vec![row(false, "310", "430100", 53_050)]),
    ] {
        let city = City::new(answers).await;
        let name = PersonName::parse("周明远").unwrap();
        let told = city.client.person(&city.ctx, &name, &person("", "310").number).await.unwrap();
        let Acquaintance::Known(known) = told else { panic!("{psn_no} is known") };
        assert_eq!((known.psn_no.expose().as_str(), known.insurances), (psn_no, wanted));
    }
}

#[tokio::test]
async fn a_visit_is_registered_and_given_up() {
    for (answers, (psn_no, mdtrt_id, total), visit_no) in [
        (&[("2201", recorded!("hebei/2201")), ("2204", recorded!("hebei/2204"))][..], HEBEI, "2603020912003"),
        (&[("2201", recorded!("zhejiang/2201")), ("2204", recorded!("zhejiang/2204"))], ZHEJIANG, "20260302"),
    ] {
        let city = City::new(answers).await;
        let care = Care { total: Fen::new(total), ..care(visit_no) };
        let registered = city.client.register(&city.ctx, &person(psn_no, "310"), &care).await.unwrap();
        assert_eq!(registered.mdtrt_id, mdtrt_id);
        // The same answer, if a fen more was charged.
        let dearer = Care { total: Fen::new(total + 1), ..care };
        let error = city.client.register(&city.ctx, &person(psn_no, "310"), &dearer).await.unwrap_err();
        assert!(matches!(error, SettleError::Amounts(_)), "{error}");
    }
    for answers in [
        &[("2202", recorded!("zhejiang/2202"))][..],
        &[("2202", recorded!("specification/2202"))],
        &[("2202", recorded!("constructed/2202"))],
    ] {
        let city = City::new(answers).await;
        let visit = visit_of(ZHEJIANG.0, ZHEJIANG.1, ZHEJIANG.2);
        assert_eq!(city.client.unregister(&city.ctx, &visit.person, &visit.care, &visit.registered).await, Ok(()));
    }
}

#[tokio::test]
async fn what_a_settlement_would_be_is_read_to_the_fen() {
    for (answers, (psn_no, mdtrt_id, total), split, balance, echo) in [
        (&[("2206", recorded!("hebei/2206"))][..], HEBEI, [0, 736, 0, 0], 95_511, [0, 0, 37, 699]),
        (&[("2206", recorded!("zhejiang/2206"))], ZHEJIANG, [0, 0, 0, 64_000], 0, [64_000, 0, 0, 0]),
        // The inpatient's twin; the institution bears a part of it.
        (
            &[("2206", recorded!("chongqing/2303"))],
            CHONGQING,
            [90_155, 3_502, 2_501, 18_034],
            0,
            [10_000, 3_022, 1_170, 100_000],
        ),
    ] {
        let city = City::new(answers).await;
        let told = city.client.presettle(&city.ctx, &visit_of(psn_no, mdtrt_id, total)).await;
        let wanted = Presettled { split: split_of(split), balance: Some(Fen::new(balance)), echo: echo.map(Fen::new) };
        assert_eq!(told, Ok(wanted), "{psn_no}");
    }
}

#[tokio::test]
async fn a_settlement_is_known_with_what_is_told_beside() {
    for (answers, (psn_no, mdtrt_id, total), number, setl_id, split, clearing) in [
        (
            &[("2207", recorded!("hebei/2207"))][..],
            HEBEI,
            "H13030000000202603020913250013",
            "400317745",
            [0, 736, 0, 0],
            ["130399", "11", "1"],
        ),
        (
            &[("2207", recorded!("zhejiang/2207"))],
            ZHEJIANG,
            "H33010000000202603020835079999",
            "330000177241530700000004567001",
            [0, 0, 0, 64_000],
            ["330100", "11", "1"],
        ),
        (
            &[("2207", recorded!("chongqing/2304"))],
            CHONGQING,
            "H50010000000202603020941300008",
            "300088001234",
            [90_155, 3_502, 2_501, 18_034],
            ["500103", "21", "3"],
        ),
    ] {
        let city = City::new(answers).await;
        let advice = Presettled { split: split_of(split), balance: None, echo: [Fen::ZERO; 4] };
        let visit = visit_of(psn_no, mdtrt_id, total);
        let told = city.client.settle(&city.ctx, number, &visit, &advice).await.unwrap();
        assert_eq!((told.setl_id.as_str(), told.number.as_deref()), (setl_id, Some(number)));
        assert_eq!((told.split, told.split.total()), (split_of(split), Some(Fen::new(total))));
        assert!(told.facts.settled_at.is_some() && told.facts.medins_setl_id.as_deref() == Some(number));
        let beside = [told.facts.clr_optins, told.facts.clr_type, told.facts.clr_way].map(Option::unwrap_or_default);
        assert_eq!(beside, clearing.map(str::to_owned));
    }
}

/// No answer to 5203 was recorded: these are made of the fields that the specification lists, in spellings of regions.
#[tokio::test]
async fn a_settlement_that_is_asked_about_is_known_in_every_form() {
    let national = ("32040000000000000001", "320000000000000000000000002201", 2_500);
    for (answers, (psn_no, mdtrt_id, total), setl_id, number, split) in [
        (
            &[("5203", recorded!("specification/5203"))][..],
            national,
            "320000000000000000000000004207",
            Some("H32040000001202603020930050042"),
            [800, 1_200, 0, 500],
        ),
        (&[("5203", recorded!("constructed/5203"))], HEBEI, "400317745", None, [0, 736, 0, 0]),
        (
            &[("5203", recorded!("constructed/5203-settled-again"))],
            ZHEJIANG,
            "330000177241999900000004571000",
            Some("H33010000000202603021020150001"),
            [0, 0, 0, 64_000],
        ),
    ] {
        let city = City::new(answers).await;
        let told = city.client.settled(&city.ctx, &visit_of(psn_no, mdtrt_id, total)).await.unwrap().unwrap();
        assert_eq!((told.setl_id.as_str(), told.number.as_deref()), (setl_id, number));
        assert_eq!((told.split, told.facts.settled_at.is_some()), (split_of(split), true));
    }
    let city = City::new(&[("5203", recorded!("constructed/5203-undone"))]).await;
    assert_eq!(city.client.settled(&city.ctx, &visit_of(ZHEJIANG.0, ZHEJIANG.1, ZHEJIANG.2)).await, Ok(None));
}

#[tokio::test]
async fn what_is_taken_back_is_told_without_anything_else() {
    for answers in [&[("2601", recorded!("specification/2601"))][..], &[("2601", recorded!("constructed/2601"))]] {
        let city = City::new(answers).await;
        let (number, visit) = (city.client.number(&city.ctx), visit_of(ZHEJIANG.0, ZHEJIANG.1, ZHEJIANG.2));
        assert_eq!(city.client.reverse(&city.ctx, &visit, &number).await, Ok(()));
    }
}

/// What the fields leave out of an undoing follows from the rest.
#[tokio::test]
async fn an_undoing_is_known_though_half_of_it_is_null() {
    let chongqing = (CHONGQING.0, "310009990002", CHONGQING.2);
    let national = ("32040000000000000001", "320000000000000000000000002201", 2_500);
    for (answers, (psn_no, mdtrt_id, total), split) in [
        (&[("2208", recorded!("hebei/2208"))][..], HEBEI, [0, 736, 0, 0]),
        (&[("2208", recorded!("zhejiang/2208"))], ZHEJIANG, [0, 0, 0, 64_000]),
        (&[("2208", recorded!("chongqing/2305"))], chongqing, [90_155, 0, 2_501, 21_536]),
        // The specification's tells neither the fee nor whose it is.
        (&[("2208", recorded!("specification/2208"))], national, [800, 1_200, 0, 500]),
    ] {
        let city = City::new(answers).await;
        let (number, visit) = (city.client.number(&city.ctx), visit_of(psn_no, mdtrt_id, total));
        let told = city.client.void(&city.ctx, &number, &visit, "1").await;
        assert_eq!(told, Ok(Undone { split: Some(split_of(split)), doubt: None }), "{psn_no}");
    }
}

#[tokio::test]
async fn refusals_are_understood_in_every_form() {
    let visit = visit_of(ZHEJIANG.0, ZHEJIANG.1, ZHEJIANG.2);
    let undone = City::new(&[("2601", recorded!("zhejiang/2601-refused"))]).await;
    let number = undone.client.number(&undone.ctx);
    assert_eq!(undone.client.reverse(&undone.ctx, &visit, &number).await, Ok(()), "it was undone before");
    for (answers, wanted) in [
        (&[("2208", recorded!("zhejiang/no-such-transaction"))][..], refused(Refusal::Other)),
        (&[("2208", recorded!("fujian/3103-refused"))], refused(Refusal::Other)),
        // An `output` that is encrypted is not read, and nobody takes it for nothing.
        (&[("2208", recorded!("jilin/encrypted"))], PortError::Unknown("the answer cannot be read".into()).into()),
    ] {
        let city = City::new(answers).await;
        let number = city.client.number(&city.ctx);
        assert_eq!(city.client.void(&city.ctx, &number, &visit, "1").await, Err(wanted));
    }
}

/// Without this, a fixture that nobody reads would stay green for ever.
#[test]
fn each_of_them_is_read_here_or_is_no_transaction_of_ours() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../wire/fixtures/insurer");
    let read = include_str!("recorded.rs");
    for region in std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()) {
        for file in std::fs::read_dir(&region).unwrap().map(|entry| entry.unwrap().path()) {
            let whole: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
            assert!(whole.get("infcode").is_some(), "{}", file.display());
            let name = file.strip_prefix(&folder).unwrap().with_extension("");
            let name = name.to_str().unwrap();
            let ours = !["hainan/5261", "zhejiang/9002"].contains(&name);
            assert_eq!(read.contains(&format!("recorded!(\"{name}\")")), ours, "{name}");
        }
    }
}
