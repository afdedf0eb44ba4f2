# 注册、登录、我的、消息、工作台登录。

mobile-label = 手机号码
code-label = 短信验证码
name-label = 姓名
name-hint = 与身份证上一致；中间的点可以用「·」
id-number-label = 身份证号
id-number-hint = 18 位，最后一位可能是 X；港澳台居民居住证、外国人永久居留身份证也可以
password-label = 登录密码
password-new-label = 设置登录密码
password-again-label = 再输一遍登录密码
password-hint = 至少 8 位，字母和数字都要有；或者 12 位以上任意字符。不要用证件号、手机号、生日

sms-send = 获取短信验证码
sms-resend = 没收到？重新获取验证码
sms-do-not-repeat = 请勿多次重复申请短信验证码
sms-sent-to = 验证码已发往 { $mobile }，5 分钟内有效。
sms-sent-again = 新的验证码已发出，请用最新收到的一条。
sms-wait = 验证码申请得太频繁了，请 { $time }后再试。收到过的验证码在 5 分钟内仍可使用。
wait-seconds = { $count } 秒
wait-minutes = { $count } 分钟
wait-hours = { $count } 小时
code-refused-wrong = 验证码不对，还可以再试 { $left } 次。
code-refused-killed = 验证码输错次数太多，已经作废。请重新获取验证码。
code-refused-expired = 验证码已过期。请重新获取验证码。
code-refused-gone = 这个验证码已经用过，或被新的验证码代替。请用最新收到的一条，或重新获取。

sign-up-title = 注册
sign-up-mobile-hint = 以后用它登录、收通知
sign-up-have-account = 已经注册过？去登录
sign-up-submit = 提交注册
flash-sign-up-landed = 资料已提交。请用手机号和刚设的密码登录。
flash-code-gone = 刚才的验证码已经失效，请重新获取。

login-title = 登录
login-ways = 登录方式
login-by-password = 密码登录
login-by-code = 验证码登录
login-name-label = 身份证号或手机号码
login-submit = 登录
login-sign-up = 注册新账户
login-help = 登录遇到困难，可拨打 12333，或带身份证到服务窗口办理。
login-mobile-hint = 注册时用的手机号码
login-sent-to = 如果 { $mobile } 已注册，验证码正在发送，5 分钟内有效。
login-incomplete = 请把账号和密码都填上。
login-wrong = 账号或密码不对。再错 { $left } 次将暂时锁定。
login-locked = 试得太多了，为了保护账户，请 { $time }后再试，或改用验证码登录。
flash-signed-out = 您已安全退出。

me-title = 我的
me-orders = 我的订单
me-orders-detail = 预约挂号、取消、就诊记录
me-unread = { $count } 条未读
me-sessions-detail = 看看在哪些设备上登录过，可以远程退出
me-elder-detail = 字大、按钮大、操作少
me-standard-detail = 恢复普通大小
me-language = English
me-language-detail = 切换为英文
me-logout = 退出登录

sessions-title = 登录设备
sessions-intro = 有不认识的设备，请让它退出，并尽快联系 12333。
sessions-unknown-device = 其他设备
sessions-seen = 最近使用：{ $time }
sessions-here = 本机
sessions-end = 退出
sessions-end-others = 退出其他所有设备
flash-session-ended = 那台设备已退出登录。
flash-sessions-ended = 其他设备都已退出登录。

messages-title = 消息
messages-unread = 未读：
messages-empty-title = 还没有消息
messages-empty-text = 预约、取消、停诊的通知会出现在这里，同时发短信。
messages-older = 更早的消息
messages-open = 去看看
message-other-title = 通知
message-other-body = 您有一条通知。详情请拨打 12333。
message-sign-up-tried-title = 有人用您的资料注册
message-sign-up-tried-body = { $tried_at } 有人用您的身份证号或手机号码注册。您的账户没有任何改变；没有经过本人认证，谁也看不到您的信息，办不了您的事。如果是您本人，请直接登录，或在新账户里完成实名认证；不是的话，不用做什么，也不要把验证码告诉任何人。
message-number-taken-back-title = 冒用您身份证号的账户已停用
message-number-taken-back-body = 有 { $count } 个账户填了您的身份证号，都没有经过本人认证，也没有办过任何事。{ $told_at } 您完成认证后，它们已全部停用。如有疑问，请拨打 12333。
message-account-moved-title = 账户换了登录手机号和密码
message-account-moved-body = { $moved_at }，您在新注册的账户里完成了本人认证。登录手机号和登录密码已换成新账户的，原来登录的设备都已退出。如果不是您本人，请立即拨打 12333。

desk-login-title = 工作台登录
desk-login-name = 工号
desk-login-submit = 登录工作台
desk-login-wrong = 工号或密码不对。再错 { $left } 次将暂时锁定。
desk-login-locked = 试得太多了，请 { $time }后再试。
desk-second-factor-title = 工作台暂不能登录
desk-second-factor-text = 正式环境的工作台登录必须有第二重验证，目前尚未开通。请联系系统管理员。

error-mobile = 请填 11 位手机号码
error-name = 姓名里有不能用的字符
error-name-short = 请填写姓名，至少两个字
error-name-long = 姓名最多 50 个字
error-id-number = 身份证号不对，请核对每一位
error-id-number-form = 身份证号是 18 位：17 位数字，最后一位是数字或 X
error-id-number-old = 15 位的旧证号已经停用，请填 18 位的号码
error-code-format = 验证码是 6 位数字
error-code-refused = 验证码没有通过
error-password-short = 密码至少 8 位
error-password-long = 密码最多 128 位
error-password-mix = 密码要同时有字母和数字，或者 12 位以上
error-password-weak = 这个密码太容易被猜到，请换一个
error-password-personal = 密码里不要有证件号、手机号或生日
error-password-again = 两次输入的密码不一样
