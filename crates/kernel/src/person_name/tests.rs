//! Tables of names: how they are typed, which are none, and which are the same.

use super::*;

fn name(text: &str) -> PersonName {
    PersonName::parse(text).unwrap_or_else(|error| panic!("{text:?}: {error}"))
}

/// As typed, and as kept.
const SPELLINGS: &[(&str, &str)] = &[
    ("张三", "张三"),
    ("  张三\t", "张三"),
    ("张　三", "张三"),
    ("张 三", "张三"),
    ("张\u{A0}三", "张三"),
    ("欧阳娜娜", "欧阳娜娜"),
    // What cannot be seen.
    ("张\u{200B}三", "张三"),
    ("\u{202E}张三\u{202C}", "张三"),
    ("\u{FEFF}张三\u{2069}", "张三"),
    ("张\u{AD}\u{2060}三\u{200F}", "张三"),
    ("张三\u{0}\u{3}\r\n", "张三"),
    ("葛\u{E0100}三", "葛三"),
    // Code points of old character sets and of fonts.
    ("\u{F90A}三", "金三"),
    ("\u{2FBC}三", "高三"),
    ("\u{2EE2}\u{2EF0}\u{2ED3}", "马龙长"),
    ("李\u{E863}", "李䶮"),
    ("\u{2F81A}三", "冬三"),
    ("王○", "王〇"),
    ("王◯", "王〇"),
    // Dots.
    ("阿卜杜拉·买买提", "阿卜杜拉·买买提"),
    ("阿卜杜拉•买买提", "阿卜杜拉·买买提"),
    ("阿卜杜拉・买买提", "阿卜杜拉·买买提"),
    ("阿卜杜拉･买买提", "阿卜杜拉·买买提"),
    ("阿卜杜拉‧买买提", "阿卜杜拉·买买提"),
    ("阿卜杜拉∙买买提", "阿卜杜拉·买买提"),
    ("阿卜杜拉⋅买买提", "阿卜杜拉·买买提"),
    ("阿卜杜拉●买买提", "阿卜杜拉·买买提"),
    ("阿卜杜拉.买买提", "阿卜杜拉·买买提"),
    ("阿卜杜拉．买买提", "阿卜杜拉·买买提"),
    ("阿卜杜拉 · 买买提", "阿卜杜拉·买买提"),
    ("阿卜杜拉 . 买买提", "阿卜杜拉·买买提"),
    ("阿卜杜拉。买买提", "阿卜杜拉·买买提"),
    ("古丽·阿依·买买提", "古丽·阿依·买买提"),
    ("〇一", "〇一"),
    // Extension A (䶮), the end of the first block (鿫), B (𠅤), C, D (𫞩), E (𬭎), F, G, H, J; two of the
    // ideographs that only look like compatibility forms.
    ("李䶮", "李䶮"),
    ("王鿫", "王鿫"),
    ("王𠅤", "王𠅤"),
    ("王\u{2A700}", "王\u{2A700}"),
    ("王𫞩", "王𫞩"),
    ("王𬭎", "王𬭎"),
    ("王\u{2CEB0}", "王\u{2CEB0}"),
    ("王\u{2EBF0}", "王\u{2EBF0}"),
    ("王\u{30000}", "王\u{30000}"),
    ("王\u{31350}", "王\u{31350}"),
    ("王\u{323B0}", "王\u{323B0}"),
    ("\u{20000}\u{20001}", "\u{20000}\u{20001}"),
    ("凞\u{F9DC}", "凞隆"),
    ("\u{FA0E}\u{FA11}", "\u{FA0E}\u{FA11}"),
    // Traditional characters stay what they are.
    ("張三豐", "張三豐"),
    ("Maria  Smith", "Maria Smith"),
    ("Ｍａｒｉａ　Ｓｍｉｔｈ", "Maria Smith"),
    ("José Núñez-Ødegård", "José Núñez-Ødegård"),
    ("Jose\u{301} Nun\u{303}ez", "José Nuñez"),
    ("Nguyễn Văn Đức", "Nguyễn Văn Đức"),
    ("Conor O’Brien", "Conor O'Brien"),
    ("Conor O`Brien", "Conor O'Brien"),
    ("Anna–Lena Vogt", "Anna-Lena Vogt"),
    ("Anna 王", "Anna 王"),
    ("Li", "Li"),
];

#[test]
fn names_and_their_one_spelling() {
    let long = "阿".repeat(50);
    for (typed, expected) in SPELLINGS.iter().chain([&(long.as_str(), long.as_str())]) {
        assert_eq!(PersonName::parse(typed).map(|n| n.0), Ok((*expected).to_owned()), "{typed:?}");
        assert_eq!(name(expected).0, *expected, "read once more");
    }
}

