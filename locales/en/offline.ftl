# Pages where there is no network, and what is kept for them; reading aloud; what pages are about.
kept-none = There is no network. This page was saved on { $made }.
kept-slow = The network is slow. This page was saved on { $made }.
kept-down = The service cannot be reached right now. This page was saved on { $made }.
kept-word = {" "}· works offline
offline-title = There is no network
offline-text = This page needs a network connection. Once you are connected, tap “Try again”.
offline-holds = The barcode of your next visit is saved on this phone and can be shown without a network.
offline-show = Show the visit code
offline-again = Try again
offline-card-title = The e-card cannot be shown without a network
offline-card-text = Its QR code is made anew each time and soon expires, so it cannot be saved on the phone.
offline-card-instead = What you can do instead
offline-card-network = Find a place with signal
offline-card-network-text = Move near a window or join the hospital’s Wi-Fi, then tap “Try again”
offline-card-plastic = Show your plastic card
offline-card-plastic-text = Service windows and machines accept it
offline-card-window = Show your ID card
offline-card-window-text = Staff at the service window can find your social security card by it

read-stop = Stop reading

dev-kept = Without a network

about-home = Changzhou social security: book a doctor, pay with insurance and show your electronic social security card on your phone.
about-booking = Choose a hospital department and a doctor in Changzhou, see open times, and book on your phone.
about-named = { $name }: open times, and booking on your phone.
about-search = Search hospitals, departments and doctors in Changzhou, also by pinyin initials.
about-code = Visit code: the barcode to show when you check in at the hospital.
about-card = Electronic social security card: show its QR code at service windows and machines instead of the plastic card.
about-pay = Pay registration fees with insurance and WeChat Pay; see every amount before you pay.
about-messages = Notices about bookings, payments and logins.
about-account = Create an account with your mobile number, log in, or choose a new login password.
about-me = Your details, real-name authentication, login password and devices.
