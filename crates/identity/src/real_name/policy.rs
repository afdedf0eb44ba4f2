//! The dated figures of `[[real_name]]` in `policy/real_name.toml`.

use platform::policy::Section;
use serde::Deserialize;

/// Who is insured here, how long an answer of the insurer holds, and how long what was typed is kept.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RealNamePolicy {
    /// From this age on a person can be authenticated alone.
    pub min_age: i32,
    /// Regions whose insurance opens the medical level (`insuplc_admdvs`).
    pub regions: Vec<String>,
    /// Kinds of insurance that do (`insutype`).
    pub kinds: Vec<String>,
    /// An answer is asked for again after so many seconds.
    pub fresh_secs: i64,
    /// The last answer stays good for so many seconds while the insurer gives none.
    pub grace_secs: i64,
    /// How long to wait after the first failed question, the second, …; the last holds for all that follow.
    pub retry_secs: Vec<i64>,
    /// People asked about in one run of the job, at most.
    pub refresh_batch: i64,
    /// Questions of the job under way at once; below the insurer's bulkhead, so that gates get through.
    pub refresh_at_once: usize,
    /// How long a page waits for the card system's word on the photo, in milliseconds.
    pub photo_wait_ms: u64,
    /// How long the way back and what was typed are kept, in seconds.
    pub kept_secs: i64,
    /// Forms kept of one person at a time.
    pub kept_max: i64,
    /// Where a card is renewed (RNA-6).
    pub service_point: String,
    /// The same in English.
    pub service_point_en: String,
}

impl Section for RealNamePolicy {
    const NAME: &'static str = "real_name";

    fn check(&self) -> Result<(), String> {
        if self.min_age < 1 || self.regions.is_empty() || self.kinds.is_empty() {
            return Err("min_age must be above 0, and regions and kinds need at least one entry each".into());
        }
        let figures = [self.fresh_secs, self.grace_secs, self.refresh_batch, self.kept_secs, self.kept_max];
        if figures.iter().any(|figure| *figure <= 0) || self.refresh_at_once == 0 || self.photo_wait_ms == 0 {
            return Err("every figure must be above 0".into());
        }
        if self.grace_secs < self.fresh_secs {
            return Err(
                "grace_secs must not be below fresh_secs, or an answer would end before it is asked for again".into()
            );
        }
        if self.retry_secs.is_empty() || self.retry_secs.iter().any(|secs| *secs <= 0) {
            return Err("retry_secs needs at least one length, each above 0".into());
        }
        Ok(())
    }
}

impl RealNamePolicy {
    /// How long to wait after so many failed questions in a row.
    pub(super) fn retry_after(&self, failed: i64) -> i64 {
        let rung = usize::try_from(failed.saturating_sub(1)).unwrap_or(0);
        self.retry_secs.get(rung).or(self.retry_secs.last()).copied().unwrap_or(60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ladder_of_retries_ends_on_its_last_rung() {
        let policy = crate::real_name::model::tests::policy();
        assert_eq!(policy.check(), Ok(()));
        let waits: Vec<i64> = (0..6).map(|failed| policy.retry_after(failed)).collect();
        assert_eq!(waits, [60, 60, 300, 900, 900, 900]);
        let short = RealNamePolicy { grace_secs: policy.fresh_secs - 1, ..policy };
        assert!(short.check().is_err());
    }
}
