//! Invented names: common and rare, of two and three characters and longer, with 「·」, and in
//! Latin letters for foreign residents.

use kernel::Rng;

/// Surnames that most people have; earlier ones are drawn more often.
const COMMON: [&str; 48] = [
    "王", "李", "张", "刘", "陈", "杨", "黄", "赵", "吴", "周", "徐", "孙", "马", "朱", "胡", "林", "郭", "何", "高",
    "罗", "郑", "梁", "谢", "宋", "唐", "许", "邓", "冯", "韩", "曹", "曾", "彭", "萧", "蔡", "潘", "田", "董", "袁",
    "于", "余", "叶", "蒋", "杜", "苏", "魏", "程", "吕", "丁",
];

/// Surnames of few, some of two characters, some that old systems cannot write.
const RARE: [&str; 20] = [
    "恽", "是", "芮", "承", "邵", "眭", "璩", "俎", "亓", "妫", "邢", "郤", "欧阳", "司马", "诸葛", "上官", "皇甫",
    "尉迟", "㵐", "𬱖",
];

const GIVEN_MALE: [&str; 40] = [
    "伟", "强", "磊", "军", "勇", "杰", "涛", "明", "超", "刚", "平", "辉", "鹏", "华", "飞", "鑫", "波", "斌", "宇",
    "浩", "凯", "健", "俊", "帆", "帅", "旭", "宁", "龙", "林", "欢", "建国", "志强", "文博", "子轩", "浩然", "国庆",
    "根宝", "德福", "家豪", "宇航",
];

const GIVEN_FEMALE: [&str; 40] = [
    "芳", "娜", "敏", "静", "秀英", "丽", "艳", "娟", "霞", "燕", "玲", "桂英", "丹", "萍", "红", "玉兰", "莉", "秀兰",
    "雪", "梅", "琳", "倩", "洁", "颖", "云", "慧", "婷", "欣怡", "梓涵", "诗涵", "雨桐", "晓雯", "佳怡", "梦洁",
    "月娥", "巧云", "凤英", "淑珍", "可馨", "思琪",
];

/// Given names that not every font or keyboard knows.
const GIVEN_RARE: [&str; 12] = ["翀", "喆", "玥", "犇", "骉", "垚", "昇曌", "䶮", "堃", "一珺", "𬭎", "𣲗"];

const DOTTED_FIRST: [&str; 12] = [
    "阿孜古丽",
    "热依汗",
    "买合木提",
    "艾克拜尔",
    "迪丽努尔",
    "库尔班",
    "巴图",
    "其其格",
    "扎西",
    "卓玛",
    "索南",
    "吾买尔江",
];

const DOTTED_LAST: [&str; 10] =
    ["艾则孜", "吐尔逊", "卡德尔", "依明", "巴特尔", "孟和", "次仁", "尼玛", "买买提", "赛买提"];

const LATIN_FIRST: [&str; 6] = ["ANNA", "ERIK", "MARIA", "JONAS", "CLARA", "TOMAS"];
const LATIN_LAST: [&str; 6] = ["LINDQVIST", "HOFFMANN", "O'BRIEN", "SANTOS", "DUPONT", "NOVAK"];

/// A name of a resident or a permit holder.
pub(super) fn han(rng: &dyn Rng, male: bool) -> String {
    if rng.below(100) == 0 {
        return format!("{}·{}", pick(rng, &DOTTED_FIRST), pick(rng, &DOTTED_LAST));
    }
    let surname = if rng.below(100) < 4 { pick(rng, &RARE) } else { weighted(rng, &COMMON) };
    let list = if male { &GIVEN_MALE } else { &GIVEN_FEMALE };
    let given = match rng.below(100) {
        0..3 => pick(rng, &GIVEN_RARE).to_owned(),
        // Two given characters put together where the list has one each.
        3..35 => {
            let (one, two) = (pick(rng, list), pick(rng, list));
            let whole = format!("{one}{two}");
            if one != two && whole.chars().count() == 2 { whole } else { one.to_owned() }
        }
        _ => pick(rng, list).to_owned(),
    };
    format!("{surname}{given}")
}

/// A name of a foreign resident.
pub(super) fn latin(rng: &dyn Rng) -> String {
    format!("{} {}", pick(rng, &LATIN_FIRST), pick(rng, &LATIN_LAST))
}

pub(super) fn pick<'a>(rng: &dyn Rng, list: &[&'a str]) -> &'a str {
    let at = usize::try_from(rng.below(list.len() as u64)).unwrap_or_default();
    list.get(at).copied().unwrap_or_default()
}

/// The smaller of two draws: the first of the list come up most.
fn weighted<'a>(rng: &dyn Rng, list: &[&'a str]) -> &'a str {
    let at = rng.below(list.len() as u64).min(rng.below(list.len() as u64));
    usize::try_from(at).ok().and_then(|at| list.get(at)).copied().unwrap_or_default()
}
