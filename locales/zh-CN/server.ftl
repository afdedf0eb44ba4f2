# Words of the front page's service tiles.
service-booking = 线上挂号
service-orders = 我的订单
service-code = 就诊码
service-messages = 消息
