# Words of the front page's service tiles, and of the pages that belong to the whole.
service-orders = 我的订单
service-messages = 消息
health-orders = 我的订单
health-orders-none = 还没有订单
health-orders-none-text = 预约成功后，订单和就诊条码会出现在这里。
health-orders-older = 更早的订单
health-orders-no-older = 没有更早的订单
health-orders-no-older-text = 最近的订单都在「我的订单」里。
health-orders-unfinished = 还没办完
health-orders-coming = 即将就诊
wanted-orders = 我的订单
