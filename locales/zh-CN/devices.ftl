# 设备、凭社保卡或窗口验证码的认证、服务窗口工作台。

devices-title = 我的设备
devices-intro = 实名认证只在您认证过的设备上有效。有不认识的设备，请让它退出，并尽快联系 12333。
devices-empty-title = 还没有认证过的设备
devices-empty-text = 在这部设备上完成实名认证后，它会出现在这里。
devices-bound = 实名认证：{ $time }
devices-end = 退出
flash-device-ended = 那部设备已退出，在它上面要重新认证才能办事。

device-prove-title = 确认是您的设备
device-working = 正在确认这部设备，请稍等，会自动继续。
device-answer = 再确认一次
device-answer-refused = 没有确认成功。请再试一次，或改用短信验证码。
device-key-lost = 这个浏览器里没有找到设备的凭证（可能清理过浏览器数据）。请用短信验证码确认。
device-by-sms = 用短信验证码确认
device-why = 为保护您的账户，办理前要确认是您本人在用这部设备。
device-sms-to = 验证码将发往您的手机 { $mobile }。
device-no-mobile = 您的账户没有可用的手机号码，请到服务窗口办理，或拨打 12333。
device-never-tell = 验证码不要告诉任何人，工作人员也不会向您索要。
device-code-submit = 确认并继续

message-device-bound-title = 新设备完成了实名认证
message-device-bound-body = { $told_at }，「{ $device }」完成了您的实名认证，以后可以在它上面办事。不是您本人操作的，请马上在「我的设备」里让它退出，修改登录密码，并拨打 12333。
message-device-by-sms-title = 用短信验证码确认了设备
message-device-by-sms-body = { $told_at }，「{ $device }」没有用设备凭证，而是用发到您手机的验证码完成了确认。不是您本人操作的，请马上在「我的设备」里让它退出，并拨打 12333。
message-counter-code-title = 服务窗口为您开了验证码
message-counter-code-body = { $told_at }，服务窗口核对证件后，开出了一个用于认证的验证码。不是您本人去办的，请马上拨打 12333。

card-proof-title = 社保卡认证
card-proof-intro = 请填写您本人社保卡（实体卡）的卡号。下一步用短信验证码和社保卡支付密码确认。
card-no-label = 社保卡卡号
card-no-hint = 9 位，在社保卡正面，不是银行账号
card-pin-label = 社保卡支付密码
card-pin-hint = 6 位数字，是实体卡的密码，不是登录密码，也不是电子社保卡支付密码
card-proof-next = 下一步
card-proof-why = 与面部识别认证效果相同。密码只用来向社保卡系统核对，不会保存。
card-proof-counter = 改用窗口验证码
card-proof-other-ways = 看看其他认证方式
card-proof-wrong = 社保卡支付密码不对。今天还可以再试 { $left } 次。
card-proof-too-many = 试得太多了，请 { $time }后再试，或者改用其他方式。
card-proof-locked = 这张卡的密码已经锁定，请带身份证到社保卡服务网点解锁，或者改用其他方式。
card-proof-lost = 这张卡已经挂失，不能用来认证。请改用其他方式，或到社保卡服务网点补卡。
card-proof-frozen = 这张卡已被冻结，不能用来认证。请拨打 12333，或到社保卡服务网点咨询。
card-proof-cancelled = 这张卡已经注销或换过新卡，请用新卡的卡号。
card-proof-no-mobile = 社保卡系统里没有登记您的手机号码，无法发送验证码。请带身份证到服务窗口，领取窗口验证码。
card-proof-other-card = 这不是您名下现在使用的社保卡。请核对卡号（卡正面 9 位）；换过卡的，请用新卡的卡号。
card-proof-not-found = 社保卡系统里没有这个姓名和证件号的社保卡。请核对姓名是否和身份证完全一致；姓名填错了，可以先更正姓名。
card-proof-down = 社保卡系统暂时没有回应，这次不算次数。请过一会儿再试，或者改用其他方式。
card-proof-sms-to = 验证码将发往社保卡系统里登记的手机。
card-proof-sent = 验证码已发往社保卡系统里登记的手机，5 分钟内有效。
card-proof-phoned = 短信验证码正确。请再输入社保卡支付密码。
card-proof-sent-to = 验证码已发往社保卡系统里登记的手机 { $mobile }，5 分钟内有效。
card-proof-other-number = 这个号码不用了？请带身份证到服务窗口修改登记，或领取窗口验证码。
card-proof-submit = 完成认证
flash-code-sent = 验证码已发出。
flash-card-proof-gone = 时间太久了，请重新填写卡号。

counter-title = 窗口验证码认证
counter-intro = 请输入服务窗口工作人员给您的 8 位验证码。
counter-code-label = 窗口验证码
counter-code-hint = 8 位数字，15 分钟内有效，只能用一次
counter-submit = 完成认证
counter-where = 没有验证码？请带身份证到社保服务窗口，工作人员核对证件后当场给您。
counter-code-refused = 验证码不对，或者已经失效。输错 5 次就会作废；请核对，或让窗口重新开一个。

window-place = 服务窗口
window-title = 开认证验证码
window-name-hint = 与证件上一致
window-paper = 已核对的证件原件
window-paper-id-card = 居民身份证
window-paper-temporary-card = 临时居民身份证
window-paper-household = 居民户口簿
window-paper-residence = 港澳台居民居住证
window-paper-foreigner = 外国人永久居留身份证
window-purpose = 办理事项
window-purpose-real-name = 实名认证
window-purpose-login-password = 忘记登录密码
window-purpose-pay-password = 忘记电子社保卡支付密码
window-submit = 已核对本人和证件，开验证码
window-until = { $time } 前有效，只能用一次
window-tell = 请把验证码当面告诉本人，不要代为输入。重新开一个，前一个就作废。

error-card-no = 社保卡卡号是 9 位字母和数字
error-card-pin = 社保卡支付密码是 6 位数字
error-counter-code-format = 窗口验证码是 8 位数字
error-window-purpose = 请选择办理事项
error-window-paper = 请选择核对过的证件
