//! One form for characters that are one: code points kept for old character sets, and traditional, simplified and
//! doubly encoded forms.

use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;

/// Groups of characters that are one to whoever reads a name; the first of a group stands for all.
const FORMS: &str = include_str!("forms.txt");

/// Each character of [`FORMS`] that is not the first of its group, with the first; in order.
static FIRST: LazyLock<Vec<(char, char)>> = LazyLock::new(|| {
    let groups = FORMS.lines().filter(|line| !line.starts_with('#')).flat_map(str::split_whitespace);
    let mut pairs: Vec<(char, char)> = groups
        .flat_map(|group| {
            let mut chars = group.chars();
            let first = chars.next();
            chars.filter_map(move |c| first.map(|first| (c, first)))
        })
        .collect();
    pairs.sort_unstable();
    pairs
});

/// The form that stands for a character and all its other forms: `张` for `張` and for itself. For comparing and for
/// finding only; what a person wrote stays as it is.
pub fn same_form(c: char) -> char {
    // Nothing below the ideographs has another form.
    if c < '\u{3400}' {
        return c;
    }
    let place = FIRST.binary_search_by_key(&c, |(other, _)| *other).ok();
    place.and_then(|at| FIRST.get(at)).map_or(c, |(_, first)| *first)
}

/// A text with each character at its ordinary code point, composed (NFC). What has no other code point stays: the
/// extension planes, and the ideographs among the compatibility ones.
pub(crate) fn ordinary(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            // Full-width ASCII, Latin ligatures, Roman numerals, radicals of the Kangxi dictionary.
            '\u{FF01}'..='\u{FF5E}' | '\u{FB00}'..='\u{FB06}' | '\u{2160}'..='\u{217F}' | '\u{2F00}'..='\u{2FD5}' => {
                plain.extend(std::iter::once(c).nfkc());
            }
            '\u{2E80}'..='\u{2EF3}' => plain.push(radical(c)),
            '\u{E815}'..='\u{E864}' => plain.push(radical(of_gbk(c))),
            // What is typed for the zero of names where the keyboard has none.
            '○' | '◯' | '⚪' => plain.push('〇'),
            other => plain.push(other),
        }
    }
    plain.nfc().collect()
}

/// The ideograph that a radical of the supplement is a copy of; PDF files are full of them.
fn radical(c: char) -> char {
    let mut pairs = RADICALS.chars();
    while let (Some(radical), Some(ideograph)) = (pairs.next(), pairs.next()) {
        if radical == c {
            return ideograph;
        }
    }
    c
}

/// The ideograph for a code point of the private area where GBK's fonts and keyboards had it (䶮 at U+E863), before
/// Unicode had one for it.
fn of_gbk(c: char) -> char {
    let place = u32::from(c).checked_sub(0xE815).and_then(|at| usize::try_from(at).ok());
    place.and_then(|at| GBK_PRIVATE.chars().nth(at)).unwrap_or(c)
}

/// U+2E80 to U+2EF3, each before its ideograph: EquivalentUnifiedIdeograph.txt of Unicode 15.0.
const RADICALS: &str = "⺁厂⺂乛⺃乚⺄乙⺅亻⺆冂⺇𠘨⺈刀⺉刂⺊卜⺋㔾⺌小⺍小⺎兀⺏尣⺐尢⺑𡯂⺒巳⺓幺⺔彑⺕𫜹⺖忄⺗心\
    ⺘扌⺙攵⺛旡⺜日⺝月⺞歺⺟母⺠民⺡氵⺢氺⺣灬⺤爫⺥爫⺦丬⺧牛⺨犭⺩王⺪𤴔⺫目⺬示⺭礻⺮𥫗⺯糹\
    ⺰纟⺱罓⺲罒⺳㓁⺴冗⺵𦉫⺶羊⺷𦍌⺸𦍋⺹耂⺺肀⺻聿⺼肉⺽𦥑⺾艹⺿艹⻀艹⻁虎⻂衤⻃覀⻄西⻅见⻆角\
    ⻇𧢲⻈讠⻉贝⻊𧾷⻋车⻌辶⻍辶⻎辶⻏邑⻐钅⻑長⻒镸⻓长⻔门⻕𨸏⻖阝⻗雨⻘青⻙韦⻚页⻛风⻜飞⻝食\
    ⻞𩙿⻟飠⻠饣⻡𩠐⻢马⻣骨⻤鬼⻥鱼⻦鸟⻧卤⻨麦⻩黄⻪黾⻫斉⻬齐⻭歯⻮齿⻯竜⻰龙⻱龜⻲亀⻳龟";

