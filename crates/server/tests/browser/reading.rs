//! 读给我听: what is said, and in which order, is made by pure functions of `assets/read.js`; the voice only follows.

use serde_json::{Value, json};

use crate::browser::{Browser, PHONE, Wanted};
use crate::driver::story;

/// A voice that says nothing and writes down what it was given; it ends each sentence where the test says so. `speaks`
/// is false where the device only says that it can speak, `fails` where it says that it could not, and `voices` are the
/// languages it names.
const VOICE: &str =
    "window.said = []; window.silenced = 0; window.goesOn = true; window.speaks = true; window.fails = false;
    window.voices = [];
    Object.defineProperty(window, 'speechSynthesis', { value: {
        speaking: false,
        getVoices: () => voices.map((lang) => ({ lang })),
        speak(words) {
            said.push([words.text, words.lang]);
            if (fails) setTimeout(() => words.onerror({ error: 'synthesis-failed' }));
            else if (speaks) {
                words.onstart();
                if (goesOn) setTimeout(() => words.onend());
            }
        },
        cancel() { silenced += 1; },
    } });
    // Pauses are as long as the page says, in a time that passes at once.
    window.rests = [];
    const wait = window.setTimeout;
    window.setTimeout = (act, ms = 0) => { rests.push(ms); return wait(act, Math.min(ms, 1)); };";

async fn open(browser: &Browser, lang: &str, path: &str) {
    browser.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": VOICE })).await;
    browser.look(lang, true).await;
    browser.go(path).await;
}

/// Calls a function of the reader's own file.
async fn call(browser: &Browser, what: &str, arguments: Vec<Value>) -> Value {
    let script = format!(
        "const [a, b] = arguments; return import(document.querySelector('script[src*=\"/read.\"]').src).then((read) => {what})"
    );
    browser.run(&script, arguments).await
}

#[test]
fn amounts_times_and_numbers_are_said_as_people_say_them() {
    story(|app, driver| async move {
        let browser = Browser::open(&driver, &app.url, Wanted::on(PHONE)).await;
        open(&browser, "zh-CN", "/").await;
        for (lang, text, want) in [
            ("zh-CN", "25.00\u{a0}元", "二十五元"),
            ("zh-CN", "¥ 25.50", "二十五元五角"),
            ("zh-CN", "¥0.05", "五分"),
            ("zh-CN", "2.05 元", "两元零五分"),
            ("zh-CN", "0.00 元", "零元"),
            ("zh-CN", "1,205.00 元", "一千二百零五元"),
            ("zh-CN", "20006.00 元", "两万零六元"),
            ("zh-CN", "-5.00 元", "负五元"),
            ("zh-CN", "下午\u{a0}1:30", "下午一点半"),
            ("zh-CN", "8:00", "八点"),
            ("zh-CN", "中午 12:05", "中午十二点零五分"),
            ("zh-CN", "下午 2:15", "下午两点十五分"),
            ("zh-CN", "8:00–8:30", "八点到八点半"),
            (
                "zh-CN",
                "11\u{a0}月 23\u{a0}日\u{2060}（周一）下\u{2060}午\u{a0}1:30",
                "十一月二十三日，星期一，下午一点半",
            ),
            ("zh-CN", "11\u{a0}月\u{a0}23\u{a0}日（周一）8:30", "十一月二十三日，星期一，八点半"),
            ("zh-CN", "2026-03-02", "二零二六年三月二日"),
            ("zh-CN", "2027 年 1 月 10 日", "二零二七年一月十日"),
            ("zh-CN", "138 1234 5678", "幺三八幺二三四五六七八"),
            ("zh-CN", "请拨打 12333", "请拨打 幺二三三三"),
            ("zh-CN", "138****5678", "幺三八，中间隐藏，五六七八"),
            ("zh-CN", "尾号 5678", "尾号五六七八"),
            ("zh-CN", "还剩 14 分钟", "还剩 14 分钟"),
            ("zh-CN", "余 3045", "余 3045"),
            ("zh-CN", "R7K2-9QXM", "R 七 K 二九 Q X M"),
            ("zh-CN", "眼科 · 周雅文", "眼科，周雅文"),
            ("en", "¥25.00", "25 yuan"),
            ("en", "25.50 yuan", "25 yuan 50 fen"),
            ("en", "0.05 yuan", "5 fen"),
            ("en", "Mon 2 Mar, 1:30 pm", "Monday 2 March, 1 30 p.m."),
            ("en", "8:00 am today", "8 a.m. today"),
            ("en", "12:05 pm", "12 oh 5 p.m."),
            ("en", "8:00–8:30 am", "8 to 8 30 a.m."),
            ("en", "2026-03-02", "2 March 2026"),
            ("en", "138 1234 5678", "1 3 8 1 2 3 4 5 6 7 8"),
            ("en", "Call 12333", "Call 1 2 3 3 3"),
            ("en", "138****5678", "1 3 8, hidden, 5 6 7 8"),
            ("en", "R7K2-9QXM", "R 7 K 2 9 Q X M"),
        ] {
            let told = call(&browser, "read.said(a, b)", vec![json!(text), json!(lang)]).await;
            assert_eq!(told, want, "{text}");
        }
        browser.close().await;
    });
}

