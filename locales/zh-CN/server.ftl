# Words of the front page's service tiles, and of the pages that belong to the whole.
service-orders = 我的订单
service-messages = 消息
wanted-orders = 我的订单