/// What stands for U+E815 to U+E864: GBK's 0xFE50 to 0xFEA0 as GB 18030-2022 maps them.
const GBK_PRIVATE: &str = "⺁𠂇𠂉𠃌⺄㑳㑇⺈⺋龴㖞㘚㘎⺌⺗㥮㤘龵㧏㧟㩳㧐龶龷㭎㱮㳠⺧𡗗龸⺪䁖䅟⺮䌷⺳⺶⺷𢦏䎱\
    䎬⺻䏝䓖䙡䙌龹䜣䜩䝼䞍⻊䥇䥺䥽䦂䦃䦅䦆䦟䦛䦷䦶龺𤇾䲣䲟䲠䲡䱷䲢䴓䴔䴕䴖䴗䴘䴙䶮龻";

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_character_is_in_one_group_and_a_form_is_its_own() {
        let mut seen = HashSet::new();
        for line in FORMS.lines().filter(|line| !line.starts_with('#')) {
            for group in line.split_whitespace() {
                assert!(group.chars().count() >= 2, "{group}");
                for c in group.chars() {
                    assert!(seen.insert(c), "{c} stands twice");
                    assert!(c >= '\u{3400}', "{c}");
                    assert_eq!(same_form(same_form(c)), same_form(c));
                    assert_eq!(ordinary(&c.to_string()), c.to_string(), "{c} is a compatibility form");
                }
            }
        }
        assert_eq!(seen.len(), 12_860);
    }

    #[test]
    fn traditional_and_simplified_are_one_and_others_are_not() {
        for (one, other) in [
            ('張', '张'),
            ('劉', '刘'),
            ('龍', '龙'),
            ('葉', '叶'),
            ('鍾', '钟'),
            ('锺', '钟'),
            ('説', '说'),
            ('爲', '为'),
            ('衞', '卫'),
            ('裏', '里'),
            ('鑑', '鉴'),
        ] {
            assert_eq!(same_form(one), same_form(other), "{one} {other}");
        }
        for (one, other) in [
            ('於', '于'),
            ('乾', '干'),
            ('昇', '升'),
            ('喆', '哲'),
            ('堃', '坤'),
            ('甯', '宁'),
            ('萧', '肖'),
            ('闫', '阎'),
            ('傅', '付'),
            ('a', 'b'),
        ] {
            assert_ne!(same_form(one), same_form(other), "{one} {other}");
        }
    }

    #[test]
    fn old_code_points_become_ordinary_ones() {
        for (old, plain) in [
            ("\u{F90A}", "金"),
            ("\u{2FBC}", "高"),
            ("\u{2EE2}\u{2EF0}\u{2ED3}", "马龙长"),
            ("\u{E863}\u{E818}", "䶮𠃌"),
            ("○◯〇", "〇〇〇"),
            ("\u{2F81A}", "冬"),
            ("e\u{301}", "é"),
            ("ＡＢ", "AB"),
            ("Ⅱ", "II"),
            // No other code points: two of the twelve ideographs of the compatibility block; extension A, B and H.
            ("﨎﨑䶮𠮷\u{31350}", "﨎﨑䶮𠮷\u{31350}"),
        ] {
            assert_eq!(ordinary(old), plain, "{old}");
        }
        assert_eq!(RADICALS.chars().count(), 2 * 114);
        assert_eq!(GBK_PRIVATE.chars().count(), 80);
        assert!(GBK_PRIVATE.chars().all(|c| !matches!(c, '\u{E000}'..='\u{F8FF}')));
    }
}
