//! The sample data itself: names of public institutions as labels, everything else invented.

/// A hospital of the demo city.
pub(super) struct SampleHospital {
    pub code: &'static str,
    pub name: &'static str,
    /// How people call it; searched as well.
    pub short: &'static str,
    pub name_en: &'static str,
    pub level: &'static str,
    /// Invented, as all of these are.
    pub credit_code: &'static str,
    /// What the insurer knows it by; the sandbox has an account for the one whose visits cost something.
    pub insurer_code: &'static str,
    pub district: &'static str,
    pub address: &'static str,
    pub phone: &'static str,
    pub hours: &'static str,
    pub tips: &'static str,
    pub tips_en: &'static str,
    /// Names out of [`DEPARTMENTS`].
    pub departments: &'static [&'static str],
}

/// A kind of department.
pub(super) struct SampleDepartment {
    pub name: &'static str,
    pub name_en: &'static str,
    pub good_at: &'static str,
    pub good_at_en: &'static str,
}

const TIPS: &str =
    "请带身份证或社会保障卡，签到时出示就诊条码。\n过号请到分诊台说明，由护士安排。\n如发热、咳嗽，请先到发热门诊。";
const TIPS_EN: &str = "Bring your ID card or social security card, and show the visit barcode when you check in.\nIf you miss your turn, please see the triage nurse.\nWith fever or a cough, go to the fever clinic first.";

/// When people are seen; a hospital's emergency department never closes.
const HOURS: &str = "1-7 08:00-11:30 13:30-17:00";
const COMMUNITY_HOURS: &str = "1-6 08:00-11:30 13:30-17:00";

pub(super) const HOSPITALS: &[SampleHospital] = &[
    SampleHospital {
        code: "dyrmyy",
        name: "常州市第一人民医院",
        short: "市一院",
        name_en: "Changzhou First People's Hospital",
        level: "tertiary",
        credit_code: "123204004670000126",
        insurer_code: "H32040000002",
        district: "320402",
        address: "天宁区（演示地址）1 号",
        phone: "0519-00000001",
        hours: HOURS,
        tips: TIPS,
        tips_en: TIPS_EN,
        departments: &[
            "心血管内科",
            "呼吸与危重症医学科",
            "消化内科",
            "神经内科",
            "骨科",
            "泌尿外科",
            "眼科",
            "皮肤科",
        ],
    },
    SampleHospital {
        code: "dermyy",
        name: "常州市第二人民医院",
        short: "市二院",
        name_en: "Changzhou Second People's Hospital",
        level: "tertiary",
        credit_code: "123204004670000201",
        insurer_code: "H32040000001",
        district: "320402",
        address: "天宁区（演示地址）2 号",
        phone: "0519-00000002",
        hours: HOURS,
        tips: TIPS,
        tips_en: TIPS_EN,
        departments: &["内分泌科", "肾内科", "普外科", "神经外科", "眼科", "耳鼻咽喉科", "康复医学科"],
    },
    SampleHospital {
        code: "zyyy",
        name: "常州市中医医院",
        short: "市中医院",
        name_en: "Changzhou Hospital of Traditional Chinese Medicine",
        level: "tertiary",
        credit_code: "12320400467000039X",
        insurer_code: "H32040000003",
        district: "320402",
        address: "天宁区（演示地址）3 号",
        phone: "0519-00000003",
        hours: HOURS,
        tips: TIPS,
        tips_en: TIPS_EN,
        departments: &["中医科", "针灸推拿科", "风湿免疫科", "骨科", "老年医学科"],
    },
    SampleHospital {
        code: "fybjy",
        name: "常州市妇幼保健院",
        short: "市妇保",
        name_en: "Changzhou Maternal and Child Health Hospital",
        level: "tertiary",
        credit_code: "12320400467000047Q",
        insurer_code: "H32040000004",
        district: "320404",
        address: "钟楼区（演示地址）4 号",
        phone: "0519-00000004",
        hours: HOURS,
        tips: TIPS,
        tips_en: TIPS_EN,
        departments: &["妇科", "产科", "儿科", "中医科"],
    },
    SampleHospital {
        code: "etyy",
        name: "常州市儿童医院",
        short: "市儿童医院",
        name_en: "Changzhou Children's Hospital",
        level: "tertiary",
        credit_code: "12320400467000055K",
        insurer_code: "H32040000005",
        district: "320402",
        address: "天宁区（演示地址）5 号",
        phone: "0519-00000005",
        hours: HOURS,
        tips: TIPS,
        tips_en: TIPS_EN,
        departments: &["儿科", "耳鼻咽喉科", "眼科", "皮肤科", "口腔科"],
    },
    SampleHospital {
        code: "dsrmyy",
        name: "常州市第三人民医院",
        short: "市三院",
        name_en: "Changzhou Third People's Hospital",
        level: "tertiary",
        credit_code: "12320400467000063E",
        insurer_code: "H32040000006",
        district: "320402",
        address: "天宁区（演示地址）6 号",
        phone: "0519-00000006",
        hours: HOURS,
        tips: TIPS,
        tips_en: TIPS_EN,
        departments: &["感染科", "呼吸与危重症医学科", "消化内科", "皮肤科", "中医科"],
    },
    SampleHospital {
        code: "kqyy",
        name: "常州市口腔医院",
        short: "市口腔",
        name_en: "Changzhou Stomatological Hospital",
        level: "secondary",
        credit_code: "123204004670000719",
        insurer_code: "H32040000007",
        district: "320404",
        address: "钟楼区（演示地址）7 号",
        phone: "0519-00000007",
        hours: HOURS,
        tips: TIPS,
        tips_en: TIPS_EN,
        departments: &["口腔科", "口腔正畸科", "儿童口腔科", "牙周科"],
    },
    SampleHospital {
        code: "qljd",
        name: "天宁区青龙街道社区卫生服务中心",
        short: "青龙社区",
        name_en: "Qinglong Community Health Centre",
        level: "community",
        credit_code: "1232040246700008XX",
        insurer_code: "H32040200008",
        district: "320402",
        address: "天宁区（演示地址）8 号",
        phone: "0519-00000008",
        hours: COMMUNITY_HOURS,
        tips: TIPS,
        tips_en: TIPS_EN,
        departments: &["全科", "中医科", "口腔科", "预防保健科"],
    },
];

