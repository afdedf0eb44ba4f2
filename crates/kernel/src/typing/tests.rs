//! Tables of what is typed, and of what is meant by it.

use super::*;

/// One digit field typed on every keyboard there is.
const SIX: &[&str] = &[
    "123456",
    " 123 456\r\n",
    "１２３４５６",
    "123\u{3000}456",
    "\u{FEFF}123456",
    "\u{202D}123456\u{202C}",
    "\u{200E}123456\u{200F}",
    "123\u{200B}456",
    "123\u{AD}456",
    "123\u{2060}456",
    "\u{2066}123456\u{2069}",
    "123\u{A0}456",
    "123\u{2009}456",
    "123\u{202F}456",
    "123-456",
    "123\u{2013}456",
    "123\u{2014}456",
    "123－456",
    "123ー456",
    "123.456",
    "123。456",
    "123·456",
    "123/456",
    "123_456",
    "123,456",
    "'123456",
    "“123456”",
    "\u{2}123456\u{3}\t",
    "l23456",
    "I23456",
    "①②③④⑤⑥",
];

#[test]
fn six_digits_however_they_are_typed() {
    for typed in SIX {
        assert_eq!(digits(typed, 6).as_deref(), Some("123456"), "{typed:?}");
    }
    for typed in ["oOО0ο0", "000000"] {
        assert_eq!(digits(typed, 6).as_deref(), Some("000000"), "{typed:?}");
    }
    for wrong in ["", "12345", "1234567", "12345a", "一二三四五六", "١٢٣٤٥٦", "12 45", "\u{202E}"] {
        assert_eq!(digits(wrong, 6), None, "{wrong:?}");
    }
}

#[test]
fn numbers_that_may_end_in_an_x() {
    for last in ["X", "x", "Ｘ", "ｘ", "×", "Х", "х", "Χ", "χ", "Ⅹ", "ⅹ", "*", "✕"] {
        assert_eq!(number_or_x(&format!("l1O105-{last}")), "110105X", "{last}");
    }
    // Only the last may.
    assert_eq!(number_or_x("1×05"), "1×05");
    assert_eq!(number_or_x(""), "");
    assert_eq!(number_or_x("o"), "0");
}

#[test]
fn codes_of_letters_and_digits() {
    for typed in ["a12345678", " Ａ1234 5678", "а12345678", "А-1234-5678", "\u{FEFF}Α12345678\u{200B}", "a123_45678\t"]
    {
        assert_eq!(code(typed), "A12345678", "{typed:?}");
    }
    assert_eq!(code("o1"), "O1");
    assert_eq!(code("卡1"), "卡1");
}

#[test]
fn credit_codes_have_neither_o_nor_i() {
    for (typed, expected) in
        [("9132o4OO ma7y-00211О", "91320400MA7Y002110"), ("iІI", "111"), ("l5svz", "L5SVZ"), ("号1", "号1")]
    {
        assert_eq!(credit_code(typed), expected, "{typed:?}");
    }
}

#[test]
fn figures() {
    for (typed, expected) in [
        ("1,234.50", "1234.50"),
        (" １２３４．５０ 元", "1234.50"),
        ("￥1 234。50", "1234.50"),
        ("\u{FEFF}−60\u{202C}", "-60"),
        ("1e5", "1e5"),
        ("", ""),
    ] {
        assert_eq!(figure(typed), expected, "{typed:?}");
    }
}

#[test]
fn login_names() {
    for typed in [
        "chuang-kou.1",
        " Chuang-Kou.1\r\n",
        "ｃｈｕａｎｇ－ｋｏｕ．１",
        "chuang—kou。1",
        "\u{FEFF}CHUANG-KOU.1",
        "сhuаng-kоu.1",
    ] {
        assert_eq!(login(typed), "chuang-kou.1", "{typed:?}");
    }
    assert_eq!(login("窗口"), "窗口");
}

#[test]
fn lines_of_words() {
    for (typed, expected) in [
        ("  二院\u{3000} 门诊药房 \r\n", "二院 门诊药房"),
        ("\u{202E}二院\u{200B}", "二院"),
        ("e\u{301}cole\u{0}", "école"),
        ("一二三四五六七八九十一二", "一二三四五六七八九十"),
        ("\u{200B} \u{FEFF}", ""),
    ] {
        assert_eq!(line(typed, 10), expected, "{typed:?}");
    }
}

#[test]
fn words_to_search_by() {
    for (typed, expected) in [
        ("眼 科", vec!["眼", "科"]),
        (" 眼\u{3000}科\t", vec!["眼", "科"]),
        ("\u{FEFF}眼\u{200B}科", vec!["眼科"]),
        ("骨科、眼科", vec!["骨科", "眼科"]),
        ("兒科", vec!["儿科"]),
        ("\u{2EE3}科", vec!["骨科"]),
        ("ＣＴ室", vec!["ct室"]),
        ("People's Hospital", vec!["peoples", "hospital"]),
        ("people’s", vec!["peoples"]),
        ("100%_\\", vec!["100"]),
        ("眼\u{0}科", vec!["眼科"]),
        ("% _ \u{0}", vec![]),
        ("", vec![]),
    ] {
        assert_eq!(words(typed, 30), expected, "{typed:?}");
    }
    assert_eq!(words(&"长".repeat(500), 30), ["长".repeat(30)]);
    assert_eq!(words("ab cd ef", 3), ["ab", "c"]);
}

#[test]
fn scans_whatever_the_keyboard_did() {
    for typed in [
        "CZRS2ABC019",
        "czrs2abc019",
        "CzRs2AbC019",
        "ＣＺＲＳ２ａｂｃ０１９",
        "CZRS2.ABC.019",
        "CZRS2。ABC。019",
        "czrs2，abc'019",
        "\u{2}CZRS2ABC019\u{3}",
        "\u{FEFF}CZRS2ABC019",
        "]Q1CZRS2ABC019",
        "]C1CZRS2ABC019\r\n",
        "]d2CZRS2ABC019\t",
        "】q1czrs2abc019",
        "］Ｑ１CZRS2ABC019",
        "\u{2}]Q1CZRS2ABC019\u{3}\r\n",
        "CZRS2 ABC 019\t",
        "\u{1D}CZRS2ABC\u{1D}019",
    ] {
        assert_eq!(scan(typed, 64), Scan::Code("CZRS2ABC019".into()), "{typed:?}");
    }
    for typed in ["", " \r\n", "\u{2}\u{3}", "\u{FEFF}", "]Q1"] {
        assert_eq!(scan(typed, 64), Scan::Nothing, "{typed:?}");
    }
    for typed in ["成人S2", "сzrs2", "&é\"'(-è_çà", "?!", "ｶﾅ", "、、"] {
        assert_eq!(scan(typed, 64), Scan::Keyboard, "{typed:?}");
    }
    assert_eq!(scan("ABCDEF", 3), Scan::Code("ABC".into()));
}

#[test]
fn composed_text() {
    assert!(matches!(nfc("tianning"), Cow::Borrowed(_)));
    assert_eq!(nfc("e\u{301}"), "é");
}
