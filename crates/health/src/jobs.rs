//! The jobs of this crate: clinics kept open ahead and let go of behind, holds that ran out given back, words that a
//! search looks into, short numbers for visits without one.

use std::sync::Arc;

use payments::Listeners;
use platform::jobs::Job;

use crate::appointments::expire_holds::expire_holds;
use crate::appointments::numbers::number_visits;
use crate::clinics::forget::forget_clinics;
use crate::clinics::open_clinics::open_clinics;
use crate::search::refresh::refresh_words;

/// All of them.
pub fn jobs(listeners: &Arc<Listeners>) -> Vec<Job> {
    let listeners = Arc::clone(listeners);
    vec![
        Job::new("health.open_clinics", 600, |ctx| async move {
            open_clinics(&ctx).await.map(drop).map_err(|error| error.to_string())
        }),
        Job::new("health.expire_holds", 10, move |ctx| {
            let listeners = Arc::clone(&listeners);
            async move { expire_holds(&ctx, &listeners).await.map(drop).map_err(|error| error.to_string()) }
        }),
        // Soon after a start, since a new program may know other words.
        Job::new("health.search_words", 300, |ctx| async move {
            refresh_words(&ctx).await.map(drop).map_err(|error| error.to_string())
        }),
        Job::new("health.short_numbers", 300, |ctx| async move { number_visits(&ctx).await.map(drop) }).within(900),
        Job::new("health.forget_clinics", 86_400, |ctx| async move { forget_clinics(&ctx).await.map(drop) })
            .within(900),
    ]
}
