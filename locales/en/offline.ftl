# Pages where there is no network, and what is kept for them.
kept-none = There is no network. This page was saved: { $made }.
kept-slow = The network is slow. This page was saved: { $made }.
kept-down = The service cannot be reached right now. This page was saved: { $made }.
kept-word = {" "}· works offline
offline-title = You are offline
offline-text = You need a network connection to open this page. Once you are connected, tap “Try again”.
offline-holds = The barcode of your next visit is saved on this phone and can be shown without a network.
offline-show = Show the visit code
offline-again = Try again
online-title = You are back online
online-text = You can carry on now.
online-home = Go to the home page
online-card = Show the e-card
offline-card-title = You cannot show your e-card without a network
offline-card-text = Its QR code is created fresh each time and soon expires, so it cannot be saved on the phone.
offline-card-instead = What you can do instead
offline-card-network = Find a place with signal
offline-card-network-text = Move near a window or connect to the hospital’s Wi-Fi, then tap “Try again”
offline-card-plastic = Show your plastic card
offline-card-plastic-text = Service windows and machines accept it
offline-card-window = Show your ID card
offline-card-window-text = Staff at a window can use it to find your social security card

dev-kept = Without a network
