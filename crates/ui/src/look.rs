//! How a visitor wants pages to look: the language and 长辈版. Kept in two cookies that hold no secret.

/// A page language.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Lang {
    /// Simplified Chinese, the language of the service.
    #[default]
    Zh,
    /// English, for visitors and integrators.
    En,
}

impl Lang {
    /// The BCP 47 tag written into `<html lang>`.
    pub fn code(self) -> &'static str {
        match self {
            Lang::Zh => "zh-CN",
            Lang::En => "en",
        }
    }

    /// Reads a cookie or query value; anything unknown is `None`.
    pub fn parse(text: &str) -> Option<Lang> {
        let tag = text.trim().to_ascii_lowercase();
        match tag.split(['-', '_']).next() {
            Some("zh") => Some(Lang::Zh),
            Some("en") => Some(Lang::En),
            _ => None,
        }
    }

    /// Chooses from an `Accept-Language` header by weight; Chinese when nothing fits.
    pub fn accepted(header: &str) -> Lang {
        let mut best = (0.0_f32, Lang::Zh);
        for part in header.split(',') {
            let mut pieces = part.split(';');
            let Some(lang) = pieces.next().and_then(Lang::parse) else {
                continue;
            };
            let weight = pieces.find_map(|piece| piece.trim().strip_prefix("q=")?.parse::<f32>().ok()).unwrap_or(1.0);
            // The first of equals wins, as the header's order is the visitor's.
            if weight > best.0 {
                best = (weight, lang);
            }
        }
        best.1
    }
}

/// Language and 长辈版 of one visit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Look {
    /// The page language.
    pub lang: Lang,
    /// 长辈版: large text, large targets, few choices.
    pub elder: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accept_language_follows_the_weights() {
        for (header, want) in [
            ("", Lang::Zh),
            ("fr-FR, de;q=0.8", Lang::Zh),
            ("en-GB,en;q=0.9,zh-CN;q=0.8", Lang::En),
            ("zh-CN,zh;q=0.9,en;q=0.8", Lang::Zh),
            ("en;q=0.3, zh;q=0.7", Lang::Zh),
            ("zh;q=0, en", Lang::En),
        ] {
            assert_eq!(Lang::accepted(header), want, "{header}");
        }
    }
}