#[test]
fn a_page_is_said_in_its_order_and_what_is_hidden_is_not() {
    story(|app, driver| async move {
        let browser = Browser::open(&driver, &app.url, Wanted::on(PHONE)).await;
        open(&browser, "zh-CN", "/").await;
        let page = r#"<h2>挂号费</h2><p hidden>看不见</p><p aria-hidden="true">也听不见</p><p class="kept">没有</p>
            <dl class="facts"><div><dt>自己付</dt><dd>5.00 元</dd></div></dl>
            <p>报到码</p><p class="code">7305 1846</p>
            <label for="x">手机号码</label><input id="x" value="13812345678"><input type="hidden" value="secret">
            <input type="password" value="Chunjiang-2026" aria-label="密码">
            <label class="choice"><input type="radio" checked><span class="row-main"><b>医保</b><small>先用统筹基金</small></span></label>
            <p>请<b>明天</b>来，找 <span lang="en">Dr Wang</span></p>
            <svg role="img" aria-label="付款二维码"></svg><svg role="img" aria-label="7305 1846"></svg>
            <button type="submit">确认支付 25.00 元</button><a class="btn" href="/">返回</a><button hidden>没有</button>"#;
        browser.run("document.querySelector('main').innerHTML = arguments[0]", vec![json!(page)]).await;
        let told = call(&browser, "read.speech(document.querySelector('main'), a)", vec![json!("zh-CN")]).await;
        let said: Vec<(String, String)> = told
            .as_array()
            .expect("sentences")
            .iter()
            .map(|one| (one["text"].as_str().unwrap().to_owned(), one["lang"].as_str().unwrap().to_owned()))
            .collect();
        let texts: Vec<&str> = said.iter().map(|(text, _)| text.as_str()).collect();
        assert_eq!(
            texts,
            [
                "挂号费",
                "自己付：五元",
                "报到码",
                "七三零五幺八四六",
                "手机号码",
                "输入框：幺三八幺二三四五六七八",
                "输入框：已经填了",
                "选项：医保，先用统筹基金，已选",
                "请明天来，找",
                "Dr Wang",
                "付款二维码",
                "按钮：确认支付 二十五元",
                "按钮：返回",
            ]
        );
        assert_eq!(said[9].1, "en", "each sentence in its own language");
        assert!(told[0]["pause"].as_i64() > told[1]["pause"].as_i64(), "a heading is followed by a rest");
        browser.close().await;
    });
}

