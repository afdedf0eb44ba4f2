//! The pages, by hand and from elsewhere.

use super::*;

async fn page(stage: &Stage, path: &str, language: &str) -> String {
    let request = stage.http.get(stage.url(path)).header("accept-language", language);
    let reply = request.send().await.unwrap();
    assert_eq!(reply.status().as_u16(), 200);
    assert!(reply.headers()["content-security-policy"].to_str().unwrap().contains("'none'"));
    reply.text().await.unwrap()
}

async fn form(stage: &Stage, path: &str, fields: &[(&str, &str)]) -> String {
    // A client that stops at the redirect, to see where it leads.
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let reply = client
        .build()
        .unwrap()
        .post(stage.url(path))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(body)
        .send()
        .await
        .unwrap();
    assert_eq!(reply.status().as_u16(), 303, "{path}");
    reply.headers()["location"].to_str().unwrap().to_owned()
}

#[tokio::test]
async fn both_languages_show_partners_clock_and_faults() {
    let stage = Stage::new().await;
    let zh = page(&stage, "/", "zh-CN").await;
    assert!(zh.contains("短信服务商") && zh.contains("QuerySendDetails") && zh.contains("一切正常"));
    assert!(zh.contains(&stage.running.at("sms").unwrap().to_string()));
    let en = page(&stage, "/", "en-GB").await;
    assert!(en.contains("SMS provider") && en.contains("everything works") && en.contains(r#"lang="en""#));
    assert!(page(&stage, "/sms", "en").await.contains("No texts yet"));
    let css = stage.http.get(stage.url("/sandbox.css")).send().await.unwrap();
    assert!(css.headers()["content-type"].to_str().unwrap().starts_with("text/css"));
}

#[tokio::test]
async fn every_partner_is_shown_where_it_listens_and_every_page_keeps_its_place() {
    let stage = Stage::new().await;
    let front = page(&stage, "/", "en").await;
    for partner in &stage.running.partners {
        let shown = format!("<code>http://{}</code>", partner.address);
        assert!(front.contains(&shown) && front.contains(partner.title), "{}", partner.name);
        assert_eq!(stage.running.at(partner.name), Some(partner.address));
    }
    assert_eq!(stage.running.at("post"), None);
    let pages: Vec<&str> =
        stage.running.partners.iter().filter_map(|partner| partner.page).chain(["/people"]).collect();
    assert_eq!(pages, ["/sms", "/faces", "/wechat", "/people"]);
    for path in pages {
        assert!(front.contains(&format!("<a href=\"{path}\">")), "the front page leads to {path}");
        let here = format!("page={}\"", &path[1..]);
        assert!(page(&stage, path, "en").await.contains(&here), "{path} says where it is");
        let chosen = stage.http.get(stage.url(&format!("/lang?to=en&page={}", &path[1..]))).send().await.unwrap();
        assert_eq!(chosen.url().path(), path);
    }
}

#[tokio::test]
async fn the_page_shows_what_was_sent_newest_first() {
    let stage = Stage::new().await;
    stage.send(&verification("obx_1", "012345")).await;
    stage.advance(5).await;
    stage.send(&notice("obx_2", "13900139000")).await;
    let all = page(&stage, "/sms", "zh-CN").await;
    let (first, second) = (all.find("13900139000").unwrap(), all.find(MOBILE).unwrap());
    assert!(first < second);
    assert!(all.contains(r#"<p class="code">012345</p>"#) && all.contains("已送达"));
    let one = page(&stage, &format!("/sms?mobile={MOBILE}"), "zh-CN").await;
    assert!(!one.contains("13900139000"));
}

#[tokio::test]
async fn forms_do_it_and_lead_back() {
    let stage = Stage::new().await;
    assert_eq!(form(&stage, "/clock/advance", &[("secs", "90")]).await, "/");
    assert_eq!(stage.clock.shift_ms(), 90_000);
    assert_eq!(form(&stage, "/clock/advance", &[("secs", "soon")]).await, "/?problem=step");
    assert_eq!(form(&stage, "/switches/sms-limits", &[("on", "0")]).await, "/");
    assert_eq!(stage.get("/control/switches").await["sms_limits"], false);

    let empty = [("ms", ""), ("code", ""), ("times", ""), ("match", "")];
    let fields = |extra: &[(&'static str, &'static str)]| {
        let kept = empty.into_iter().filter(|(name, _)| extra.iter().all(|(n, _)| n != name));
        kept.chain(extra.iter().copied()).collect::<Vec<_>>()
    };
    let slow = fields(&[("target", "sms *"), ("kind", "slow")]);
    assert_eq!(form(&stage, "/faults/add", &slow).await, "/?problem=ms");
    let times = fields(&[("target", "sms *"), ("kind", "down"), ("times", "x")]);
    assert_eq!(form(&stage, "/faults/add", &times).await, "/?problem=times");
    let lose = fields(&[("target", "sms SendSms"), ("kind", "lose"), ("match", "138")]);
    assert_eq!(form(&stage, "/faults/add", &lose).await, "/#faults");
    assert!(page(&stage, "/", "zh-CN").await.contains("丢失：回答成功"));
    let id = stage.get("/control/faults").await[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(form(&stage, &format!("/faults/{id}/clear"), &[]).await, "/#faults");
    assert_eq!(stage.get("/control/faults").await, json!([]));
}

#[tokio::test]
async fn other_sites_and_other_names_are_turned_away() {
    let stage = Stage::new().await;
    let foreign = stage.http.get(stage.url("/")).header("host", "sandbox.example:80");
    assert_eq!(foreign.send().await.unwrap().status().as_u16(), 403);
    let cross = stage.http.post(stage.url("/faults/clear")).header("sec-fetch-site", "cross-site");
    assert_eq!(cross.send().await.unwrap().status().as_u16(), 403);
}
