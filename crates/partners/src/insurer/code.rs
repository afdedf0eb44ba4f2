//! `CZ01`: the insurer's own code (医保码), by our profile of it.

use identity::ports::PortError;
use kernel::IdNumber;
use platform::Ctx;
use wire::insurer::{CODE, CodeInfo, CodeQuery, Data};

use super::InsurerClient;
use super::answer::{read, somebody_else};

/// Asks for the code of this minute; `None` where the insurer gives none, or knows nobody.
pub(super) async fn code(
    client: &InsurerClient,
    ctx: &Ctx,
    psn_no: &str,
    number: &IdNumber,
) -> Result<Option<String>, PortError> {
    if !client.settings.gives_code {
        return Ok(None);
    }
    let query = CodeQuery { psn_no: psn_no.to_owned(), certno: number.expose().to_owned() };
    let Some(output) = client.ask(ctx, CODE, Data { data: query }).await? else { return Ok(None) };
    let data: CodeInfo = read(&output.inside("data"))?;
    if data.psn_no != psn_no {
        return Err(somebody_else());
    }
    // It becomes a picture on a page, so only letters and digits are accepted.
    let plain = data.ec_code.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !plain || !(1..=64).contains(&data.ec_code.len()) {
        return Err(PortError::Unknown("the code is not one".to_owned()));
    }
    Ok(Some(data.ec_code))
}
