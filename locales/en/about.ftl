# What a page is about, for those who search the web.
about-home = Changzhou Renshe: book a visit, pay with medical insurance and show your electronic social security card on your phone. With an elder mode.
about-search = Search for hospitals, departments and doctors in Changzhou, also by pinyin initials.
about-card = Electronic social security card: show its QR code at service windows and machines instead of the plastic card.
about-pay = Pay the visit fee by insurance and WeChat Pay; see every amount before you pay.
about-messages = Notices about bookings, payments and logins.
about-account = Sign up or log in to Changzhou Renshe with your mobile number, or reset your login password.
about-me = Your details, real-name authentication, login password and devices.
