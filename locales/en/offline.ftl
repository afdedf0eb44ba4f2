# Pages where there is no network, and what is kept for them; reading aloud; what pages are about.
kept-none = There is no network. This page was saved: { $made }.
kept-slow = The network is slow. This page was saved: { $made }.
kept-down = The service cannot be reached right now. This page was saved: { $made }.
kept-word = {" "}· works offline
offline-title = You are offline
offline-text = You need a network connection to open this page. Once you are connected, tap “Try again”.
offline-holds = The barcode of your next visit is saved on this phone and can be shown without a network.
offline-show = Show the visit code
offline-again = Try again
offline-card-title = You cannot show your e-card without a network
offline-card-text = Its QR code is created fresh each time and soon expires, so it cannot be saved on the phone.
offline-card-instead = What you can do instead
offline-card-network = Find a place with signal
offline-card-network-text = Move near a window or connect to the hospital’s Wi-Fi, then tap “Try again”
offline-card-plastic = Show your plastic card
offline-card-plastic-text = Service windows and machines accept it
offline-card-window = Show your ID card
offline-card-window-text = Staff at a window can use it to find your social security card

read-stop = Stop reading

dev-kept = Without a network

about-home = Changzhou Renshe: book a visit, pay with medical insurance and show your electronic social security card on your phone. With an elder mode.
about-booking = Choose a department and a doctor at a hospital in Changzhou, see clinic hours and places left, and book on your phone.
about-named = { $name }: open times, and booking on your phone.
about-search = Search for hospitals, departments and doctors in Changzhou, also by pinyin initials.
about-code = Visit code: the barcode to show when you check in at the hospital.
about-card = Electronic social security card: show its QR code at service windows and machines instead of the plastic card.
about-pay = Pay the visit fee by insurance and WeChat Pay; see every amount before you pay.
about-messages = Notices about bookings, payments and logins.
about-account = Sign up or log in to Changzhou Renshe with your mobile number, or reset your login password.
about-me = Your details, real-name authentication, login password and devices.
