//! An institution's desk: sends transactions of its own making, apart from the adapter's.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use sha2::{Digest, Sha256};

use super::super::*;

/// Insured here as an employee, 1200.00 on the account.
pub(super) const ORDINARY: &str = "320402199001019169";
/// Another one.
pub(super) const OTHER: &str = "320402199001019126";

const INSTITUTION: &str = "H32040000001";

/// Somebody at the desk.
pub(super) struct Desk {
    pub(super) psn_no: String,
    pub(super) id_number: String,
    pub(super) region: String,
    pub(super) insutype: &'static str,
    pub(super) sign_no: String,
}

/// A registered visit with one line.
#[derive(Clone)]
pub(super) struct Visit {
    pub(super) mdtrt_id: String,
    pub(super) ipt_otp_no: String,
    pub(super) batch_no: String,
    pub(super) total: &'static str,
}

/// The next number, at the clock's time.
pub(super) fn msgid(stage: &Stage) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let stamp: String = crate::times::civil(stage.clock.now()).chars().filter(char::is_ascii_digit).collect();
    format!("{INSTITUTION}{stamp}{:04}", NEXT.fetch_add(1, Ordering::SeqCst) % 10_000)
}

impl Desk {
    /// Signs in for a person.
    pub(super) async fn of(stage: &Stage, id_number: &str, insutype: &'static str) -> Desk {
        let person = stage.get(&format!("/control/people/{id_number}")).await;
        let mut desk = Desk {
            psn_no: person["psn_no"].as_str().unwrap().to_owned(),
            id_number: id_number.to_owned(),
            region: person["region"].as_str().unwrap().to_owned(),
            insutype,
            sign_no: String::new(),
        };
        desk.sign_in(stage).await;
        desk
    }

    pub(super) async fn employee(stage: &Stage) -> Desk {
        Desk::of(stage, ORDINARY, "310").await
    }

    pub(super) async fn sign_in(&mut self, stage: &Stage) {
        let input = json!({ "signIn": { "opter_no": "renshe", "mac": "02-00-00-00-00-01", "ip": "127.0.0.1" } });
        let output = self.send(stage, "9001", input).await.unwrap();
        self.sign_no = output["signinoutb"]["sign_no"].as_str().unwrap().to_owned();
        assert!(output["signinoutb"]["sign_time"].as_str().unwrap().len() == 19 && self.sign_no.len() <= 30);
    }

    /// Sends under a fresh number: `output`, or `err_msg`.
    pub(super) async fn send(&self, stage: &Stage, infno: &str, input: Value) -> Result<Value, String> {
        self.send_as(stage, &msgid(stage), infno, input).await
    }

    /// Sends under this number.
    pub(super) async fn send_as(&self, stage: &Stage, msgid: &str, infno: &str, input: Value) -> Result<Value, String> {
        told(self.post(stage, msgid, infno, input).await.unwrap())
    }

    /// Sends under this number at this `inf_time`.
    pub(super) async fn send_at(
        &self,
        stage: &Stage,
        msgid: &str,
        at: &str,
        infno: &str,
        input: Value,
    ) -> Result<Value, String> {
        told(self.post_at(stage, msgid, at, infno, input).await.unwrap())
    }

    /// Sends; none when nothing is answered in time.
    pub(super) async fn post(&self, stage: &Stage, msgid: &str, infno: &str, input: Value) -> Option<(u16, Value)> {
        let at = &msgid[12..26];
        let part = |from: usize, to: usize| &at[from..to];
        let [y, m, d, h, i, s] = [(0, 4), (4, 6), (6, 8), (8, 10), (10, 12), (12, 14)].map(|(a, b)| part(a, b));
        self.post_at(stage, msgid, &format!("{y}-{m}-{d} {h}:{i}:{s}"), infno, input).await
    }

    async fn post_at(&self, stage: &Stage, msgid: &str, at: &str, infno: &str, input: Value) -> Option<(u16, Value)> {
        let (status, text) = self.raw(stage, msgid, at, infno, input).await?;
        Some((status, serde_json::from_str(&exact(&text)).ok()?))
    }

    /// Sends under a fresh number: the text of the answer.
    pub(super) async fn text(&self, stage: &Stage, infno: &str, input: Value) -> String {
        let now = crate::times::civil(stage.clock.now());
        self.raw(stage, &msgid(stage), &now, infno, input).await.unwrap().1
    }