macro_rules! department {
    ($name:literal, $name_en:literal, $good_at:literal, $good_at_en:literal) => {
        SampleDepartment { name: $name, name_en: $name_en, good_at: $good_at, good_at_en: $good_at_en }
    };
}

pub(super) const DEPARTMENTS: &[SampleDepartment] = &[
    department!(
        "心血管内科",
        "Cardiology",
        "高血压、冠心病、心律失常",
        "high blood pressure, coronary disease, arrhythmia"
    ),
    department!("呼吸与危重症医学科", "Respiratory Medicine", "慢性咳嗽、哮喘、慢阻肺", "chronic cough, asthma, COPD"),
    department!("消化内科", "Gastroenterology", "胃炎、肠道疾病、胃肠镜检查", "gastritis, bowel disease, endoscopy"),
    department!("神经内科", "Neurology", "头痛、头晕、脑血管病", "headache, dizziness, cerebrovascular disease"),
    department!("内分泌科", "Endocrinology", "糖尿病、甲状腺疾病", "diabetes, thyroid disease"),
    department!("肾内科", "Nephrology", "慢性肾病、血尿、透析随访", "chronic kidney disease, dialysis follow-up"),
    department!("风湿免疫科", "Rheumatology", "类风湿关节炎、痛风", "rheumatoid arthritis, gout"),
    department!("普外科", "General Surgery", "甲状腺、乳腺、胆囊疾病", "thyroid, breast and gallbladder disease"),
    department!("骨科", "Orthopaedics", "颈肩腰腿痛、骨折随访", "neck, back and joint pain, fractures"),
    department!("泌尿外科", "Urology", "结石、前列腺疾病", "stones, prostate disease"),
    department!("神经外科", "Neurosurgery", "颅脑外伤、脑肿瘤随访", "head injury, tumour follow-up"),
    department!("妇科", "Gynaecology", "月经不调、妇科炎症", "menstrual disorders, inflammation"),
    department!("产科", "Obstetrics", "产前检查、高危妊娠", "antenatal care, high-risk pregnancy"),
    department!("儿科", "Paediatrics", "儿童发热、咳嗽、生长发育", "fever, cough, growth of children"),
    department!("眼科", "Ophthalmology", "白内障、青光眼、近视防控", "cataract, glaucoma, short sight"),
    department!("耳鼻咽喉科", "Ear, Nose and Throat", "鼻炎、中耳炎、咽喉炎", "rhinitis, otitis media, sore throat"),
    department!("口腔科", "Dentistry", "补牙、拔牙、口腔溃疡", "fillings, extractions, mouth ulcers"),
    department!("口腔正畸科", "Orthodontics", "牙齿矫正", "braces and aligners"),
    department!("儿童口腔科", "Children's Dentistry", "儿童龋齿、窝沟封闭", "caries, sealants"),
    department!("牙周科", "Periodontology", "洁牙、牙龈出血", "scaling, bleeding gums"),
    department!("皮肤科", "Dermatology", "湿疹、痤疮、荨麻疹", "eczema, acne, hives"),
    department!("中医科", "Chinese Medicine", "调理体质、失眠、脾胃病", "general condition, insomnia, digestion"),
    department!(
        "针灸推拿科",
        "Acupuncture and Massage",
        "颈椎病、面瘫、腰肌劳损",
        "neck disorders, facial palsy, back strain"
    ),
    department!("康复医学科", "Rehabilitation", "术后与卒中后康复", "rehabilitation after surgery and stroke"),
    department!("感染科", "Infectious Diseases", "肝炎、发热待查", "hepatitis, fever of unknown cause"),
    department!("老年医学科", "Geriatrics", "老年综合评估、多病共存", "assessment and several conditions in old age"),
    department!("全科", "General Practice", "常见病、慢病随访、健康咨询", "common and chronic conditions, advice"),
    department!("预防保健科", "Preventive Care", "疫苗咨询、健康体检", "vaccination advice, check-ups"),
];

pub(super) const SURNAMES: &[&str] = &[
    "周", "吴", "郑", "冯", "陈", "褚", "卫", "蒋", "沈", "韩", "杨", "朱", "秦", "许", "何", "吕", "施", "张", "孔",
    "曹", "严", "华", "金", "魏", "陶", "姜", "戚", "谢", "邹", "喻",
];

pub(super) const GIVEN_NAMES: &[&str] = &[
    "雅文", "志远", "清和", "明澈", "书瑶", "景行", "思齐", "若水", "嘉树", "怀瑾", "予安", "知夏", "云舟", "青禾",
    "维桢", "静姝", "承泽", "望舒", "子衿", "修远", "文心", "一鸣", "秋实", "晓棠", "立言", "疏影", "观澜", "以宁",
    "乐山", "初晴", "慕白", "采薇", "敬之", "听雨", "弘毅", "令仪", "泊远", "映雪", "守正", "佩兰",
];
