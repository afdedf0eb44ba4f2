//! The jobs of this crate: clinics kept open ahead, holds that ran out given back.

use platform::jobs::Job;

use super::expire_holds::expire_holds;
use crate::clinics::open_clinics::open_clinics;

/// Both jobs.
pub fn jobs() -> Vec<Job> {
    vec![
        Job {
            name: "health.open_clinics",
            every_secs: 600,
            run: |ctx| Box::pin(async move { open_clinics(&ctx).await.map(drop).map_err(|error| error.to_string()) }),
        },
        Job {
            name: "health.expire_holds",
            every_secs: 10,
            run: |ctx| Box::pin(async move { expire_holds(&ctx).await.map(drop).map_err(|error| error.to_string()) }),
        },
    ]
}