#[test]
fn what_is_no_name() {
    let long = "阿".repeat(51);
    let odd = |c| NameError::Character(Odd::new(c));
    for (text, error) in [
        ("", NameError::Empty),
        (" \u{3000} ", NameError::Empty),
        ("张", NameError::TooShort),
        ("张\u{200B}", NameError::TooShort),
        ("𠅤", NameError::TooShort),
        (&long, NameError::TooLong),
        ("张3", odd('3')),
        ("张３", odd('3')),
        ("3", odd('3')),
        ("张三!", odd('!')),
        ("张三<b>", odd('<')),
        ("张*三", odd('*')),
        ("张😀", odd('😀')),
        ("やまだ", odd('や')),
        ("Иван", odd('И')),
        ("A×B", odd('×')),
        ("J. Smith", odd('.')),
        ("张\u{E000}", odd('\u{E000}')),
        ("x\u{302}a", odd('\u{302}')),
        ("·张三", NameError::Punctuation),
        ("张三·", NameError::Punctuation),
        ("阿卜杜拉··买买提", NameError::Punctuation),
        ("Anna--Lena", NameError::Punctuation),
        ("-- ", NameError::Punctuation),
        ("' '", NameError::Punctuation),
    ] {
        assert_eq!(PersonName::parse(text), Err(error), "{text:?}");
    }
    let shown = |text: &str| match PersonName::parse(text) {
        Err(NameError::Character(odd)) => odd.shown(),
        other => format!("{other:?}"),
    };
    assert_eq!(shown("张3"), "3");
    assert_eq!(shown("张\u{E000}"), "U+E000");
    assert_eq!(shown("x\u{302}a"), "◌\u{302}");
    assert_eq!(format!("{:?}", PersonName::parse("张3")), "Err(Character(Odd(…)))");
}

/// Everything that was accepted before code points were brought together: rows are sealed in that form.
#[test]
fn what_was_ever_accepted_is_still_read_to_one_value() {
    let accepted = (0x3400..=0x4DBF)
        .chain(0x4E00..=0x9FFF)
        .chain(0xF900..=0xFAFF)
        .chain(0x20000..=0x2FFFD)
        .chain(0x30000..=0x3FFFD)
        .chain([0x3007])
        .chain(0x41..=0x5A)
        .chain(0x61..=0x7A)
        .chain((0xC0..=0x24F).filter(|c| ![0xD7, 0xF7].contains(c)))
        .chain(0x1E00..=0x1EFF);
    for c in accepted.filter_map(char::from_u32) {
        let old = format!("王{c}");
        let read = name(&old);
        assert_eq!(name(read.expose()), read, "{old}");
        assert!(read.same_as(&read));
        for joint in [' ', '\'', '-', '·'] {
            let old = format!("A{joint}{c}");
            assert!(PersonName::parse(&old).is_ok_and(|read| name(read.expose()) == read), "{old}");
        }
    }
}

const SAME: &[(&str, &str)] = &[
    ("张三", "张三"),
    ("張三豐", "张三丰"),
    ("劉德華", "刘德华"),
    ("龍應台", "龙应台"),
    ("葉問", "叶问"),
    ("鍾欣潼", "钟欣潼"),
    ("錢鍾書", "钱锺书"),
    ("呂秀蓮", "吕秀莲"),
    ("吳爲山", "吴为山"),
    ("衞蘭", "卫兰"),
    ("説書人", "说书人"),
    ("沈從文", "沈从文"),
    ("\u{F90A}庸", "金庸"),
    ("\u{2FBC}圓圓", "高圆圆"),
    ("李\u{E863}", "李龑"),
    ("王○", "王〇"),
    ("阿卜杜拉•買買提", "阿卜杜拉·买买提"),
    ("阿卜杜拉 . 买买提", "阿卜杜拉·买买提"),
    ("ZHANG San", "San Zhang"),
    ("ZHANG SAN", "zhang san"),
    ("Ｚｈａｎｇ　Ｓａｎ", "ZHANG SAN"),
    ("SMITH JOHN ROBERT", "John Robert Smith"),
    ("Maria·Smith", "Maria Smith"),
    ("NUÑEZ JOSÉ", "Jose\u{301} Nun\u{303}ez"),
    ("O’BRIEN Conor", "Conor O'Brien"),
    ("Anna 王", "王 Anna"),
    ("王Anna", "王 ANNA"),
];

