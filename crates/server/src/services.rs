//! The services below the halls, for whoever looks for one by its name.

use hall::search::Service;

/// Pages of the program itself.
pub const HOUSE: [Service; 5] = [
    Service::new(20, "/orders", "find-orders", "订单 我的预约 我的挂号 退号 退款 退费 取消预约 refund cancel"),
    Service::new(40, "/todos", "find-todos", "要办的事 待支付 待付款 todo tasks"),
    Service::new(90, "/look?elder=1&to=/", "find-elder", ELDER),
    Service::new(90, "/look?lang=en&to=/", "find-english", "英文 英语 外国人 language"),
    Service::new(90, "/look?lang=zh-CN&to=/", "find-chinese", "汉语 普通话 language"),
];

const ELDER: &str = "大字版 大字 读给我听 朗读 老年版 关怀版 老人 字太小 large text elderly";

/// Pages about people, their card and their accounts.
pub const IDENTITY: [Service; 15] = [
    Service::new(60, "/messages", "find-messages", "通知 短信 提醒 notifications"),
    Service::new(60, "/card", "find-card", "社保卡 社会保障卡 电子卡 二维码 出示二维码 扫码 card qr"),
    Service::new(60, "/card/insurance-code", "find-insurance-code", "医保 医保电子凭证 医保卡 insurance"),
    Service::new(60, "/pay-password", "find-pay-password", "支付密码 改支付密码 设置支付密码 pin"),
    Service::new(
        60,
        "/pay-password/forgot",
        "find-pay-password-forgot",
        "忘记支付密码 支付密码忘了 重置支付密码 forgotten pin",
    ),
    Service::new(
        60,
        "/real-name",
        "find-real-name",
        "面部识别认证 面部识别 人脸 人脸识别 刷脸 认证 身份认证 identity face",
    ),
    Service::new(60, "/real-name/level", "find-insured", "医保状态 参保 参保查询 参保信息 insured"),
    Service::new(60, "/devices", "find-devices", "登录设备 换手机 手机丢了 退出登录 devices phone"),
    Service::new(60, "/me/password", "find-password", "修改密码 改密码 密码 change password"),
    Service::new(60, "/forgot", "find-forgot", "找回密码 忘记密码 密码忘了 forgotten password"),
    Service::new(60, "/terms", "find-terms", "协议 用户协议 服务协议 服务条款 条款 terms conditions agreement"),
    Service::new(60, "/privacy", "find-privacy", "隐私 隐私协议 隐私保护 个人信息保护 privacy data protection"),
    Service::new(60, "/me", "find-me", "账户 个人中心 个人信息 account profile"),
    Service::new(60, "/sign-up", "find-sign-up", "新用户 开户 账户注册 register"),
    Service::new(60, "/login", "find-login", "登陆 sign-in"),
];
