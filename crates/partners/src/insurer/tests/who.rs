//! 1101: who is told apart from whom.

use identity::ports::{Acquaintance, Insurer, PortError};
use serde_json::{Value, json};

use super::insurer::FakeInsurer;
use super::*;

const NUMBER: &str = "320402199001019169";

/// What an insurer that answers so is understood to say of 样例·无手机号.
async fn asked(says: Value) -> Result<Acquaintance, PortError> {
    let folder = Folder::new();
    let insurer = FakeInsurer::start(move |_| says.clone()).await;
    let (client, ctx, who) = (client(&insurer.endpoint), context(&folder, clock()), person("", "310"));
    client.person(&ctx, &who.name, &who.number).await
}

fn record(certno: &str, psn_name: &str) -> Value {
    json!({
        "baseinfo": { "psn_no": "P", "psn_cert_type": "01", "certno": certno, "psn_name": psn_name },
        "insuinfo": [], "idetinfo": [],
    })
}

#[tokio::test]
async fn nobody_another_name_and_another_number_are_three_things() {
    for says in ["未查询到参保人信息", "人员信息不存在"] {
        assert!(matches!(asked(json!(says)).await, Ok(Acquaintance::NotFound)), "{says}");
    }
    for says in ["姓名与证件号码不一致", "该人员不存在或姓名不匹配"] {
        assert!(matches!(asked(json!(says)).await, Ok(Acquaintance::OtherName(None))), "{says}");
    }
    // An insurer that looks at the number only answers whoever has it.
    let Ok(Acquaintance::OtherName(Some(other))) = asked(record(NUMBER, "张明远")).await else { panic!("another") };
    assert_eq!((other.name.expose(), other.psn_no.expose().as_str()), ("张明远", "P"));
    assert!(matches!(asked(record(NUMBER, "？？？")).await, Ok(Acquaintance::OtherName(None))));
    let Ok(Acquaintance::Known(known)) = asked(record(NUMBER, "样例・无手机号")).await else {
        panic!("the person")
    };
    assert_eq!(known.name, person("", "310").name);
    for says in [record("11010519491231002X", "样例·无手机号"), record(NUMBER, " "), json!({ "baseinfo": {} })] {
        let error = asked(says).await.unwrap_err();
        assert!(matches!(&error, PortError::Unknown(why) if !why.contains("样例")), "{error}");
    }
    let refused = asked(json!("姓名与证件号码不能为空")).await.unwrap_err();
    assert_eq!(refused, PortError::Refused("infcode -1".to_owned()));
}