const OTHER: &[(&str, &str)] = &[
    ("张三", "章三"),
    ("张三", "张珊"),
    ("张三", "李三"),
    ("张三", "张三三"),
    ("张三", "三张"),
    ("萧红", "肖红"),
    ("閻立本", "闫立本"),
    ("于謙", "於謙"),
    ("乾隆", "干隆"),
    ("李昇", "李升"),
    ("王喆", "王哲"),
    ("甯浩", "宁浩"),
    ("傅雷", "付雷"),
    ("戴笠", "代笠"),
    ("邱少雲", "丘少云"),
    ("陈〇", "陈零"),
    ("阿卜杜拉·买买提", "买买提·阿卜杜拉"),
    ("阿卜杜拉·买买提", "阿卜杜拉买买提"),
    ("古丽·阿依·买买提", "古丽·买买提"),
    ("SMITH JOHN ROBERT", "SMITH JOHN"),
    ("SMITH JOHN ROBERT", "SMITH JOHN R"),
    ("ZHANG San", "ZHANG Shan"),
    ("Zhang San", "张三"),
    ("José Núñez", "Jose Nunez"),
    ("Anna-Lena", "Anna Lena"),
    ("Anna 王", "Anna 汪"),
];

#[test]
fn names_that_are_the_same_and_names_that_are_not() {
    for (one, other) in SAME {
        assert!(name(one).same_as(&name(other)) && name(other).same_as(&name(one)), "{one} {other}");
        assert_eq!(name(one).canonical(), name(other).canonical());
    }
    for (one, other) in OTHER {
        assert!(!name(one).same_as(&name(other)) && !name(other).same_as(&name(one)), "{one} {other}");
        assert_ne!(name(one).canonical(), name(other).canonical());
    }
}

#[test]
fn another_writing_of_a_name_is_known() {
    let common = |text: &str| PersonName::parse(text).unwrap().in_common_forms().map(|name| name.expose().to_owned());
    assert_eq!(common("劉紅").as_deref(), Some("刘红"));
    assert_eq!(common("周明遠").as_deref(), Some("周明远"));
    assert_eq!(common("刘红"), None);
    assert_eq!(common("Zhang San"), None);
}

/// Over a generated set: the same is reflexive, symmetric, transitive, and says what the canonical text says.
#[test]
fn being_the_same_divides_all_names_into_groups() {
    let parts =
        ["张", "張", "章", "龍", "龙", "三", "·三", "San", "SAN", "Zhang", "Núñez", "Nu\u{301}n\u{303}ez", "○", "〇"];
    let mut names = Vec::new();
    for one in parts {
        for joint in ["", " ", "•"] {
            for other in parts {
                names.extend(PersonName::parse(&format!("{one}{joint}{other}")));
            }
        }
    }
    assert!(names.len() > 300, "{}", names.len());
    let keys: Vec<String> = names.iter().map(PersonName::canonical).collect();
    for (one, key) in names.iter().zip(&keys) {
        assert!(one.same_as(one) && name(one.expose()).same_as(one));
        assert!(one.same_as(&name(&one.expose().to_uppercase())));
        for (other, other_key) in names.iter().zip(&keys) {
            assert_eq!(one.same_as(other), key == other_key);
            // One spelling is one name.
            assert!(one != other || key == other_key);
        }
    }
}

#[test]
fn masks() {
    for (typed, masked) in [
        ("张三", "*三"),
        ("张三丰", "**丰"),
        ("王𠅤", "*𠅤"),
        ("阿卜杜拉·买买提", "****·**提"),
        ("Maria Smith", "M**** *****"),
        ("Conor O'Brien", "C**** *'*****"),
        ("Émile Zola", "É**** ****"),
        ("Anna 王", "**** 王"),
        ("王 Anna", "王 ****"),
    ] {
        assert_eq!(name(typed).masked(), masked);
    }
}

#[test]
fn a_clerk_calls_people_by_their_surname() {
    for (name, surname, called) in [
        ("王明", "王", "王*"),
        ("周明远", "周", "周*远"),
        ("欧阳明远", "欧阳", "欧阳*远"),
        ("欧阳娜", "欧阳", "欧阳*"),
        ("歐陽明遠", "歐陽", "歐陽*遠"),
        ("欧阳", "欧", "欧*"),
        ("古丽娜尔·艾山", "古丽娜尔", "古丽娜尔·**"),
        ("MARIA ROSSI", "MARIA", "MARIA *****"),
    ] {
        let parsed = PersonName::parse(name).unwrap();
        assert_eq!((parsed.surname(), parsed.called().as_str()), (surname, called), "{name}");
    }
}
