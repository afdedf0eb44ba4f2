//! `CZ01`: the insurer's own code (医保码), by our profile of it.

use identity::ports::PortError;
use kernel::IdNumber;
use platform::Ctx;
use wire::insurer::{CODE, CodeInfo, CodeQuery, Data};

use super::InsurerClient;

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
    let Some(Data { data }) = client.ask::<_, Data<CodeInfo>>(ctx, CODE, Data { data: query }).await? else {
        return Ok(None);
    };
    if data.psn_no != psn_no {
        return Err(PortError::Unknown("the answer is about somebody else".to_owned()));
    }
    // It becomes a picture on a page: nothing but letters and digits.
    let plain = data.ec_code.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !plain || !(1..=64).contains(&data.ec_code.len()) {
        return Err(PortError::Unknown("the code is not one".to_owned()));
    }
    Ok(Some(data.ec_code))
}