    async fn raw(&self, stage: &Stage, msgid: &str, at: &str, infno: &str, input: Value) -> Option<(u16, String)> {
        let body = json!({
            "infno": infno,
            "msgid": msgid,
            "mdtrtarea_admvs": "320400",
            "insuplc_admdvs": self.region,
            "recer_sys_code": "TEST",
            "infver": "V1.0",
            "opter_type": "3",
            "opter": "renshe",
            "opter_name": "线上服务",
            "inf_time": at,
            "fixmedins_code": INSTITUTION,
            "fixmedins_name": "常州人社线上服务",
            "sign_no": self.sign_no,
            "input": input,
        });
        let secs = (stage.clock.now().ms() / 1000).to_string();
        let nonce = OsRng.digits(24);
        let hash = Sha256::digest(format!("{secs}sandbox-token{nonce}{secs}"));
        let signature: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        let sent = stage
            .http
            .post(format!("http://{}/fsi/api/rsfComIfService/{infno}", stage.running.at("insurer").unwrap()))
            .timeout(Duration::from_millis(TIMEOUT_MS))
            .header("x-tif-paasid", "sandbox")
            .header("x-tif-timestamp", secs)
            .header("x-tif-nonce", nonce)
            .header("x-tif-signature", signature)
            .json(&body)
            .send()
            .await
            .ok()?;
        Some((sent.status().as_u16(), sent.text().await.ok()?))
    }

    pub(super) fn registration(&self, ipt_otp_no: &str) -> Value {
        json!({ "data": {
            "psn_no": self.psn_no,
            "insutype": self.insutype,
            "begntime": "2026-03-02 09:30:00",
            "mdtrt_cert_type": "02",
            "mdtrt_cert_no": self.id_number,
            "ipt_otp_no": ipt_otp_no,
            "atddr_no": "D0001",
            "dr_name": "陈医生",
            "dept_code": "A03",
            "dept_name": "内科",
            "caty": "A03",
        } })
    }

    /// One line of 2204.
    pub(super) fn line(&self, visit: &Visit) -> Value {
        json!({
            "feedetl_sn": visit.batch_no,
            "mdtrt_id": visit.mdtrt_id,
            "psn_no": self.psn_no,
            "chrg_bchno": visit.batch_no,
            "fee_ocur_time": "2026-03-02 09:30:00",
            "med_list_codg": "001101000010000",
            "medins_list_codg": "visit",
            "det_item_fee_sumamt": visit.total,
            "cnt": "1.0000",
            "pric": format!("{}0000", visit.total),
            "bilg_dept_codg": "A03",
            "bilg_dept_name": "内科",
            "bilg_dr_codg": "D0001",
            "bilg_dr_name": "陈医生",
        })
    }

    /// 2201 and 2204.
    pub(super) async fn register(&self, stage: &Stage, total: &'static str) -> Visit {
        let ipt_otp_no = format!("apt{}", OsRng.digits(12));
        let output = self.send(stage, "2201", self.registration(&ipt_otp_no)).await.unwrap();
        assert_eq!(output["data"]["ipt_otp_no"], json!(ipt_otp_no));
        let mdtrt_id = output["data"]["mdtrt_id"].as_str().unwrap().to_owned();
        assert_eq!(mdtrt_id.len(), 30);
        let visit = Visit { mdtrt_id, ipt_otp_no, batch_no: format!("b{}", OsRng.digits(12)), total };
        self.send(stage, "2204", json!({ "feedetail": [self.line(&visit)] })).await.unwrap();
        visit
    }

    /// `input` of 2206 and 2207 for the splits of 25.00 and below.
    pub(super) fn settlement(&self, visit: &Visit, use_account: bool) -> Value {
        let over = if visit.total == "25.00" { "5.00" } else { "0.00" };
        let scope = if visit.total == "25.00" { "20.00" } else { visit.total };
        json!({ "data": {
            "psn_no": self.psn_no,
            "mdtrt_cert_type": "02",
            "mdtrt_cert_no": self.id_number,
            "med_type": "12",
            "medfee_sumamt": visit.total,
            "psn_setlway": "01",
            "mdtrt_id": visit.mdtrt_id,
            "chrg_bchno": visit.batch_no,
            "acct_used_flag": if use_account { "1" } else { "0" },
            "insutype": self.insutype,
            "invono": "",
            "fulamt_ownpay_amt": "0.00",
            "overlmt_selfpay": over,
            "preselfpay_amt": "0.00",
            "inscp_scp_amt": scope,
        } })
    }

    /// 2207 with the account, under a fresh number: number, `setlinfo`.
    pub(super) async fn settle(&self, stage: &Stage, visit: &Visit) -> (String, Value) {
        let number = msgid(stage);
        let output = self.send_as(stage, &number, "2207", self.settlement(visit, true)).await.unwrap();
        (number, output["setlinfo"].clone())
    }

    pub(super) fn undo(&self, visit: &Visit, setl_id: &Value) -> Value {
        json!({ "data": { "setl_id": setl_id, "mdtrt_id": visit.mdtrt_id, "psn_no": self.psn_no } })
    }

    pub(super) fn reversal(&self, omsgid: &str, oinfno: &str) -> Value {
        json!({ "data": { "psn_no": self.psn_no, "omsgid": omsgid, "oinfno": oinfno } })
    }

    /// 5203 for what is in force: `setlinfo`, or `err_msg`.
    pub(super) async fn in_force(&self, stage: &Stage, visit: &Visit) -> Result<Value, String> {
        let output = self.send(stage, "5203", self.undo(visit, &json!(""))).await?;
        check(&output);
        Ok(output["setlinfo"].clone())
    }

