//! An insurer that answers what it is told to, and keeps every message it heard.

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

type Says = Box<dyn FnMut(&Value) -> Value + Send>;

/// At work until the test ends.
pub(super) struct FakeInsurer {
    pub(super) endpoint: String,
    heard: Arc<Mutex<Vec<Value>>>,
}

impl FakeInsurer {
    /// `says` answers every transaction but 9001: an `output`, a text that is a refusal's words, a whole
    /// envelope, or the `raw` text of one.
    pub(super) async fn start(says: impl FnMut(&Value) -> Value + Send + 'static) -> FakeInsurer {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let heard = Arc::new(Mutex::new(Vec::new()));
        let says: Arc<Mutex<Says>> = Arc::new(Mutex::new(Box::new(says)));
        let kept = Arc::clone(&heard);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer(stream, Arc::clone(&kept), Arc::clone(&says)));
            }
        });
        FakeInsurer { endpoint, heard }
    }

    /// What was heard of a transaction, in order.
    pub(super) fn heard(&self, infno: &str) -> Vec<Value> {
        let heard = self.heard.lock().unwrap();
        heard.iter().filter(|message| message["infno"] == infno).cloned().collect()
    }
}

async fn answer(mut stream: TcpStream, heard: Arc<Mutex<Vec<Value>>>, says: Arc<Mutex<Says>>) {
    let Some(message) = read(&mut stream).await else { return };
    let said = {
        let mut heard = heard.lock().unwrap();
        heard.push(message.clone());
        let signs = heard.iter().filter(|message| message["infno"] == "9001").count();
        let said = (says.lock().unwrap())(&message);
        if message["infno"] == "9001" && said.is_null() {
            json!({ "signinoutb": { "sign_time": "", "sign_no": format!("S{signs}") } })
        } else {
            said
        }
    };
    let body = match said {
        Value::Object(raw) if raw.contains_key("raw") => raw["raw"].as_str().unwrap_or_default().to_owned(),
        Value::String(words) => {
            json!({ "infcode": -1, "inf_refmsgid": "1", "err_msg": words, "output": {} }).to_string()
        }
        whole if whole.get("infcode").is_some() => whole.to_string(),
        output => json!({ "infcode": 0, "inf_refmsgid": "1", "output": output }).to_string(),
    };
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
    drop(stream.write_all(format!("{head}{body}").as_bytes()).await);
}

/// The JSON body of one request.
async fn read(stream: &mut TcpStream) -> Option<Value> {
    let mut bytes = Vec::new();
    loop {
        let mut part = [0; 4096];
        match stream.read(&mut part).await.ok()? {
            0 => return None,
            read => bytes.extend_from_slice(&part[..read]),
        }
        let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok())?;
        if let Some(body) = bytes.get(end + 4..end + 4 + length) {
            return serde_json::from_slice(body).ok();
        }
    }
}
