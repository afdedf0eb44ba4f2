# Words of the front page’s service tiles, and of the pages that belong to the whole.
service-orders = My orders
service-messages = Messages
orders-title = My orders
orders-none = No orders yet
orders-none-text = Once you have booked or paid for something, it will appear here.
orders-older = Older orders
orders-no-older = No older orders
orders-no-older-text = Your recent orders are under “My orders”.
orders-unfinished = Still to finish
orders-coming = Coming up
wanted-orders = My orders

# The search, and the services of the whole that it finds
search-title = Search
search-label = Search for services, hospitals, departments and doctors
search-hint = Doctor, service
search-services = Services
search-more = There are more results. Type a little more to narrow them down.
search-start = Which department or doctor are you looking for?
search-start-text = Type a name in English or Chinese, or the pinyin initials: yk finds yanke, the eye department.
search-none = No results for “{ $q }”
search-none-text = Try something else, such as only the department, or the pinyin initials of the doctor’s name.
find-orders = My orders
find-orders-detail = Bookings, payments and refunds
find-todos = To do
find-todos-detail = Things that are waiting for you
find-elder = Elder mode
find-elder-detail = Larger text and buttons, and pages read aloud
find-english = English
find-english-detail = Show pages in English
find-chinese = Chinese
find-chinese-detail = 简体中文