    /// What the account holds; its movements add up to that.
    pub(super) async fn balance(&self, stage: &Stage) -> i64 {
        let person = stage.get(&format!("/control/people/{}", self.id_number)).await;
        let balance = person["balance_fen"].as_i64().unwrap();
        let moved = stage.get(&format!("/control/insurer/movements?psn_no={}", self.psn_no)).await;
        let moved = moved.as_array().unwrap();
        let sum: i64 = moved.iter().map(|row| row["amount_fen"].as_i64().unwrap()).sum();
        assert!(moved.is_empty() || sum == balance, "{balance}: {moved:?}");
        balance
    }

    pub(super) async fn steer(&self, stage: &Stage, change: Value) {
        let (status, answer) = stage.post(&format!("/control/people/{}", self.id_number), change).await;
        assert_eq!(status, 200, "{answer}");
    }

    /// States of this person's settlements, newest first.
    pub(super) async fn states(&self, stage: &Stage) -> Vec<String> {
        let rows = stage.get(&format!("/control/insurer/settlements?psn_no={}", self.psn_no)).await;
        rows.as_array().unwrap().iter().map(|row| row["state"].as_str().unwrap().to_owned()).collect()
    }
}

/// `output`, or `err_msg`.
fn told((status, answer): (u16, Value)) -> Result<Value, String> {
    assert_eq!(status, 200, "{answer}");
    match answer["infcode"].to_string().trim_matches('"') {
        "0" => Ok(answer["output"].clone()),
        _ => Err(answer["err_msg"].as_str().unwrap().to_owned()),
    }
}

/// An answer whose fractions stand in quotes, so that they are read as they were written.
pub(super) fn exact(text: &str) -> String {
    let (mut out, mut number, mut quoted, mut escaped) = (String::new(), String::new(), false, false);
    for sign in text.chars() {
        if !quoted && (sign.is_ascii_digit() || matches!(sign, '-' | '+' | '.' | 'E')) {
            number.push(sign);
            continue;
        }
        let mark = if number.contains('.') { "\"" } else { "" };
        out.push_str(&format!("{mark}{number}{mark}"));
        number.clear();
        quoted ^= sign == '"' && !escaped;
        escaped = quoted && sign == '\\' && !escaped;
        out.push(sign);
    }
    out
}

/// Everything of `setlinfo` that must add up, in fen. 5203 has names of its own and does not say what the
/// institution bears; 2208 does not either, and is below nothing.
pub(super) fn check(output: &Value) {
    let info = &output["setlinfo"];
    let fen = |name: &str| {
        let name = match name {
            "psn_part_amt" if info["psn_pay"].is_string() => "psn_pay",
            "psn_cash_pay" if info["cash_payamt"].is_string() => "cash_payamt",
            "hosp_part_amt" if info[name].is_null() => return 0,
            name => name,
        };
        let text = info[name].as_str().unwrap_or_else(|| panic!("{name}: {info}"));
        kernel::Fen::parse_yuan(text).unwrap().get()
    };
    let parts: i64 =
        ["hifp_pay", "cvlserv_pay", "hifes_pay", "hifmi_pay", "hifob_pay", "maf_pay", "oth_pay"].map(fen).iter().sum();
    let details = output["setldetail"].as_array().unwrap();
    let told = details.iter().map(|row| kernel::Fen::parse_yuan(row["fund_payamt"].as_str().unwrap()).unwrap().get());
    let borne = fen("fund_pay_sumamt") + fen("psn_part_amt") + fen("hosp_part_amt");
    // The specification's record of an undoing does not tell the whole.
    let whole = if info["medfee_sumamt"].is_null() { borne } else { fen("medfee_sumamt") };
    assert_eq!(whole, borne);
    assert_eq!(fen("psn_part_amt"), fen("acct_pay") + fen("psn_cash_pay"));
    assert_eq!((fen("fund_pay_sumamt"), fen("fund_pay_sumamt")), (parts, told.sum()));
    let scope = ["fulamt_ownpay_amt", "overlmt_selfpay", "preselfpay_amt", "inscp_scp_amt"].map(fen);
    assert_eq!(whole, scope.iter().sum::<i64>());
}

/// Adds a fault that befalls one call.
pub(super) async fn fault(stage: &Stage, mut rule: Value) {
    rule["partner"] = json!("insurer");
    rule["times"] = json!(1);
    let (status, answer) = stage.post("/control/faults", rule).await;
    assert_eq!(status, 201, "{answer}");
}

/// The same sandbox after its process has ended.
pub(super) async fn restarted(stage: Stage) -> Stage {
    let Stage { running, clock, carrier, ctx, http, folder } = stage;
    running.stop().await;
    let running = Sandbox::start(settings(&folder, &clock)).await.unwrap();
    Stage { running, clock, carrier, ctx, http, folder }
}
