# What a page is about, for those who search the web.
about-home = 常州人社：在手机上挂号、用医保付费、出示电子社保卡，也有长辈版。
about-search = 搜索常州的医院、科室和医生，可以输拼音首字母。
about-card = 电子社保卡：在窗口和自助机出示二维码，代替实体社保卡。
about-pay = 用医保和微信支付付挂号费，付之前先看清每一笔。
about-messages = 预约、付费和登录的通知。
about-account = 用手机号注册、登录常州人社，或找回登录密码。
about-me = 个人信息、实名认证、登录密码和我的设备。