#[test]
fn the_voice_reads_to_the_end_and_stops_when_told() {
    story(|app, driver| async move {
        let browser = Browser::open(&driver, &app.url, Wanted::on(PHONE)).await;
        open(&browser, "zh-CN", "/login").await;
        let reader = browser.find("[data-read]").await;
        reader.click().await.expect("a tap");
        const DONE: &str = "return new Promise((done) => { const look = () => \
            'reading' in document.documentElement.dataset ? setTimeout(look, 5) : done([said.map((one) => one[0]), document.querySelector('[data-read]').textContent]); look(); })";
        let ended = browser.run(DONE, vec![]).await;
        let said: Vec<&str> = ended[0].as_array().expect("sentences").iter().filter_map(Value::as_str).collect();
        assert_eq!(said.first().copied(), Some("登录"), "the title first: {said:?}");
        assert!(said.iter().any(|one| one.starts_with("按钮：登录")), "{said:?}");
        assert_eq!(ended[1], "读给我听");

        // Stopped in the middle: nothing more is said, and the button reads anew.
        browser.run("goesOn = false; said.length = 0; silenced = 0", vec![]).await;
        reader.click().await.expect("a tap");
        assert_eq!(reader.text().await.expect("text"), "停止朗读");
        reader.click().await.expect("a tap");
        let now = browser
            .run("return [said.length, silenced > 1, 'reading' in document.documentElement.dataset]", vec![])
            .await;
        assert_eq!(now, json!([1, true, false]));
        assert_eq!(reader.text().await.expect("text"), "读给我听");
        reader.click().await.expect("a tap");
        assert_eq!(browser.run("return said.length", vec![]).await, 2);

        open(&browser, "en", "/login").await;
        browser.find("[data-read]").await.click().await.expect("a tap");
        let ended = browser.run(DONE, vec![]).await;
        assert!(ended[0].to_string().contains("Button: "), "{ended}");
        browser.close().await;
    });
}

/// Taps the reader's button and waits for its end, or for a while where there is none; says what the page tells, what the
/// button offers, whether the page is being read, and how many sentences the voice was given.
async fn tap_and_look(browser: &Browser, device: &str) -> Value {
    let script = format!(
        "{device}; said.length = 0; document.querySelector('[data-read]').click(); let turns = 100; \
         const reads = () => 'reading' in document.documentElement.dataset; \
         const told = document.querySelector('[data-read-told]'); \
         return new Promise((done) => {{ const look = () => {{ turns -= 1; if (reads() && turns > 0) setTimeout(look); \
            else done([told.innerText, document.querySelector('[data-read]').textContent, reads(), said.length, \
                told.getAttribute('aria-live')]); }}; look(); }})"
    );
    browser.run(&script, vec![]).await
}

#[test]
fn a_device_that_cannot_speak_says_so_in_words() {
    story(|app, driver| async move {
        let browser = Browser::open(&driver, &app.url, Wanted::on(PHONE)).await;
        for (lang, own, foreign, again, none, failed) in [
            ("zh-CN", "zh_CN", "en-US", "读给我听", "没有能朗读中文的声音", "读到一半停住了"),
            ("en", "en-GB", "zh-CN", "Listen", "no voice for English", "Reading has stopped"),
        ] {
            open(&browser, lang, "/login").await;
            let cases = [
                // It names its voices, and none of them speaks the page's language: nothing is tried.
                (format!("voices = ['{foreign}']"), none, 0),
                // It names none, and is silent.
                ("voices = []; speaks = false".to_owned(), none, 1),
                // It names the right one, and is silent all the same, or says that it failed.
                (format!("voices = ['{own}']; speaks = false"), none, 1),
                ("speaks = true; fails = true".to_owned(), none, 1),
                // It begins and then stays in the middle of a sentence for which it has failed.
                (
                    "let left = 2; const speak = speechSynthesis.speak; speechSynthesis.speak = (words) => { \
                  fails = left === 0; left -= 1; speak(words); }; fails = false"
                        .to_owned(),
                    failed,
                    3,
                ),
            ];
            for (device, words, tried) in cases {
                let seen = tap_and_look(&browser, &device).await;
                let told = seen[0].as_str().unwrap_or_default();
                assert!(told.contains(words), "{device}: {seen}");
                assert_eq!((&seen[1], &seen[2], &seen[3]), (&json!(again), &json!(false), &json!(tried)), "{device}");
                assert_eq!(seen[4], "polite");
            }
            browser.shot(&format!("read-told-{lang}")).await;
            // The next tap that goes well takes the words away.
            let seen = tap_and_look(&browser, "speechSynthesis.speak = (words) => words.onstart()").await;
            assert_eq!((&seen[0], &seen[2]), (&json!(""), &json!(true)), "{seen}");
        }
        browser.close().await;
    });
}
