# Pages where there is no network, and what is kept for them; reading aloud; what pages are about.
kept-none = 没有网络，这是 { $made } 保存的。
kept-slow = 网络很慢，这是 { $made } 保存的。
kept-down = 服务暂时连不上，这是 { $made } 保存的。
kept-word = {" "}· 没有网络也能出示
offline-title = 现在没有网络
offline-text = 这一页要连上网络才能打开。连上以后，点「再试一次」。
offline-holds = 最近一次就诊的条码已存在这台手机上，没有网络也能出示。
offline-show = 出示就诊码
offline-again = 再试一次
offline-card-title = 没有网络，电子社保卡不能出示
offline-card-text = 卡上的二维码每次都要现取，过一会儿就失效，所以不能存在手机里。
offline-card-instead = 可以这样办
offline-card-network = 换个有信号的地方
offline-card-network-text = 靠近窗边，或连上医院的无线网，再点「再试一次」
offline-card-plastic = 出示实体社保卡
offline-card-plastic-text = 窗口和自助机都能用
offline-card-window = 出示身份证
offline-card-window-text = 窗口工作人员可以用身份证查到您的社保卡

read-stop = 停止朗读

dev-kept = 没有网络时

about-home = 常州人社：在手机上挂号、用医保付费、出示电子社保卡，也有长辈版。
about-booking = 在常州的医院选科室和医生，查看出诊时间和余号，在手机上预约。
about-named = { $name }：出诊时间和余号，在手机上预约。
about-search = 搜索常州的医院、科室和医生，可以输拼音首字母。
about-code = 就诊码：到医院报到时出示的条码。
about-card = 电子社保卡：在窗口和自助机出示二维码，代替实体社保卡。
about-pay = 用医保和微信支付付挂号费，付之前先看清每一笔。
about-messages = 预约、付费和登录的通知。
about-account = 用手机号注册、登录常州人社，或找回登录密码。
about-me = 个人信息、实名认证、登录密码和我的设备。
