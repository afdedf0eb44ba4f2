# Words of the front page's service tiles, and of the pages that belong to the whole.
service-orders = 我的订单
service-messages = 消息
orders-title = 我的订单
orders-none = 还没有订单
orders-none-text = 预约或缴费之后，订单会出现在这里。
orders-older = 更早的订单
orders-no-older = 没有更早的订单
orders-no-older-text = 最近的订单都在「我的订单」里。
orders-unfinished = 还没办完
orders-coming = 近期安排
wanted-orders = 我的订单

# 搜索，和它能找到的整个网站的服务
search-title = 搜索
search-label = 搜索服务、医院、科室、医生
search-hint = 服务、医院、医生
search-services = 服务
search-more = 还有更多，多输几个字就能找得更准。
search-start = 想看什么科、找哪位医生？
search-start-text = 输入中文，或拼音首字母，例如 yk 就是眼科。
search-none = 没有找到「{ $q }」
search-none-text = 换个说法试试，例如只输入科室名，或姓名的拼音首字母。
find-orders = 我的订单
find-orders-detail = 预约、付款和退款
find-todos = 待办
find-todos-detail = 等您办的事
find-elder = 长辈版
find-elder-detail = 字大、按钮大，可以读给您听
find-english = 英文版
find-english-detail = English
find-chinese = 中文版
find-chinese-detail = 简体中文
