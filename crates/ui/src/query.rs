//! Queries of addresses, refused with a page where they cannot be read.

use crate::problem::Problem;
use axum::extract::FromRequestParts;
use http::request::Parts;
use platform::Ctx;
use serde::de::DeserializeOwned;

/// The query of an address. Give its fields `#[serde(default)]`.
#[derive(Clone, Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<Ctx> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Ctx) -> Result<Query<T>, Problem> {
        match axum::extract::Query::try_from_uri(&parts.uri) {
            Ok(axum::extract::Query(value)) => Ok(Query(value)),
            Err(rejection) => Err(Problem::bad_form().because(rejection)),
        }
    }
}
