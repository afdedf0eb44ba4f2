# Words of the front page’s service tiles, and of the pages that belong to the whole.
service-orders = My orders
service-messages = Messages
wanted-orders = My orders
