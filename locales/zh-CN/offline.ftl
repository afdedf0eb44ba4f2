# Pages where there is no network, and what is kept for them.
kept-none = 没有网络，这是 { $made } 保存的。
kept-slow = 网络很慢，这是 { $made } 保存的。
kept-down = 服务暂时连不上，这是 { $made } 保存的。
kept-word = {" "}· 没有网络也能出示
offline-title = 现在没有网络
offline-text = 这一页要连上网络才能打开。连上以后，点「再试一次」。
offline-holds = 下一次就诊的条码已存在这台手机上，没有网络也能出示。
offline-show = 出示就诊码
offline-again = 再试一次
online-title = 网络已经连上
online-text = 可以接着办了。
online-home = 回首页
online-card = 出示电子社保卡
offline-card-title = 没有网络，电子社保卡不能出示
offline-card-text = 卡上的二维码每次都要现取，过一会儿就失效，所以不能存在手机里。
offline-card-instead = 可以这样办
offline-card-network = 换个有信号的地方
offline-card-network-text = 靠近窗边，或连上医院的无线网，再点「再试一次」
offline-card-plastic = 出示实体社保卡
offline-card-plastic-text = 窗口和自助机都能用
offline-card-window = 出示身份证
offline-card-window-text = 窗口工作人员可以用身份证查到您的社保卡

dev-kept = 没有网络时
