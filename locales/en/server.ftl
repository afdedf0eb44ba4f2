# Words of the front page’s service tiles.
service-booking = Book a visit
service-orders = My orders
service-code = Visit code
service-messages = Messages
