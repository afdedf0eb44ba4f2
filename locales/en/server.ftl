# Words of the front page’s service tiles, and of the pages that belong to the whole.
service-orders = My orders
service-messages = Messages
health-orders = My orders
health-orders-none = No orders yet
health-orders-none-text = Once you have booked, your order and its visit barcode will appear here.
health-orders-older = Older orders
health-orders-no-older = No older orders
health-orders-no-older-text = Your recent orders are under “My orders”.
health-orders-unfinished = Still to finish
health-orders-coming = Upcoming visits
wanted-orders = My orders
